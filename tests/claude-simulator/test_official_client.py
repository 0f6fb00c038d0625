"""The simulator, driven by the official Python client.

Needs `pip install pytest "anthropic>=2.12,<3"`. Either CLAUDE_SIMULATOR_URL names a running simulator, or
CLAUDE_SIMULATOR_BINARY names the binary, which is then started on a free port and stopped at the end.
"""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request

import anthropic
import pytest

KEY = "simulator-key"
MODEL = "claude-sonnet-5-5"
HELLO = [{"role": "user", "content": "I would like to run again, but I gave up in March."}]


def control(url, method, path, body=None):
    """Calls one of the simulator's control paths."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}/_simulator/{path}", data=data, method=method)
    with urllib.request.urlopen(request, timeout=10) as response:
        text = response.read()
    return json.loads(text) if text else None


def wait_until_healthy(url):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            return control(url, "GET", "health")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise AssertionError(f"no simulator answers at {url}")


@pytest.fixture(scope="session")
def url():
    """Where the simulator is."""
    if "CLAUDE_SIMULATOR_URL" in os.environ:
        yield os.environ["CLAUDE_SIMULATOR_URL"].rstrip("/")
        return
    binary = os.environ.get("CLAUDE_SIMULATOR_BINARY")
    if binary is None:
        pytest.fail("set CLAUDE_SIMULATOR_URL to a running simulator or CLAUDE_SIMULATOR_BINARY to its binary")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([binary, "--port", str(port), "--batch-seconds", "never"], stdout=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_healthy(address)
        yield address
    finally:
        process.terminate()
        assert process.wait(timeout=10) == 0, "the simulator stops cleanly when it is told to"


@pytest.fixture(autouse=True)
def clean(url):
    """No test sees another test's faults or requests."""
    control(url, "DELETE", "faults")
    control(url, "DELETE", "requests")


@pytest.fixture
def client(url):
    return anthropic.Anthropic(api_key=KEY, base_url=url, max_retries=0, timeout=20)


def ask(client, **changes):
    return client.messages.create(**{"model": MODEL, "max_tokens": 1000, "messages": HELLO, **changes})


def words(message):
    return "".join(block.text for block in message.content if block.type == "text")


def test_a_message_parses_into_the_clients_types(client, url):
    message = ask(client)
    assert message.type == "message" and message.role == "assistant" and message.model == MODEL
    assert message.stop_reason == "end_turn" and message.stop_sequence is None
    assert "gave up" in words(message)
    usage = message.usage
    assert usage.input_tokens > 0 and usage.output_tokens > 0 and usage.service_tier == "standard"
    assert usage.cache_creation.ephemeral_5m_input_tokens == 0
    recorded = control(url, "GET", "requests")["requests"]
    assert [request["status"] for request in recorded] == [200]
    assert KEY not in json.dumps(recorded)


def test_the_raw_answer_has_a_request_id_and_rate_limits(client):
    raw = client.messages.with_raw_response.create(model=MODEL, max_tokens=100, messages=HELLO)
    assert raw.headers["request-id"].startswith("req_")
    assert int(raw.headers["anthropic-ratelimit-requests-remaining"]) > 0


def test_the_same_request_gets_the_same_words(client):
    assert words(ask(client)) == words(ask(client))


def test_a_stream_adds_up_to_the_message(client):
    plain = ask(client)
    with client.messages.stream(model=MODEL, max_tokens=1000, messages=HELLO) as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    assert text == words(plain) == words(final)
    assert final.stop_reason == "end_turn" and final.usage.output_tokens == plain.usage.output_tokens


def test_the_events_of_a_stream_come_in_order(client):
    events = [event.type for event in ask(client, stream=True)]
    assert events[:2] == ["message_start", "content_block_start"]
    assert events[-3:] == ["content_block_stop", "message_delta", "message_stop"]
    assert set(events[2:-3]) == {"content_block_delta"}, "the client swallows the ping"


