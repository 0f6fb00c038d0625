"""The schedule of the updates as CloudFormation makes it from the parameters. Needs no stack."""

import json
import pathlib
import re
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra" / "local"))

from stacktool import weekly  # noqa: E402

DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


@pytest.fixture(scope="module")
def schedule(processed) -> dict:
    """Properties of the deployed schedule, before CloudFormation puts the parameters in."""
    return processed["Resources"][weekly.SCHEDULE]["Properties"]


def evaluated(value: object, parameters: dict[str, str]) -> object:
    """What CloudFormation makes of a value with these parameters: the functions that a schedule needs, and no others."""
    if not isinstance(value, dict):
        return [evaluated(each, parameters) for each in value] if isinstance(value, list) else value
    [(function, argument)] = value.items()
    if function == "Ref":
        return parameters[argument]
    if function == "Fn::Sub":
        text, named = argument if isinstance(argument, list) else (argument, {})
        known = parameters | {name: evaluated(each, parameters) for name, each in named.items()}
        return re.sub(r"\$\{(\w+)}", lambda match: str(known[match[1]]), text)
    first, second = argument[0], evaluated(argument[1], parameters)
    return {"Fn::Join": lambda: first.join(second), "Fn::Split": lambda: second.split(first)}[function]()


@pytest.fixture(scope="module")
def cron(template, schedule):
    """The expression that is deployed with some parameters and the defaults of the others."""
    defaults = {name: str(each["Default"]) for name, each in template["Parameters"].items() if "Default" in each}
    return lambda **parameters: evaluated(schedule["ScheduleExpression"], defaults | parameters)


@pytest.mark.parametrize(("days", "expected"), [
    ("sun", "SUN"), ("mon,thu", "MON,THU"), (" Mon , thu", "MON,THU"), ("SAT,sun", "SAT,SUN"),
    ("daily", "*"), ("Daily ", "*"), (",".join(DAYS), ",".join(DAYS).upper())])
def test_the_schedule_runs_on_the_days_that_are_set(template, cron, days, expected):
    assert re.fullmatch(template["Parameters"]["PromptUpdateDay"]["AllowedPattern"], days)
    assert cron(PromptUpdateDay=days) == f"cron(0 3 ? * {expected} *)"


def test_each_day_can_be_named(cron):
    for day in DAYS:
        assert cron(PromptUpdateDay=day) == f"cron(0 3 ? * {day.upper()} *)"


def test_hour_minute_and_zone_are_the_parameters(cron, schedule):
    assert cron(PromptUpdateHour="22", PromptUpdateMinute="30") == "cron(30 22 ? * SUN *)"
    assert schedule["ScheduleExpressionTimezone"] == {"Ref": "PromptUpdateTimezone"}


@pytest.mark.parametrize("days", ["", ",", "mon,", "sunday", "mon;thu", "mon thu", "mon,Mon", "sun,mon,sun", "daily,mon"])
def test_what_is_no_list_of_different_days_is_refused_before_anything_is_deployed(template, days):
    parameter = template["Parameters"]["PromptUpdateDay"]
    assert not re.fullmatch(parameter["AllowedPattern"], days)
    assert "daily" in parameter["ConstraintDescription"]


def test_a_run_by_hand_finds_the_event_that_the_schedule_sends(schedule):
    assert json.loads(schedule["Target"]["Input"]) == {"scheduled_time": weekly.SCHEDULED_TIME}
