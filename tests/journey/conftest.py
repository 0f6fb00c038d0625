"""Black-box tests of the deployed local stack: all they know is stack.json, HTTP, and the stack's own tools. Every
answer that one of them gets is held against the published contract.

`tests/run` starts the stack for them; against a running one:
    target/local/tools/bin/python -m pytest tests/journey
"""

import pathlib
import sys
import uuid
from collections.abc import Iterator

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "infra" / "local"), str(ROOT / "tests" / "openapi")]

from answers import published  # noqa: E402
from stacktool import commands, people, scenarios  # noqa: E402
from stacktool.api import Answer, Api  # noqa: E402
from stacktool.journey import Journey  # noqa: E402

SCENARIO = "diet-switcher"


@pytest.fixture(scope="session")
def stack() -> dict:
    """The content of stack.json."""
    return commands.deployed()


@pytest.fixture(scope="session", autouse=True)
def answers_as_documented() -> Iterator[None]:
    """Fails a test that gets an answer which the contract does not describe."""

    def check(method: str, path: str, answer: Answer) -> None:
        published().check(method, path, answer.status, answer.headers.get("content-type"), answer.text)

    Api.observer = staticmethod(check)
    yield
    Api.observer = None


@pytest.fixture(scope="session")
def admin(stack) -> Api:
    return Api(stack["api_url"], people.token(stack, people.ADMIN, admin=True))


@pytest.fixture(scope="session")
def new_email():
    """Makes addresses that nobody has yet."""
    return lambda: f"person-{uuid.uuid4().hex[:12]}@example.com"


@pytest.fixture(scope="session")
def newcomer(stack, new_email):
    """Makes a person of a scenario who has a token and nothing else."""

    def make(name: str = SCENARIO, **changes: object) -> Journey:
        scenario = scenarios.load(name)
        scenario["person"] |= changes
        return Journey(stack, scenario, new_email())

    return make


@pytest.fixture(scope="session")
def member(newcomer):
    """Makes a person who has signed up."""

    def make(name: str = SCENARIO, **changes: object) -> Journey:
        person = newcomer(name, **changes)
        person.sign_up()
        return person

    return make


@pytest.fixture(scope="session")
def talked(member):
    """Makes a person who has talked through the consultation and not completed it; returns them with the session."""

    def make() -> tuple[Journey, str]:
        person = member()
        person.open_gate()
        session_id = person.start_consultation()["session_id"]
        for _ in person.talk(session_id):
            pass
        return person, session_id

    return make


@pytest.fixture(scope="session")
def coached(talked):
    """A person with a personal prompt, version 1. Shared: tests may chat, but not change versions."""
    person, session_id = talked()
    person.complete(session_id)
    person.session_id = session_id
    return person
