"""Who may do what."""

from problems import assert_problem
from stacktool.journey import expect, poll


def gate(email: str) -> str:
    return f"/v1/admin/users/{email}/consultation-access"


def test_nobody_opens_the_gate_for_themselves(member):
    person = member()
    for body in ({"consultation_enabled": True}, {"weight_kg": 77, "consultation_enabled": True},
                 {"role": "admin", "cognito:groups": ["admin"]}, {"system_prompt_version": 9}):
        answer = person.user.patch("/v1/users/me", body)
        assert answer.status in (200, 400, 422), answer.text
    assert_problem(person.user.put(gate(person.email), {"enabled": True}), 403)
    profile = expect(person.user.get("/v1/users/me"), "profile")
    assert profile["consultation_enabled"] is False
    assert not profile["system_prompt_version"]
    assert_problem(person.user.post("/v1/consultation/start"), 403)


def test_the_gate_cannot_be_opened_while_signing_up(newcomer):
    person = newcomer(consultation_enabled=True)
    answer = person.user.post("/v1/users", person.scenario["person"] | {"email": person.email})
    assert answer.status in (201, 422), answer.text
    if answer.status == 201:
        assert answer.json["consultation_enabled"] is False


def test_only_admins_read_the_report(member, admin):
    assert_problem(member().user.get("/v1/admin/report"), 403)
    expect(admin.get("/v1/admin/report"), "report")


def test_an_admin_opens_by_id_and_by_email(member, admin):
    by_id, by_email = member(), member()
    user_id = by_id.user.get("/v1/users/me").json["user_id"]
    expect(admin.put(gate(user_id), {"enabled": True}), "by id")
    expect(admin.put(gate(by_email.email.upper().replace("@", "%40")), {"enabled": True}), "by email")
    for person in (by_id, by_email):
        person.start_consultation()


def test_withdrawn_access_stops_the_talk_and_keeps_it_readable(member, admin):
    person = member()
    person.open_gate()
    session_id = person.start_consultation()["session_id"]
    message = {"session_id": session_id, "message": "I want to lose 5 kg."}
    expect(person.user.post("/v1/consultation/message", message), "message")
    expect(admin.put(gate(person.email), {"enabled": False}), "withdrawing")
    assert_problem(person.user.post("/v1/consultation/message", message), 403)
    assert_problem(person.user.post(f"/v1/consultation/{session_id}/complete"), 403)
    expect(person.user.get(f"/v1/consultation/{session_id}"), "reading")
    expect(admin.put(gate(person.email), {"enabled": True}), "opening again")
    assert person.start_consultation()["session_id"] == session_id


def test_nobody_signs_up_with_another_persons_address(newcomer, member):
    victim, thief = member(), newcomer()
    body = thief.scenario["person"] | {"email": victim.email}
    assert_problem(thief.user.post("/v1/users", body), 422, "email")


def test_an_admin_decides_how_careful_the_coach_is(member, admin):
    person = member()
    path = f"/v1/admin/users/{person.email}/risk"
    decision = {"risk": "no_deficit", "reason": "Asked by their doctor."}
    assert_problem(person.user.put(path, decision), 403)
    assert_problem(admin.put(path, {"risk": "no_deficit"}), 422, "reason")
    assert_problem(admin.put("/v1/admin/users/nobody/risk", decision), 404)
    assert expect(admin.put(path, decision), "deciding")["risk"] == "no_deficit"
    profile = expect(person.user.get("/v1/users/me"), "profile")
    assert (profile["risk"], profile["targets"]["basis"]) == ("no_deficit", "maintenance_safety")
    expect(admin.put(path, decision | {"risk": "none"}), "loosening")
    assert expect(person.user.get("/v1/users/me"), "profile")["risk"] == "none"


def test_an_admin_lists_whom_the_coach_is_careful_with(member, admin):
    person = member()
    decision = {"risk": "referred", "reason": "Asked by their doctor."}
    expect(admin.put(f"/v1/admin/users/{person.email}/risk", decision), "deciding")
    listed = "/v1/admin/users?state=at_risk&limit=100"
    assert_problem(person.user.get(listed), 403)
    assert_problem(admin.get("/v1/admin/users?state=everybody"), 422, "state")

    def found() -> dict | None:
        users = expect(admin.get(listed), "users")["items"]
        return next((user for user in users if user["email"] == person.email), None)

    # The index may lag by moments.
    user = poll("listing them", found)
    assert (user["state"], user["risk"]) == ("at_risk", "referred")
    expect(admin.put(f"/v1/admin/users/{person.email}/risk", decision | {"risk": "none"}), "loosening")
    poll("listing them no longer", lambda: True if found() is None else None)


def test_who_was_too_young_does_not_get_in_with_another_age(newcomer):
    person = newcomer()
    body = person.scenario["person"] | {"email": person.email}
    for age in (16, 34):
        assert_problem(person.user.post("/v1/users", body | {"age": age}), 422, "age")
    assert_problem(person.user.get("/v1/users/me"), 404)
