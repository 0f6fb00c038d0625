"""Holds answers of the API against the published contract, `infra/openapi.json`.

An answer conforms if its status, its content type and the code of a refusal are listed for the operation, and its body
is of the documented shape. What the contract does not name is refused too: clients are generated from it, and a field that they do not know is a
field that nobody can use.
"""

import functools
import json
import pathlib
import re
import urllib.parse

import jsonschema_rs

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "infra" / "openapi.json"

# Keywords whose schemas describe the value that the schema around them describes.
_SAME_VALUE = ("allOf", "anyOf", "oneOf")
# Keywords that hold schemas of values within the value.
_PARTS = ("items", "additionalProperties")


class Contract:
    """The operations of an OpenAPI document, and the shapes of their answers."""

    def __init__(self, document: dict):
        self._document = document
        self._components = {"schemas": {name: _closed_within(schema)
                                        for name, schema in document["components"]["schemas"].items()}}
        # Paths without variables first: `/v1/users/me` is not a user called `me`.
        self._paths = [(re.compile(re.sub(r"\{\w+}", "[^/]+", path)), operations)
                       for path, operations in sorted(document["paths"].items(), key=lambda item: "{" in item[0])]

    def check(self, method: str, path: str, status: int, content_type: str | None, text: str) -> None:
        """Fails with an `AssertionError` that says how the answer differs from what is documented."""
        where = f"{method} {path} answered {status}"
        operation = self._operation(method, path)
        if operation is None:
            # No operation of the contract: the gateway says so.
            assert status in (401, 404), f"{where}, and the contract has no such operation"
            return
        responses = operation["responses"]
        assert str(status) in responses, f"{where}, which is not listed; listed are {', '.join(responses)}: {text[:500]}"
        content = responses[str(status)].get("content", {})
        if not content:
            assert not text, f"{where} with a body where none is documented: {text[:500]}"
            return
        media_type = (content_type or "none").split(";")[0].strip().lower()
        assert media_type in content, f"{where} as {media_type}; documented is {', '.join(content)}"
        body = json.loads(text)
        differences = self.differences(content[media_type]["schema"], body)
        assert not differences, f"{where} with a body that is not the documented one: {'; '.join(differences)[:2000]}"
        if media_type == "application/problem+json":
            # A refusal has an example for each code that it can have.
            listed = content[media_type]["examples"]
            assert body["code"] in listed, f"{where} with the code {body['code']}; listed are {', '.join(listed)}"

    def differences(self, schema: dict, value: object) -> list[str]:
        """How a value differs from what a schema of the document describes."""
        return [f"{'/'.join(map(str, error.instance_path)) or 'the body'}: {error.message}"
                for error in self._validator(json.dumps(schema, sort_keys=True)).iter_errors(value)]

    def _operation(self, method: str, path: str) -> dict | None:
        plain = urllib.parse.urlsplit(path).path
        found = next((operations for pattern, operations in self._paths if pattern.fullmatch(plain)), {})
        return found.get(method.lower())

    def resolve(self, value: dict) -> dict:
        """What a reference leads to, or the value itself if it is none."""
        found = value
        if "$ref" in value:
            found = self._document
            for part in value["$ref"].removeprefix("#/").split("/"):
                found = found[part]
        return found

    @functools.cache  # noqa: B019  the contract of a test run lives as long as the run
    def _validator(self, schema: str) -> jsonschema_rs.Validator:
        root = {"$schema": "https://json-schema.org/draft/2020-12/schema", "components": self._components}
        return jsonschema_rs.validator_for(root | _closed(json.loads(schema)), validate_formats=True)


@functools.cache
def published() -> Contract:
    """The contract that is published."""
    return Contract(json.loads(DOCUMENT.read_text()))


def _closed(schema: object) -> object:
    """A schema of a whole value, which refuses members that the schema does not describe."""
    inner = _closed_within(schema)
    return inner | {"unevaluatedProperties": False} if isinstance(inner, dict) and _describes(inner) else inner


def _describes(schema: dict) -> bool:
    """Whether a schema says anything about its value; one without such a word takes every value."""
    return any(keyword in schema for keyword in ("$ref", "type", "properties", *_SAME_VALUE))


def _closed_within(schema: object) -> object:
    """A schema whose parts refuse undescribed members, while it leaves that of its own value to the schema around it:
    of two schemas of one value, each knows only its own members."""
    if not isinstance(schema, dict):
        return schema
    closed = dict(schema)
    for keyword in _SAME_VALUE:
        if keyword in closed:
            closed[keyword] = [_closed_within(each) for each in closed[keyword]]
    for keyword in _PARTS:
        if keyword in closed:
            closed[keyword] = _closed(closed[keyword])
    if "properties" in closed:
        closed["properties"] = {name: _closed(each) for name, each in closed["properties"].items()}
    return closed
