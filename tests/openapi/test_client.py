"""A frontend's client, typed from the contract alone, on the deployed API."""

import uuid

import pytest
from stacktool import functions, people, weekly
from stacktool.journey import poll


@pytest.fixture(scope="module")
def person(stack) -> dict[str, str]:
    """The environment of a person who has a token and nothing else, with an administrator at hand."""
    email = f"client-{uuid.uuid4().hex[:12]}@example.com"
    return {"API_URL": stack["api_url"], "PERSON_EMAIL": email, "PERSON_TOKEN": people.token(stack, email),
            "ADMIN_TOKEN": people.token(stack, "admin@example.com", admin=True)}


def test_the_client_takes_a_person_through_the_user_flow(stack, client, person):
    seen = client.run("journey", **person)
    assert seen["calories"] > 1000
    assert {fact.split(":")[0] for fact in seen["facts"]}, "the consultation has learned something"
    assert (seen["version"], seen["personalized"], seen["version_used"]) == (1, True, 1)
    assert sorted(seen["said"]) == ["assistant", "user"]
    assert seen["days_logged"] >= 11
    assert 0 < seen["logging_rate"] <= 1
    assert seen["adherence"].endswith("%")

    result, failed = functions.invoke(stack, "weekly-updater", weekly.scheduled_event(stack))
    assert not failed, result
    list(weekly.follow(stack, result["run_id"]))

    def updated() -> dict | None:
        after = client.run("after-the-week", **person)
        return after if after["versions"][0]["version"] == 2 else None

    after = poll("The second version", updated)
    assert after["versions"] == [{"version": 2, "reason": "weekly"}, {"version": 1, "reason": "initial"}]
    assert after["why"]
    assert after["version_used"] == 2
