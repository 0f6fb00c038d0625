"""Who did what to whom, as admins read it."""

from problems import assert_problem
from stacktool.journey import expect, poll

AUDIT = "/v1/admin/audit"


def of(admin, person) -> list[dict]:
    return expect(admin.get(f"{AUDIT}?user={person.email}"), "The audit of a person")["items"]


def test_what_an_admin_does_is_told_with_who_did_it(member, admin):
    person = member()
    person.open_gate()
    decision = {"risk": "caution", "reason": "Asked by their doctor."}
    expect(admin.put(f"/v1/admin/users/{person.email}/risk", decision), "deciding")
    entries = of(admin, person)
    assert [entry["action"] for entry in entries] == ["risk_set", "consultation_access_set"]
    assert entries[0]["details"] == decision | {"risk_before": "none"}
    assert entries[1]["details"] == {"enabled": True}
    user_id = person.profile()["user_id"]
    for entry in entries:
        assert entry["user_id"] == user_id
        assert entry["actor"] not in ("system", user_id)


def test_the_latest_entries_of_everybody_come_a_page_at_a_time(member, admin):
    people = [member() for _ in range(3)]
    for person in people:
        person.open_gate()
    wanted = [person.profile()["user_id"] for person in reversed(people)]

    def listed() -> list[str] | None:
        found, path = [], f"{AUDIT}?limit=2"
        for _ in range(10):
            page = expect(admin.get(path), "the audit")
            assert len(page["items"]) <= 2
            found += [entry["user_id"] for entry in page["items"]]
            if page["next_cursor"] is None or set(wanted) <= set(found):
                break
            path = f"{AUDIT}?limit=2&cursor={page['next_cursor']}"
        theirs = [user_id for user_id in found if user_id in wanted]
        return theirs if len(theirs) == len(wanted) else None

    # The index may lag by moments.
    assert poll("listing everybody", listed) == wanted


def test_the_audit_is_for_admins_and_about_people_who_are_there(member, admin):
    person = member()
    assert_problem(person.user.get(AUDIT), 403)
    assert_problem(person.user.get(f"{AUDIT}?user={person.email}"), 403)
    assert of(admin, person) == []
    assert_problem(admin.get(f"{AUDIT}?user=nobody@example.com"), 404)
    assert_problem(admin.get(f"{AUDIT}?limit=0"), 422, "limit")
