"""An admin takes a prompt out of use and gives it back, on the deployed stack."""

import pytest
from problems import assert_problem
from stacktool.journey import Journey, expect

DECISION = {"withdrawn": True, "reason": "It took a joke of hers for a goal."}


def path(user: str) -> str:
    return f"/v1/admin/users/{user}/prompt-withdrawal"


@pytest.fixture(scope="module")
def prompted(talked) -> Journey:
    person, session_id = talked()
    person.complete(session_id)
    return person


def test_the_coach_is_generic_until_the_prompt_is_given_back(prompted, admin):
    person = prompted
    assert person.ask_coach()["system_prompt_version_used"] == 1
    answer = expect(admin.put(path(person.email), DECISION), "withdrawing")
    assert answer == {"user_id": person.profile()["user_id"], "withdrawn": True}
    generic = person.ask_coach()
    assert (generic["personalized"], generic["system_prompt_version_used"]) == (False, None)
    assert person.profile()["prompt_withdrawn_at"]
    refused = person.user.post("/v1/users/me/regenerate-prompt")
    assert_problem(refused, 409)
    assert refused.json["code"] == "prompt_withdrawn"

    expect(admin.put(path(answer["user_id"]), DECISION | {"withdrawn": False}), "giving back")
    assert person.ask_coach()["system_prompt_version_used"] == 1
    assert person.profile()["prompt_withdrawn_at"] is None
    assert [version["version"] for version in person.prompts()] == [1]


def test_a_weekly_run_leaves_a_withdrawn_prompt_as_it_is(prompted, admin):
    person = prompted
    expect(admin.put(path(person.email), DECISION), "withdrawing")
    person.log_meals("before")
    person.update_weekly()
    assert [version["version"] for version in person.prompts()] == [1]
    expect(admin.put(path(person.email), DECISION | {"withdrawn": False}), "giving back")


def test_what_cannot_be_withdrawn_is_told(prompted, member, admin):
    assert_problem(prompted.user.put(path(prompted.email), DECISION), 403)
    assert_problem(admin.put(path("nobody@example.com"), DECISION), 404)
    assert_problem(admin.put(path(member().email), DECISION), 409)
    assert_problem(admin.put(path(prompted.email), {"withdrawn": "yes"}), 422, "withdrawn")
