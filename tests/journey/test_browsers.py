"""What a browser needs before it lets a page of another origin ask, and read the answer."""

import urllib.request
from collections.abc import Iterator

import pytest
from stacktool import aws, functions
from stacktool.api import Api

TRACING = {"traceparent", "tracestate", "baggage", "sentry-trace", "x-request-id"}
SENT = {"authorization", "content-type", "idempotency-key"} | TRACING


APP, SHELL = "https://app.example.com", "capacitor://localhost"


@pytest.fixture
def listed(stack) -> Iterator[None]:
    """A function whose answers only the pages of two origins may read."""
    client, name = aws.client("lambda", stack["aws_endpoint"]), functions.physical_name(stack, "get-profile")
    deployed = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]

    def configure(variables: dict) -> None:
        client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
        client.get_waiter("function_updated_v2").wait(FunctionName=name)

    configure(deployed | {"FRONTEND_ORIGIN": f"{APP},{SHELL}"})
    yield
    configure(deployed)


def names(header: str) -> set[str]:
    return {name.strip().lower() for name in header.split(",")}


def test_pages_and_apps_of_any_origin_may_ask_with_their_tracing_headers(stack):
    for origin in (APP, SHELL):
        request = urllib.request.Request(stack["api_url"] + "/v1/users/me", method="OPTIONS", headers={
            "Origin": origin, "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": ", ".join(sorted(SENT))})
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.headers["Access-Control-Allow-Origin"] in ("*", origin)
            assert names(answer.headers["Access-Control-Allow-Headers"]) >= SENT
            assert "patch" in names(answer.headers["Access-Control-Allow-Methods"])


def test_a_page_reads_the_request_id_of_every_answer_and_when_to_try_again(stack, member):
    answers = [member().user.get("/v1/users/me"), Api(stack["api_url"]).get("/v1/users/me"),
               Api(stack["api_url"]).get("/v1/nothing-here")]
    assert [answer.status for answer in answers] == [200, 401, 404]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == "*"
        assert names(answer.headers["access-control-expose-headers"]) >= {"x-request-id", "retry-after"}
        assert answer.headers["x-request-id"]
    for refused in answers[1:]:
        assert refused.json["request_id"] == refused.headers["x-request-id"]


@pytest.mark.usefixtures("listed")
def test_only_the_pages_of_listed_origins_read_what_a_function_answers(member):
    user = member().user
    for origin, allowed in ((APP, APP), (SHELL, SHELL), ("https://evil.example", None)):
        answer = user.send("GET", "/v1/users/me", headers={"Origin": origin})
        assert answer.status == 200
        assert answer.headers.get("access-control-allow-origin") == allowed
        assert answer.headers["vary"] == "Origin"
