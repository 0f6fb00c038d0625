"""Checks that the scenario files hold together: people that make sense, meals whose numbers agree."""

import json
import pathlib

import pytest

SCENARIOS = sorted((pathlib.Path(__file__).resolve().parents[2] / "infra" / "local" / "scenarios").glob("*.json"))
WORDS_FOR_THE_BODY = ("cm", "active")


@pytest.fixture(params=SCENARIOS, ids=lambda file: file.stem)
def scenario(request) -> dict:
    return json.loads(request.param.read_text())


def test_a_person_talks_long_enough_to_be_known(scenario):
    assert {"name", "age", "weight_kg", "goal", "timezone"} == scenario["person"].keys()
    assert len(scenario["consultation"]) == 12
    talk = " ".join(scenario["consultation"])
    assert all(word in talk for word in WORDS_FOR_THE_BODY)


def test_calories_follow_from_the_nutrients(scenario):
    for dish in scenario["menu"].values():
        calories = 4 * (dish["protein_g"] + dish["carbs_g"]) + 9 * dish["fat_g"]
        assert abs(calories - dish["calories"]) <= 5, dish


def test_the_phases_cover_more_than_a_month_and_every_dish_is_eaten(scenario):
    before, after = scenario["meals"]["before"], scenario["meals"]["after"]
    assert (before["first_day"], before["last_day"], after["first_day"], after["last_day"]) == (-37, -8, -7, -1)
    plans = [entry for phase in (before, after) for kind in ("weekdays", "weekends")
             for plan in phase[kind] for entry in plan]
    assert {entry.split(" ", 1)[1] for entry in plans} == scenario["menu"].keys()
