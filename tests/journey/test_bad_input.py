"""What each endpoint refuses, and how."""

import datetime
import json
import pathlib
import re
import uuid

import pytest
from problems import assert_problem
from stacktool.api import Api
from stacktool.journey import expect

NOBODYS = str(uuid.uuid4())
CONTRACT = json.loads((pathlib.Path(__file__).resolve().parents[2] / "infra" / "openapi.json").read_text())
OPERATIONS = {(method.upper(), re.sub(r"{\w+}", NOBODYS, path)): operation
              for path, operations in CONTRACT["paths"].items()
              for method, operation in operations.items() if "responses" in operation}
ENDPOINTS = sorted(OPERATIONS)
FOR_ADMINS = [endpoint for endpoint in ENDPOINTS if endpoint[1].startswith("/v1/admin/")]
WITH_BODY = [endpoint for endpoint in ENDPOINTS
             if OPERATIONS[endpoint].get("requestBody", {}).get("required") and endpoint not in FOR_ADMINS]
GATE = "/v1/admin/users/someone@example.com/consultation-access"
MEAL = {"name": "Soup", "meal_type": "lunch", "calories": 350, "protein_g": 20, "carbs_g": 40, "fat_g": 12}


def meal(**changes: object) -> dict:
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return {"eaten_at": now} | MEAL | changes


@pytest.fixture(scope="module")
def somebody(member):
    return member()


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
@pytest.mark.parametrize("token", [None, "not-a-token"])
def test_nobody_gets_in_without_a_valid_token(stack, method, path, token):
    assert_problem(Api(stack["api_url"], token).send(method, path, None if method == "GET" else {}), 401)


@pytest.mark.parametrize(("method", "path"), FOR_ADMINS)
def test_nobody_but_admins_gets_to_what_is_for_admins(somebody, method, path):
    assert_problem(somebody.user.send(method, path, None if method == "GET" else {}), 403)


def test_an_unknown_path_is_not_found(somebody):
    assert_problem(somebody.user.get("/v1/nothing-here"), 404)


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
@pytest.mark.parametrize("body", [b"{not json", b"[]", b'"text"', b"null", b"\xff\xfe"])
def test_malformed_json_is_refused(somebody, method, path, body):
    assert_problem(somebody.user.send(method, path, body), 400)


def test_malformed_json_is_refused_from_admins_too(admin):
    assert_problem(admin.send("PUT", GATE, b"{"), 400)


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
def test_an_oversized_body_is_refused(somebody, method, path):
    body = b'{"message": "' + b"a" * 70_000 + b'"}'
    assert_problem(somebody.user.send(method, path, body), 413)


@pytest.mark.parametrize(("field", "value"), [
    ("name", ""), ("name", 7), ("email", "no-address"), ("age", 12), ("age", 34.5), ("age", "34"), ("weight_kg", -1),
    ("weight_kg", 1000), ("goal", ""), ("goal", "x" * 301), ("timezone", "Mars/Olympus"), ("height_cm", 3)])
def test_signing_up_names_the_field_that_is_wrong(newcomer, field, value):
    person = newcomer()
    body = person.scenario["person"] | {"email": person.email, field: value}
    assert_problem(person.user.post("/v1/users", body), 422, field)
    assert_problem(person.user.get("/v1/users/me"), 404)


@pytest.mark.parametrize("field", ["name", "email", "age", "weight_kg", "goal"])
def test_signing_up_names_the_field_that_is_missing(newcomer, field):
    person = newcomer()
    body = person.scenario["person"] | {"email": person.email}
    del body[field]
    assert_problem(person.user.post("/v1/users", body), 422, field)


@pytest.mark.parametrize(("field", "value"), [
    ("name", ""), ("meal_type", "feast"), ("eaten_at", "yesterday"), ("eaten_at", "2026-11-20T18:30:00"),
    ("calories", -5), ("calories", "many"), ("calories", 1_000_000), ("protein_g", -1),
    ("eaten_at", "2199-01-01T12:00:00Z")])
