"""What `infra/deploy` asks of the API that it has deployed: at which address, and whom it lets in. An API of the test's own
stands for the deployed one."""

import argparse
import http.server
import json
import pathlib
import sys
import threading
from collections.abc import Iterator

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "infra"), str(ROOT / "infra" / "local")]

from deploytool import address, admins, commands, stacks  # noqa: E402
from deploytool.account import Account  # noqa: E402
from deploytool.stage import load  # noqa: E402
from stacktool.console import Problem  # noqa: E402

# Port 9 takes nothing: no DNS record leads to the API yet.
NOWHERE = "http://127.0.0.1:9/api"
TOKEN = "an-admins-token"


class Gateway(http.server.BaseHTTPRequestHandler):
    """Refuses who sends no token, and lets in everybody but `stranger`."""

    def do_GET(self) -> None:  # noqa: N802 (as http.server names it)
        self._answer(200 if self.headers["Authorization"] else 401, {"detail": "Send a valid ID token."})

    def do_PUT(self) -> None:  # noqa: N802
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, self.headers["Authorization"], body))
        items = [{"user": user, "result": "not_found" if user == "stranger" else "enabled"} for user in body["users"]]
        self._answer(200, {"items": items})

    def _answer(self, status: int, content: dict) -> None:
        text = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def gateway() -> Iterator[http.server.ThreadingHTTPServer]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as server:
        server.requests = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def url(server: http.server.ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}/api"


def test_the_domain_is_used_once_it_leads_to_the_api_and_the_gateways_address_until_then(gateway):
    there = url(gateway)
    assert address.of({"ApiUrl": NOWHERE, "ApiGatewayUrl": there}) == there
    assert address.of({"ApiUrl": there, "ApiGatewayUrl": NOWHERE}) == there


def test_without_a_domain_there_is_one_address_and_an_earlier_deployment_tells_no_other():
    assert address.of({"ApiUrl": NOWHERE, "ApiGatewayUrl": NOWHERE}) == address.of({"ApiUrl": NOWHERE}) == NOWHERE


@pytest.fixture
def enabling(gateway, tmp_path, monkeypatch):
    """Runs `infra/deploy staging enable FILE` for people."""
    stage = load("staging", tmp_path / "staging.toml")
    stage.region, stage.admin = "eu-central-1", "you@example.com"
    monkeypatch.setattr(Account, "number", lambda _: "123456789012")
    monkeypatch.setattr(stacks, "outputs", lambda *_: {"ApiUrl": NOWHERE, "ApiGatewayUrl": url(gateway)})
    monkeypatch.setattr(admins, "token", lambda *_: TOKEN)

    def run(*people: str) -> None:
        file = tmp_path / "people.txt"
        file.write_text("\n".join(people))
        commands.run(stage, argparse.Namespace(command="enable", endpoint=None, subject=str(file)))

    return run


def test_everybody_whom_a_file_names_is_let_in_at_the_address_that_answers(enabling, gateway, capsys):
    enabling("nora@example.com", "7c9e6679", "# nobody")
    assert gateway.requests == [("/api/v1/admin/consultation-access", f"Bearer {TOKEN}",
                                 {"users": ["nora@example.com", "7c9e6679"], "enabled": True})]
    told = capsys.readouterr()
    assert [line.split() for line in told.out.splitlines()] == [
        ["1", "enabled", "nora@example.com"], ["2", "enabled", "7c9e6679"]]
    assert "2 enabled" in told.err


def test_who_was_not_let_in_is_named_with_the_next_step_and_the_command_fails(enabling, capsys):
    with pytest.raises(Problem, match="not found: Nobody has signed up with this"):
        enabling("nora@example.com", "stranger")
    assert "not found   stranger" in capsys.readouterr().out


def test_an_api_that_does_not_answer_is_told_in_a_sentence(enabling, monkeypatch):
    monkeypatch.setattr(stacks, "outputs", lambda *_: {"ApiUrl": NOWHERE})
    with pytest.raises(Problem, match="does not answer.*Try again"):
        enabling("nora@example.com")
