"""Keys with which people let themselves into the consultation, and cohorts whom an admin lets in."""

import concurrent.futures
import datetime
import uuid

from problems import assert_problem
from stacktool.journey import expect

KEYS = "/v1/admin/consultation-keys"
COHORT = "/v1/admin/consultation-access"
START = "/v1/consultation/start"
NO_KEY = "7K3Q-XXXX-0000-1111-2222-3333-ABCD"


def in_days(days: float) -> str:
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)).isoformat(timespec="seconds")


def issue(admin, uses: int) -> dict:
    body = {"uses": uses, "expires_at": in_days(7), "label": "Journey"}
    return expect(admin.post(KEYS, body), "Issuing a key", 201)


def uses_left(admin, key: dict) -> int | None:
    keys = expect(admin.get(f"{KEYS}?limit=100"), "The keys")["items"]
    return next((each["uses_left"] for each in keys if each["key_id"] == key["key_id"]), None)


def test_a_person_lets_themselves_in_by_a_key_once(member, admin):
    person, other = member(), member()
    key = issue(admin, 1)
    assert_problem(person.user.post(START), 403)
    started = expect(person.user.post(START, {"key": key["key"].lower().replace("-", " ")}), "Starting")
    assert started["resumed"] is False
    assert person.profile()["consultation_enabled"] is True
    again = expect(person.user.post(START, {"key": key["key"]}), "Starting again")
    assert again["session_id"] == started["session_id"]
    assert assert_problem(other.user.post(START, {"key": key["key"]}), 403)["code"] == "consultation_key_used_up"
    actions = [entry["action"] for entry in expect(admin.get(f"/v1/admin/audit?user={person.email}"), "The audit")["items"]]
    assert actions == ["consultation_key_redeemed"]


def test_of_people_at_once_over_the_last_use_exactly_one_gets_in(member, admin):
    people = [member() for _ in range(4)]
    key = issue(admin, 1)
    with concurrent.futures.ThreadPoolExecutor(len(people)) as pool:
        statuses = list(pool.map(lambda person: person.user.post(START, {"key": key["key"]}).status, people))
    assert sorted(statuses) == [200, 403, 403, 403]


def test_wrong_keys_are_limited(member, admin):
    person = member()
    key = issue(admin, 1)
    for _ in range(5):
        assert assert_problem(person.user.post(START, {"key": NO_KEY}), 403)["code"] == "consultation_key_wrong"
    answer = person.user.post(START, {"key": key["key"]})
    assert assert_problem(answer, 429)["code"] == "consultation_key_limit"
    assert 0 < int(answer.headers["retry-after"]) <= 3600
    assert uses_left(admin, key) in (None, 1)


def test_a_key_is_shown_once(admin):
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    body = {"uses": 3, "expires_at": in_days(7), "label": "Journey"}
    first = expect(admin.send("POST", KEYS, body, headers), "Issuing a key", 201)
    again = expect(admin.send("POST", KEYS, body, headers), "Issuing it again", 201)
    assert again == first | {"key": None}
    assert first["key"] not in admin.get(f"{KEYS}?limit=100").text


def test_a_key_needs_uses_a_time_and_a_label(member, admin):
    good = {"uses": 1, "expires_at": in_days(7), "label": "Journey"}
    for field, value in {"uses": 0, "expires_at": in_days(-1), "label": ""}.items():
        assert_problem(admin.post(KEYS, good | {field: value}), 422, field)
    person = member()
    assert_problem(person.user.post(KEYS, good), 403)
    assert_problem(person.user.get(KEYS), 403)
    assert_problem(person.user.post(START, {"key": 7}), 422, "key")


def test_a_cohort_is_let_in_with_a_result_for_each(member, admin):
    one, other = member(), member()
    other.open_gate()
    users = [one.email, other.profile()["user_id"], "nobody@example.com", one.email]
    answer = expect(admin.put(COHORT, {"users": users, "enabled": True}), "Letting a cohort in")
    assert [item["user"] for item in answer["items"]] == users
    assert [item["result"] for item in answer["items"]] == ["enabled", "unchanged", "not_found", "enabled"]
    one.start_consultation()
    assert_problem(admin.put(COHORT, {"users": ["nobody"] * 101, "enabled": True}), 422, "users")
    assert_problem(admin.put(COHORT, {"users": [], "enabled": True}), 422, "users")
    assert_problem(one.user.put(COHORT, {"users": [one.email], "enabled": True}), 403)
