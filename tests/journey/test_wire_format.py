"""What the functions send to Claude, against the types of the official Python client."""

import functools
import json
import typing
import urllib.request

import pydantic
import pytest
from anthropic.types import TextBlockParam, message_create_params
from anthropic.types.assistant_message_param import AssistantMessageParam
from anthropic.types.messages import batch_create_params
from anthropic.types.output_config_param import OutputConfigParam
from anthropic.types.user_message_param import UserMessageParam


@pytest.fixture(scope="module")
def sent(stack, talked) -> list[dict]:
    """Everything that Claude was asked, at least by one person from the consultation to the coach."""
    person, session_id = talked()
    person.complete(session_id)
    person.ask_coach()
    with urllib.request.urlopen(f"{stack['claude_url']}/_simulator/requests", timeout=30) as answer:
        return json.load(answer)["requests"]


@functools.cache
def validator(kind: type) -> tuple[pydantic.TypeAdapter, frozenset[str]]:
    """What checks values of a type, and the members that the type has; both take a while to make."""
    return pydantic.TypeAdapter(kind), frozenset(typing.get_type_hints(kind))


def validate(kind: type, value: dict) -> None:
    """A value of that type, with no member that the type does not have."""
    adapter, members = validator(kind)
    adapter.validate_python(value)
    assert value.keys() <= members, value.keys() - members


def validate_message(body: dict) -> None:
    streams = body.get("stream", False)
    validate(message_create_params.MessageCreateParamsStreaming if streams
             else message_create_params.MessageCreateParamsNonStreaming, body)
    # The types are lazy about what is within a list.
    for turn in body["messages"]:
        validate(UserMessageParam if turn["role"] == "user" else AssistantMessageParam, turn)
    blocks = [*body.get("system", []), *(block for turn in body["messages"] for block in turn["content"])]
    for block in blocks:
        validate(TextBlockParam, block)
    if "output_config" in body:
        validate(OutputConfigParam, body["output_config"])


def test_every_message_is_of_the_official_types(sent):
    messages = [request for request in sent if request["path"] == "/v1/messages" and request["body"]]
    assert {"consultation", "profile", "prompt", "coach"} <= {request["task"] for request in messages}
    assert {request["body"].get("stream", False) for request in messages} == {True, False}
    for request in messages:
        validate_message(request["body"])


def test_every_batch_is_of_the_official_types(sent):
    for request in sent:
        if request["path"] == "/v1/messages/batches" and request["method"] == "POST":
            validate(batch_create_params.BatchCreateParams, request["body"])
            for entry in request["body"]["requests"]:
                validate(batch_create_params.Request, entry)
                validate_message(entry["params"])
