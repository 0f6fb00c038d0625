"""Log lines as the local stack shows them to a person. Needs no stack."""

import json
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra" / "local"))

from stacktool import logs, people, since  # noqa: E402
from stacktool.console import Problem  # noqa: E402
from stacktool.log_lines import Line, readable  # noqa: E402

# 2026-11-30T05:06:00.437Z
MOMENT = 1_796_015_160_437
FIELDS = {
    "timestamp": "2026-11-30T05:06:00.437000Z", "level": "INFO", "message": "significant_behavior_change_detected",
    "stage": "sharpened-local", "build": "5dc1acd", "function": "prompt-worker", "user_id": "nora",
    "rules": [{"rule": "logging", "before": 0.5, "after": 0.83}], "cost_usd": 0.003400, "request_id": "r-1",
    "target": "coaching::service", "invocation_id": "i-1", "changed": True, "cause": None}


def line(moment: int = MOMENT, function: str = "prompt-worker", **fields: object) -> Line:
    return Line(moment, function, json.dumps(FIELDS | fields))


def test_an_event_is_one_line_with_time_function_name_and_what_matters():
    shown = readable(line())
    assert "\n" not in shown
    assert shown.startswith("05:06:00.437  prompt-worker  significant_behavior_change_detected  ")
    for told in ("rules=[(rule=logging before=0.5 after=0.83)]", "cost_usd=0.0034", "changed=true"):
        assert told in shown
    for noise in ("stage", "build", "invocation_id", "target", "cause", "{", '"'):
        assert noise not in shown
    assert shown.endswith("user_id=nora  request_id=r-1")


def test_warnings_and_errors_say_so_and_long_values_are_cut():
    shown = readable(line(level="ERROR", cause="x" * 1000))
    assert "ERROR significant_behavior_change_detected" in shown
    assert len(shown) < 500


def test_whose_line_it_is_is_left_out_where_all_are_theirs():
    assert "nora" not in readable(line(), user_id="nora")


def test_text_that_no_function_of_ours_wrote_is_shown_as_it_is():
    text = Line(MOMENT, "get-report", "Task timed out after 10.00 seconds")
    assert text.is_wanted(None, None)
    assert readable(text).endswith("get-report  Task timed out after 10.00 seconds")


@pytest.mark.parametrize("text", ["START RequestId: 1 Version: 1", "END RequestId: 1", "REPORT RequestId: 1 Duration: 2 ms"])
def test_what_lambda_says_of_each_invocation_and_metrics_are_not_shown_unless_asked_for(text):
    assert not Line(MOMENT, "get-report", text).is_wanted(None, None)
    assert not line(message="metric").is_wanted(None, None)
    assert line(message="metric").is_wanted("metric", None)


@pytest.mark.parametrize(("event", "user_id", "wanted"), [
    (None, None, True), ("significant_behavior_change_detected", None, True), ("prompts_updated", None, False),
    (None, "nora", True), (None, "ana", False), ("significant_behavior_change_detected", "ana", False)])
def test_lines_are_chosen_by_event_and_by_person(event, user_id, wanted):
    assert line().is_wanted(event, user_id) is wanted


def test_following_shows_each_line_once_also_those_that_come_late(monkeypatch):
    first, late, second = line(MOMENT, request_id="1"), line(MOMENT - 1000, request_id="2"), line(MOMENT + 9000, request_id="3")
    looks = iter([[first], [late, first], [late, first], [first, first, second], [second]])
    monkeypatch.setattr(logs, "read", lambda stack, names, start: next(looks))
    monkeypatch.setattr(logs.time, "sleep", lambda _: None)
    shown = list(logs.followed({}, ["prompt-worker"], 0, looks=5))
    assert shown == [first, late, first, second]


def test_following_does_not_read_again_what_is_long_past(monkeypatch):
    asked = []

    def read(stack: dict, names: list[str], start: int) -> list[Line]:
        asked.append(start)
        return [line(MOMENT)]

    monkeypatch.setattr(logs, "read", read)
    monkeypatch.setattr(logs.time, "sleep", lambda _: None)
    list(logs.followed({}, ["prompt-worker"], 0, looks=2))
    assert asked[0] == 0
    assert MOMENT - 60_000 < asked[1] < MOMENT


@pytest.mark.parametrize(("text", "expected"), [("90s", 90), ("10m", 600), ("2h", 7200), ("1d", 86400), (None, None)])
def test_a_time_to_look_back_is_a_number_and_its_unit(text, expected):
    assert since.seconds(text) == expected


@pytest.mark.parametrize("text", ["10", "m", "1.5h", "-3m", "10 m"])
def test_another_time_is_refused_with_an_example(text):
    with pytest.raises(Problem, match="such as 10m"):
        since.seconds(text)


class Pool:
    """A user pool that knows one person."""

    class exceptions:  # noqa: N801 (as boto3 names it)
        class UserNotFoundException(Exception):
            pass

    def admin_get_user(self, UserPoolId: str, Username: str) -> dict:  # noqa: N803 (as boto3 names it)
        if Username != "nora@example.com":
            raise self.exceptions.UserNotFoundException
        return {"UserAttributes": [{"Name": "email", "Value": Username}, {"Name": "sub", "Value": "7c9e6679"}]}


def test_an_address_is_made_into_an_id_and_never_searched_for(monkeypatch):
    monkeypatch.setattr(people.aws, "client", lambda service, endpoint: Pool())
    stack = {"aws_endpoint": "http://127.0.0.1", "user_pool_id": "pool"}
    assert people.user_id(stack, "nora@example.com") == "7c9e6679"
    assert people.user_id(stack, "7c9e6679") == "7c9e6679"
    with pytest.raises(Problem, match="Nobody in the local user pool"):
        people.user_id(stack, "nobody@example.com")