def test_thinking_streams_before_the_text(client):
    transcript = ("<person>\nName: Mia\n</person>\n<transcript>\n"
                  '{"speaker": "person", "text": "I gave up keto after two weeks."}\n</transcript>')
    arguments = {"model": MODEL, "max_tokens": 4000, "system": "Write a profile of 200 words.",
                 "messages": [{"role": "user", "content": transcript}],
                 "thinking": {"type": "adaptive", "display": "summarized"}}
    with client.messages.stream(**arguments) as stream:
        final = stream.get_final_message()
    assert [block.type for block in final.content] == ["thinking", "text"]
    assert final.content[0].thinking and final.content[0].signature
    assert final.usage.output_tokens_details.thinking_tokens > 0
    assert 180 <= len(words(final).split()) <= 220


def test_structured_output_has_the_shape_of_the_schema(client):
    schema = {"type": "object", "additionalProperties": False, "required": ["reply", "mood"],
              "properties": {"reply": {"type": "string"}, "mood": {"type": "string", "enum": ["low", "high"]}}}
    message = ask(client, output_config={"format": {"type": "json_schema", "schema": schema}})
    answer = json.loads(words(message))
    assert set(answer) == {"reply", "mood"} and answer["mood"] in ("low", "high") and answer["reply"]


def test_tokens_are_counted_like_they_are_billed(client):
    counted = client.messages.count_tokens(model=MODEL, messages=HELLO)
    assert counted.input_tokens == ask(client).usage.input_tokens


def test_a_cached_prefix_is_read_the_second_time(client):
    system = [{"type": "text", "text": f"{time.time_ns()} " + "word " * 2000, "cache_control": {"type": "ephemeral"}}]
    first, second = ask(client, system=system).usage, ask(client, system=system).usage
    assert first.cache_creation_input_tokens > 2000 and first.cache_read_input_tokens == 0
    assert second.cache_read_input_tokens == first.cache_creation_input_tokens
    assert second.input_tokens == first.input_tokens


def test_batches_go_through_their_states_and_return_results(client, url):
    requests = [{"custom_id": f"user-{number}", "params": {"model": MODEL, "max_tokens": 300, "messages": HELLO}}
                for number in range(8)]
    requests.append({"custom_id": "bad", "params": {"model": MODEL, "max_tokens": 0, "messages": HELLO}})
    batch = client.messages.batches.create(requests=requests)
    assert batch.processing_status == "in_progress" and batch.request_counts.processing == 9
    assert (batch.expires_at - batch.created_at).total_seconds() == 24 * 3600
    with pytest.raises(anthropic.AnthropicError):
        client.messages.batches.results(batch.id)

    control(url, "POST", f"batches/{batch.id}/finish")
    batch = client.messages.batches.retrieve(batch.id)
    assert batch.processing_status == "ended" and batch.ended_at is not None
    assert (batch.request_counts.succeeded, batch.request_counts.errored) == (8, 1)
    results = {result.custom_id: result.result for result in client.messages.batches.results(batch.id)}
    assert list(results) != [request["custom_id"] for request in requests] and len(results) == 9
    assert results["bad"].type == "errored" and results["bad"].error.error.type == "invalid_request_error"
    good = results["user-3"].message
    assert words(good) == words(ask(client)) and good.usage.service_tier == "batch"
    assert batch.id in [listed.id for listed in client.messages.batches.list(limit=3)]


def test_a_batch_can_be_canceled(client, url):
    request = {"custom_id": "a", "params": {"model": MODEL, "max_tokens": 300, "messages": HELLO}}
    batch = client.messages.batches.create(requests=[request])
    assert client.messages.batches.cancel(batch.id).processing_status == "canceling"
    control(url, "POST", f"batches/{batch.id}/finish")
    results = list(client.messages.batches.results(batch.id))
    assert [result.result.type for result in results] == ["canceled"]


