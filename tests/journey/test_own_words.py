"""Signing up as the requirement words it: five fields, `weight` and a goal in the person's own words."""

from problems import assert_problem
from stacktool.journey import expect


def body(person, **changes: object) -> dict:
    return {"name": "Ana", "email": person.email, "age": 34, "weight": 82.5, "goal": "lose weight"} | changes


def test_the_five_fields_of_the_requirement_are_enough(newcomer):
    person = newcomer()
    profile = expect(person.user.post("/v1/users", body(person)), "sign-up", 201)
    assert (profile["weight_kg"], profile["goal_text"]) == (82.5, "lose weight")
    assert profile["consultation_enabled"] is False


def test_a_goal_in_words_keeps_the_weight_until_more_is_known(newcomer):
    person = newcomer()
    goal = "wieder in meine alte Jeans passen"
    profile = expect(person.user.post("/v1/users", body(person, goal=goal)), "sign-up", 201)
    assert (profile["goal"], profile["goal_text"]) == ("maintain", goal)
    person.open_gate()
    session_id = person.start_consultation()["session_id"]
    message = {"session_id": session_id, "message": "I want to lose 8 kg before the wedding in June."}
    expect(person.user.post("/v1/consultation/message", message), "message")
    learned = expect(person.user.get("/v1/users/me"), "profile")
    assert (learned["goal"], learned["goal_text"]) == ("lose_weight", goal)
    assert learned["targets"]["daily_calories"] < profile["targets"]["daily_calories"]
    typed = expect(person.user.patch("/v1/users/me", {"goal": "maintain", "weight": 81}), "change")
    assert (typed["goal"], typed["goal_text"], typed["weight_kg"]) == ("maintain", None, 81)


def test_danger_in_a_goal_is_heard(newcomer):
    person = newcomer()
    goal = "I want to starve until 40 kg"
    profile = expect(person.user.post("/v1/users", body(person, goal=goal)), "sign-up", 201)
    assert (profile["risk"], profile["safety"]["kind"]) == ("no_deficit", "eating_disorder")
    assert profile["support"]


def test_a_weight_has_one_name_and_a_goal_has_words(newcomer):
    person = newcomer()
    assert_problem(person.user.post("/v1/users", body(person, weight_kg=82.5)), 422, "weight")
    assert_problem(person.user.post("/v1/users", body(person, goal="")), 422, "goal")
    assert_problem(person.user.get("/v1/users/me"), 404)
