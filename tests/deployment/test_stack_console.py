"""What the local stack shows at the terminal, and what it adds up. Needs no stack."""

import datetime
import json
import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra" / "local"))

from stacktool import console, costs  # noqa: E402

LEFT = ("with the generic prompt", "One two three. " * 20)
RIGHT = ("with prompt version 1", "Four five six.\n\n" + "Seven eight nine. " * 30)


def shown(monkeypatch, capsys, width: int) -> list[str]:
    monkeypatch.setattr(console.shutil, "get_terminal_size", lambda _: os.terminal_size((width, 24)))
    console.columns(LEFT, RIGHT)
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("width", [80, 120, 220])
def test_two_texts_stand_beside_each_other_over_the_whole_terminal(monkeypatch, capsys, width):
    lines = shown(monkeypatch, capsys, width)
    assert LEFT[0] in lines[0] and RIGHT[0] in lines[0]
    assert all(line.count(" | ") == 1 or line.rstrip().endswith("|") for line in lines)
    assert width - 12 < max(map(len, lines)) <= width
    assert len({line.index("|") for line in lines}) == 1
    words = " ".join(line.split("|")[1].strip() for line in lines[1:]).split()
    assert words == RIGHT[1].split()


def test_two_texts_stand_below_each_other_where_the_terminal_is_narrow(monkeypatch, capsys):
    lines = shown(monkeypatch, capsys, 60)
    assert max(map(len, lines)) <= 60
    assert lines.index(f"  {LEFT[0]}") < lines.index(f"  {RIGHT[0]}")
    assert not any("|" in line for line in lines)


def call(purpose: str, cost_usd: float, user_id: str = "nora", **usage: int) -> str:
    return json.dumps({"message": "model_call", "purpose": purpose, "cost_usd": cost_usd, "user_id": user_id} | usage)


@pytest.fixture
def log(monkeypatch) -> dict[str, list[str]]:
    """What each function has logged; a test may fill it."""
    lines: dict[str, list[str]] = {}
    monkeypatch.setattr(costs.functions, "log_lines", lambda stack, name: list(enumerate(lines.get(name, []))))
    return lines


def test_costs_are_added_up_by_purpose_for_one_person(log):
    log["send-coach-message"] = [
        call("coach", 0.004, input_tokens=100, cache_creation_input_tokens=900, output_tokens=50),
        call("coach", 0.002, input_tokens=100, cache_read_input_tokens=900, output_tokens=70),
        call("coach", 0.5, user_id="ana"), "{}"]
    log["prompt-worker"] = [call("profile", 0.01), json.dumps({"message": "metric", "purpose": "model_call", "user_id": "nora"})]
    purposes = costs.logged({}, "nora")
    coach = next(purpose for purpose in purposes if purpose.name == "coach")
    assert (coach.calls, coach.input_tokens, coach.cached_tokens, coach.output_tokens) == (2, 2000, 900, 120)
    assert {purpose.name for purpose in purposes} == {"coach", "profile"}
    assert costs.total(purposes) == pytest.approx(0.016)
    both = costs.together(purposes)
    assert (both.calls, both.input_tokens, both.output_tokens) == (3, 2000, 120)
    assert both.cost_usd == costs.total(purposes)


def test_a_sum_that_is_not_the_tables_does_not_agree(log, monkeypatch):
    log["send-coach-message"] = [call("coach", 0.004)]
    # Nobody has asked for it, and it is on nobody's budget.
    log["prompt-worker"] = [call("prompt_update", 0.008)]
    monkeypatch.setattr(costs.time, "sleep", lambda _: None)
    for counted, same in ((0.004, True), (0.0041, False)):
        monkeypatch.setattr(costs, "counted", lambda *_, counted=counted: counted)
        purposes, table = costs.settled({}, "nora", datetime.date(2026, 11, 30))
        assert costs.agree(costs.own(purposes), table) is same