def test_logging_a_meal_names_the_field_that_is_wrong(somebody, field, value):
    assert_problem(somebody.user.post("/v1/meals", meal(**{field: value})), 422, field)


@pytest.mark.parametrize(("path", "body", "field"), [
    ("/v1/coach/message", {}, "message"), ("/v1/coach/message", {"message": "  "}, "message"),
    ("/v1/coach/message", {"message": "a" * 5000}, "message"),
    ("/v1/coach/message", {"message": "Hi", "conversation_id": "x"}, "conversation_id"),
    ("/v1/consultation/message", {"message": "Hi"}, "session_id"),
    ("/v1/consultation/message", {"message": "Hi", "session_id": "x"}, "session_id"),
    ("/v1/consultation/message", {"session_id": NOBODYS}, "message")])
def test_a_message_names_the_field_that_is_wrong(somebody, path, body, field):
    assert_problem(somebody.user.post(path, body), 422, field)


@pytest.mark.parametrize(("field", "value"), [("weight_kg", 0), ("timezone", "nowhere"), ("goal", ""),
                                              ("targets", {"daily_calories": -1})])
def test_changing_the_profile_names_the_field_that_is_wrong(somebody, field, value):
    before = somebody.user.get("/v1/users/me").json
    assert_problem(somebody.user.patch("/v1/users/me", {field: value}), 422, field)
    assert somebody.user.get("/v1/users/me").json == before, "nothing was half-written"


@pytest.mark.parametrize("path", ["/v1/meals", "/v1/coach/messages", "/v1/users/me/prompts"])
@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "many"}, {"limit": "100000"}, {"cursor": "garbage"}])
def test_a_list_refuses_a_bad_limit_and_a_bad_cursor(somebody, path, query):
    assert_problem(somebody.user.get(path, **query), 422)


def test_the_gate_takes_a_boolean_and_a_known_user(admin, somebody):
    path = f"/v1/admin/users/{somebody.email}/consultation-access"
    assert_problem(admin.put(path, {"enabled": "yes"}), 422, "enabled")
    assert_problem(admin.put(path, {}), 422, "enabled")
    assert_problem(admin.put("/v1/admin/users/nobody@example.com/consultation-access", {"enabled": True}), 404)


def test_someone_elses_session_is_not_there(somebody, member):
    somebody.open_gate()
    session_id = somebody.start_consultation()["session_id"]
    stranger = member()
    stranger.open_gate()
    assert_problem(stranger.user.get(f"/v1/consultation/{session_id}"), 404)
    assert_problem(stranger.user.post("/v1/consultation/message", {"session_id": session_id, "message": "Hi"}), 404)
    assert_problem(stranger.user.post(f"/v1/consultation/{session_id}/complete"), 404)
    assert_problem(stranger.user.get(f"/v1/consultation/{NOBODYS}"), 404)


def test_someone_elses_meal_is_not_there(somebody, member):
    logged = expect(somebody.user.post("/v1/meals", meal()), "meal", 201)
    stranger = member()
    assert_problem(stranger.user.delete(f"/v1/meals/{logged['meal_id']}"), 404)
    assert logged["meal_id"] in somebody.user.get("/v1/meals").text
    assert_problem(somebody.user.delete(f"/v1/meals/{NOBODYS}"), 404)


def test_without_a_profile_there_is_nothing(newcomer):
    person = newcomer()
    assert_problem(person.user.get("/v1/users/me"), 404)
    assert_problem(person.user.get("/v1/users/me/behavior"), 404)
    assert_problem(person.user.post("/v1/meals", meal()), 404)


def test_a_consultation_that_has_hardly_begun_cannot_be_completed(member):
    person = member()
    person.open_gate()
    session_id = person.start_consultation()["session_id"]
    refused = person.user.post(f"/v1/consultation/{session_id}/complete")
    assert_problem(refused, 409)
    assert refused.json["missing"]["categories"] == ["goals", "training", "meals", "challenges"]
    assert person.prompts() == []
