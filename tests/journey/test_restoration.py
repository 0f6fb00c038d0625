"""An earlier version of a prompt comes back, for the person and for an admin, on the deployed stack."""

import re
import uuid

import pytest
from problems import assert_problem
from stacktool.journey import Journey, expect


def restore(person: Journey, version: object, **headers: str) -> object:
    return person.user.post(f"/v1/users/me/prompts/{version}/restore", **headers)


def restore_for(admin, user: str, version: int, body: dict | None = None) -> object:
    return admin.post(f"/v1/admin/users/{user}/prompts/{version}/restore", body)


@pytest.fixture(scope="module")
def rewritten(talked) -> Journey:
    """A person with versions 1 and 2."""
    person, session_id = talked()
    person.complete(session_id)
    targets = {"daily_calories": 2050, "protein_g": 130, "carbs_g": 220, "fat_g": 70}
    expect(person.user.patch("/v1/users/me", {"targets": targets}), "targets")
    expect(person.user.post("/v1/users/me/regenerate-prompt"), "a fresh prompt", 200, 202)
    person.await_version(2)
    return person


def test_a_person_and_an_admin_put_versions_back(rewritten, admin):
    person, key = rewritten, uuid.uuid4().hex
    for _ in range(2):
        answer = expect(restore(person, 1, Idempotency_Key=key), "restoring")
        assert answer == {"system_prompt_version": 3, "restored_from": 1}
    versions = person.prompts()
    assert [version["version"] for version in versions] == [3, 2, 1]
    assert (versions[0]["reason"], versions[0]["restored_from"], versions[0]["cost_usd"]) == ("restored", 1, 0)
    # Its words: the numbers are those of the targets in force.
    restored, second, first = (re.sub(r"\d", "", version["prompt"]) for version in versions[:3])
    assert restored == first != second
    assert person.ask_coach()["system_prompt_version_used"] == 3

    answer = expect(restore_for(admin, person.email, 2, {"reason": "She asked for it by mail."}), "restoring for her")
    assert (answer["system_prompt_version"], answer["restored_from"]) == (4, 2)
    assert expect(restore_for(admin, answer["user_id"], 1), "without a reason")["system_prompt_version"] == 5
    assert person.profile()["system_prompt_version"] == 5


def test_what_cannot_be_restored_is_told(rewritten, member, admin):
    in_force = rewritten.profile()["system_prompt_version"]
    for version, status, code in ((in_force, 409, "version_in_force"), (in_force + 1, 404, "prompt_version_not_found"),
                                  (0, 404, "prompt_version_not_found"), ("one", 404, "prompt_version_not_found")):
        answer = restore(rewritten, version)
        assert_problem(answer, status)
        assert answer.json["code"] == code, answer.text
    newcomer = member()
    assert_problem(restore(newcomer, 1), 409)
    assert_problem(restore_for(newcomer.user, rewritten.email, 1), 403)
    assert_problem(restore_for(admin, "nobody@example.com", 1), 404)
    assert_problem(restore_for(admin, rewritten.email, 1, {"reason": "x" * 501}), 422, "reason")
