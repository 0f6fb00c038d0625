"""By which template and variant a prompt is written, and what an admin decides on it."""

from problems import assert_problem
from stacktool.journey import expect

DECISION = {"user_type": "athlete", "variant": "direct", "reason": "Rows for the country and wants it short."}


def recipe(email: str) -> str:
    return f"/v1/admin/users/{email}/recipe"


def test_a_prompt_is_written_by_what_an_admin_has_decided(talked, admin):
    person, session_id = talked()
    assert_problem(person.user.put(recipe(person.email), DECISION), 403)
    decided = expect(admin.put(recipe(person.email), DECISION), "deciding")
    assert (decided["user_type"], decided["variant"]) == ("athlete", "direct")
    person.complete(session_id)
    [version] = expect(person.user.get("/v1/users/me/prompts"), "prompts")["items"]
    assert (version["user_type"], version["variant"]) == ("athlete", "direct")


def test_a_decision_is_about_a_user_and_a_variant_that_there_are(member, admin):
    person = member()
    assert_problem(admin.put(recipe("nobody@example.com"), DECISION), 404)
    assert_problem(admin.put(recipe(person.email), DECISION | {"variant": "gentle"}), 422)
    assert_problem(admin.put(recipe(person.email), {"variant": "direct"}), 422)
