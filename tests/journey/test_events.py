"""The sample events, each invoked as the person whose token it carries, in either shape."""

import json

import pytest

from stacktool import events, functions, paths

API_FUNCTIONS = sorted(
    file.stem for file in (paths.ROOT / "events").glob("*.json") if "requestContext" in json.loads(file.read_text()))


@pytest.mark.parametrize("http_api", [False, True], ids=["rest-api", "http-api"])
@pytest.mark.parametrize("function", API_FUNCTIONS)
def test_a_sample_event_is_answered_as_a_request_of_its_person(stack, new_email, function, http_api):
    event = events.sample(stack, function, new_email(), http_api)
    answer, failed = functions.invoke(stack, function, json.dumps(event).encode())
    assert not failed, answer
    status = answer["statusCode"]
    # A newcomer has no profile yet, and the address of a sample's body is not theirs: both are said to a known caller.
    assert status in (200, 201, 404, 409, 422), answer
