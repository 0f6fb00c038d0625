"""Who waits, who consults, who is coached: the lists of admins follow the profiles, also when one is changed in the table."""

import pytest
from problems import assert_problem
from stacktool import aws, functions
from stacktool.journey import expect, poll


@pytest.fixture
def profiles(stack):
    """The table of profiles, as an operator reaches it."""
    return aws.client("dynamodb", stack["aws_endpoint"]), stack["tables"]["profiles"]


def found(admin, email: str) -> dict | None:
    """The person of an address, as the lists say them."""
    answer = expect(admin.get("/v1/admin/users", address=email), "search")
    return answer["items"][0] if answer["items"] else None


def listed(admin, state: str, email: str) -> bool:
    """Whether the person of an address is on the first page of a state, which begins with the newest."""
    answer = expect(admin.get("/v1/admin/users", state=state), "list")
    return email in [user["email"] for user in answer["items"]]


def test_the_gate_opened_in_the_table_by_hand_is_open_and_the_lists_follow(member, admin, profiles):
    person = member()
    poll("Listing the newcomer", lambda: listed(admin, "waiting", person.email) or None)
    assert_problem(person.user.post("/v1/consultation/start"), 403)
    client, table = profiles
    user_id = person.user.get("/v1/users/me").json["user_id"]
    client.update_item(TableName=table, Key={"user_id": {"S": user_id}}, UpdateExpression="SET consultation_enabled = :open",
                       ExpressionAttributeValues={":open": {"BOOL": True}})
    expect(person.user.post("/v1/consultation/start"), "start")
    poll("Following the open gate", lambda: listed(admin, "consulting", person.email) or None)
    assert not listed(admin, "waiting", person.email)
    user = found(admin, person.email.upper()[:-3])
    assert (user["user_id"], user["state"], user["consultation_enabled"]) == (user_id, "consulting", True)


def test_a_list_without_a_state_or_an_address_is_refused(admin):
    for query in ("", "?state=waiting&address=a", "?state=everybody", "?address=a%20b"):
        assert_problem(admin.get(f"/v1/admin/users{query}"), 422)


def test_a_recount_that_is_begun_by_hand_ends_and_finds_everybody(stack, member, admin):
    member()
    client, table = aws.client("dynamodb", stack["aws_endpoint"]), stack["tables"]["counters"]
    client.update_item(TableName=table, Key={"scope": {"S": "users"}, "part": {"S": "#epoch"}},
                       UpdateExpression="REMOVE began_at")

    def ended() -> dict | None:
        answer, failed = functions.invoke(stack, "directory-recounter", b"{}")
        assert not failed, answer
        return answer if answer["outcome"] == "done" else None

    def counted() -> int:
        return sum(expect(admin.get("/v1/admin/report"), "report")["users_by_state"].values())

    poll("Recounting everybody", ended)
    profiles = client.get_paginator("scan").paginate(TableName=stack["tables"]["profiles"], ConsistentRead=True)
    people = sum(page["Count"] for page in profiles)
    poll("Counting everybody", lambda: counted() == people or None)
