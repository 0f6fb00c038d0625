"""The check of answers refuses what it has to refuse."""

import json

import pytest
from answers import Contract

DOCUMENT = {
    "paths": {
        "/v1/things/{thing_id}": {
            "get": {"responses": {
                "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                "404": {"content": {"application/problem+json": {
                    "schema": {"$ref": "#/components/schemas/Problem"}, "examples": {"missing": {}}}}}}},
            "delete": {"responses": {"204": {"description": "It is gone."}}}},
        "/v1/things/latest": {"get": {"responses": {"204": {"description": "There is none."}}}}},
    "components": {
        "schemas": {
            "Problem": {"type": "object", "properties": {"code": {"type": "string"}}, "required": ["code"]},
            "Thing": {
                "type": "object", "required": ["kind", "parts", "notes"],
                "properties": {
                    "kind": {"type": "string"},
                    "seen": {"type": ["string", "null"], "format": "date"},
                    "notes": {"type": "object", "additionalProperties": {"type": "integer"}},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}}}},
            "Part": {
                "properties": {"name": {"type": "string"}}, "required": ["name"], "type": "object",
                "oneOf": [
                    {"properties": {"form": {"const": "round"}, "radius": {"type": "number"}},
                     "required": ["form", "radius"]},
                    {"properties": {"form": {"const": "square"}, "edge": {"type": "number"}},
                     "required": ["form", "edge"]}]}}}}

ROUND = {"name": "wheel", "form": "round", "radius": 2}
THING = {"kind": "toy", "seen": "2026-11-20", "notes": {"any": 1}, "parts": [ROUND]}


def check(body: object, status: int = 200, content_type: str = "application/json", path: str = "/v1/things/7?x=1") -> None:
    Contract(DOCUMENT).check("GET", path, status, content_type, json.dumps(body))


def test_what_is_documented_passes():
    check(THING)
    check(THING | {"seen": None, "parts": []})
    check({"code": "missing"}, 404, "application/problem+json")
    Contract(DOCUMENT).check("DELETE", "/v1/things/7", 204, None, "")


@pytest.mark.parametrize(("body", "named"), [
    (THING | {"colour": "red"}, "colour"),
    (THING | {"parts": [ROUND | {"colour": "red"}]}, "parts/0"),
    (THING | {"parts": [ROUND | {"edge": 1}]}, "parts/0"),
    (THING | {"parts": [{"name": "wheel", "form": "flat"}]}, "parts/0"),
    (THING | {"notes": {"any": "text"}}, "notes/any"),
    (THING | {"kind": None}, "kind"),
    (THING | {"seen": "yesterday"}, "seen"),
    ({"kind": "toy", "notes": {}}, "parts")])
def test_a_body_that_is_not_documented_is_refused(body, named):
    with pytest.raises(AssertionError, match=named):
        check(body)


@pytest.mark.parametrize(("status", "content_type"), [
    (201, "application/json"), (500, "application/problem+json"), (200, "text/plain"), (404, "application/json")])
def test_a_status_and_a_content_type_that_are_not_listed_are_refused(status, content_type):
    with pytest.raises(AssertionError, match=f"answered {status}"):
        check(THING, status, content_type)


def test_a_code_that_is_not_listed_is_refused():
    with pytest.raises(AssertionError, match="code gone"):
        check({"code": "gone"}, 404, "application/problem+json")


def test_a_body_where_none_is_documented_is_refused():
    with pytest.raises(AssertionError, match="with a body"):
        Contract(DOCUMENT).check("DELETE", "/v1/things/7", 204, None, "{}")


def test_a_path_without_variables_goes_before_one_with_them():
    with pytest.raises(AssertionError, match="listed are 204"):
        check(THING, path="/v1/things/latest")


def test_a_path_that_the_contract_does_not_have_may_only_be_missing():
    check({}, 404, path="/v1/nothing")
    with pytest.raises(AssertionError, match="no such operation"):
        check({}, 200, path="/v1/nothing")