REFUSALS = [
    ({"model": "claude-imaginary-9"}, anthropic.NotFoundError, "not_found_error", "model: claude-imaginary-9"),
    ({"messages": []}, anthropic.BadRequestError, "invalid_request_error", "at least one message"),
    ({"max_tokens": 0}, anthropic.BadRequestError, "invalid_request_error", "max_tokens"),
    ({"max_tokens": 1_000_000}, anthropic.BadRequestError, "invalid_request_error", "maximum allowed"),
    ({"messages": [{"role": "user", "content": ""}]}, anthropic.BadRequestError, "invalid_request_error", "non-empty"),
    ({"messages": HELLO + [{"role": "assistant", "content": "So"}]}, anthropic.BadRequestError,
     "invalid_request_error", "prefill"),
    ({"extra_body": {"temperature": 0.5}}, anthropic.BadRequestError, "invalid_request_error", "temperature"),
    ({"thinking": {"type": "disabled"}}, anthropic.BadRequestError, "invalid_request_error", "not supported"),
    ({"tools": [{"name": "t", "input_schema": {"type": "object"}}], "tool_choice": {"type": "any"}},
     anthropic.BadRequestError, "invalid_request_error", "forced tool use"),
    ({"output_config": {"format": {"type": "json_schema", "schema": {"type": "object", "properties": {}}}}},
     anthropic.BadRequestError, "invalid_request_error", "additionalProperties"),
]


@pytest.mark.parametrize(("changes", "error", "kind", "message"), REFUSALS)
def test_refusals_raise_the_clients_errors(client, changes, error, kind, message):
    with pytest.raises(error) as raised:
        ask(client, **changes)
    assert raised.value.type == kind and message in raised.value.api_message
    assert raised.value.request_id.startswith("req_")


def test_a_wrong_key_is_an_authentication_error(url):
    with pytest.raises(anthropic.AuthenticationError):
        ask(anthropic.Anthropic(api_key="wrong", base_url=url, max_retries=0))


def test_a_request_that_is_too_large_says_so(client):
    with pytest.raises(anthropic.RequestTooLargeError) as raised:
        ask(client, system="x" * (33 * 1024 * 1024))
    assert raised.value.type == "request_too_large"


FAULTS = [
    ("rate_limited", anthropic.RateLimitError),
    ("overloaded", anthropic.OverloadedError),
    ("server_error", anthropic.InternalServerError),
    ("disconnect", anthropic.APIConnectionError),
]


@pytest.mark.parametrize(("kind", "error"), FAULTS)
def test_faults_raise_the_clients_errors_and_pass(client, url, kind, error):
    control(url, "POST", "faults", {"kind": kind, "count": 1})
    with pytest.raises(error):
        ask(client)
    assert words(ask(client))


def test_the_client_retries_by_itself_until_a_fault_has_passed(url):
    control(url, "POST", "faults", {"kind": "overloaded", "count": 2})
    patient = anthropic.Anthropic(api_key=KEY, base_url=url, max_retries=3)
    assert words(ask(patient))
    statuses = [request["status"] for request in control(url, "GET", "requests")["requests"]]
    assert statuses == [529, 529, 200]


def test_a_timeout_is_the_clients_timeout(client, url):
    control(url, "POST", "faults", {"kind": "timeout", "count": 1})
    with pytest.raises(anthropic.APITimeoutError):
        ask(client.with_options(timeout=0.3))


def test_answers_can_be_cut_and_refused(client, url):
    control(url, "POST", "faults", {"kind": "truncated", "count": 1})
    assert ask(client).stop_reason == "max_tokens"
    control(url, "POST", "faults", {"kind": "refusal", "count": 1})
    refused = ask(client)
    assert refused.stop_reason == "refusal" and refused.stop_details.type == "refusal" and not refused.content


def test_an_error_in_the_middle_of_a_stream_is_raised(client, url):
    control(url, "POST", "faults", {"kind": "stream_error", "count": 1})
    with pytest.raises(anthropic.APIStatusError) as raised:
        list(ask(client, stream=True))
    assert raised.value.type == "overloaded_error"
