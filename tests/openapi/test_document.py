"""The document by itself: what validators and generators say of it. Needs no stack."""

import re
from collections.abc import Iterator

import pytest
from answers import Contract
from openapi_spec_validator import OpenAPIV31SpecValidator

WAYS_AROUND_A_TYPE = {
    "a cast": r"\bas\s+(?!const\b)[A-Za-z{(\[]|<any>", "any": r":\s*any\b", "a non-null assertion": r"[\w)\]]!(?![=])",
    "an ignored error": r"@ts-(ignore|expect-error|nocheck)"}


def test_the_document_is_valid_openapi_3_1(document):
    errors = [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
              for error in OpenAPIV31SpecValidator(document).iter_errors()]
    assert not errors, "\n".join(errors)


@pytest.mark.parametrize("url", [
    "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/api",
    "https://api.sharpened.example/api",
    "http://127.0.0.1:4566/_aws/execute-api/a1b2c3d4/api",
    "http://127.0.0.1:9000"])
def test_its_servers_can_be_any_address_that_the_api_is_served_at(document, url):
    assert any(re.fullmatch(pattern(server), url) for server in document["servers"]), document["servers"]


def pattern(server: dict) -> str:
    """What a server's URL can be: a variable is one of its values if those are listed, else any text."""
    def values(match: re.Match) -> str:
        listed = server["variables"][match.group(1)].get("enum")
        return f"({'|'.join(map(re.escape, listed))})" if listed else ".*"

    return "".join(re.sub(r"^\{(\w+)}$", values, part) if part.startswith("{") else re.escape(part)
                   for part in re.split(r"(\{\w+})", server["url"]))


def test_every_operation_lists_its_refusals_by_status(document):
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert "default" not in operation["responses"], f"{where} answers anything"
            assert {"401", "500", "503"} <= operation["responses"].keys(), where
            assert operation["tags"] and operation["description"], where


def test_every_body_has_an_example_that_is_one(document):
    contract = Contract(document)
    for where, content in bodies(document):
        examples = [contract.resolve(example)["value"] for example in content.get("examples", {}).values()]
        assert examples, f"{where} has no example"
        for example in examples:
            assert not contract.differences(content["schema"], example), where


def bodies(document: dict) -> Iterator[tuple[str, dict]]:
    """Every body that is sent or answered, with what it belongs to."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            places = {"request": operation.get("requestBody", {})} | operation["responses"]
            for name, place in places.items():
                for media_type, content in place.get("content", {}).items():
                    yield f"{method} {path}, {name} as {media_type}", content


def test_the_types_name_every_kind_of_fact(client):
    kinds = re.search(r'\bCategory: ("[^;]*");', client.types()).group(1)
    told = {"training", "meals", "goals", "challenges", "commitments", "style", "health", "unknown"}
    assert set(re.findall(r'"(\w+)"', kinds)) == told


def test_the_client_is_written_without_a_way_around_the_types(client):
    for source in client.sources():
        code = re.sub(r'//.*|/\*(?s:.*?)\*/|"[^"\n]*"|`[^`]*`', "", source.read_text())
        for name, way in WAYS_AROUND_A_TYPE.items():
            assert not re.search(way, code), f"{source.name} has {name}: {re.search(way, code).group()}"


def test_the_client_compiles_with_every_strict_check(client):
    client.compile()
