"""Schemathesis asks the deployed API whatever the contract allows, and what it does not allow, as a person and as an
administrator. A listed status (409, 422 and 429 among them) is an answer to a request of a valid shape; anything else that
differs from the contract, and any 5xx, fails.

The requests follow from SEED, which is printed with what was found: a failure comes back with the same seed. SEED=7 asks
other ones.
"""

import json
import os
import pathlib
import signal
import subprocess
import time
import uuid

import pytest
from stacktool import paths, scenarios, tools
from stacktool.journey import Journey, expect

SEED = int(os.environ.get("SEED") or 20261125)
# Both runs together. A run is bounded by its number of requests, which take about two minutes; on a machine that is busy
# with something else, it is asked to stop at this and judged by what it has seen until then.
MOST_SECONDS = 240
# What a run that was asked to stop has to tell what it has seen.
SECONDS_TO_END = 30
EXAMPLES_PER_OPERATION = {"person": 25, "admin": 40}
ADMIN_ROUTES = '[[operations]]\nexclude-path-regex = "^/v1/admin/"\nenabled = false\n'
PLACE = paths.TARGET / "schemathesis"
HERE = pathlib.Path(__file__).resolve().parent

CONFIGURATION = """
seed = {seed}
continue-on-failure = true
request-timeout = 60.0
hooks = "schemathesis_hooks"
# Half of the requests name what is there.
{known}

{operations}
[cache]
enabled = false

[generation]
max-examples = {examples}
database = "none"

# The built-in check wants 405; see schemathesis_hooks.py for the one that stands in for it.
[checks.unsupported_method]
enabled = false

[checks.positive_data_acceptance]
# 401 answers a drawn token; that each operation asks for a true one is a check of its own (`ignored_auth`).
expected-statuses = ["2xx", "401", "403", "404", "409", "413", "422", "429"]

[phases.coverage]
unexpected-methods = ["GET", "PUT", "POST", "DELETE", "PATCH", "TRACE"]

[auth.wfc]
path = "identities.json"
user = "{identity}"
peers = ["person", "somebody-else"]"""


@pytest.fixture(scope="module")
def deadline() -> float:
    return time.monotonic() + MOST_SECONDS


@pytest.fixture(scope="module")
def person(stack) -> Journey:
    """A person who has been through the whole journey, so that there is something to ask for."""
    person = newcomer(stack)
    session_id = person.start_consultation()["session_id"]
    for _ in person.talk(session_id):
        pass
    person.complete(session_id)
    conversation_id = person.ask_coach()["conversation_id"]
    person.known = {
        "path.session_id": session_id, "body.session_id": session_id,
        "query.conversation_id": conversation_id, "body.conversation_id": conversation_id,
        "path.user": person.profile()["user_id"], "path.meal_id": log_meal(person),
        "body.email": person.email, "body.timezone": person.scenario["person"]["timezone"]}
    return person


@pytest.fixture(scope="module")
def identities(stack, person) -> None:
    """Everybody's tokens where Schemathesis finds them, and nobody else does."""
    tokens = {"person": person.user.token, "somebody-else": newcomer(stack).user.token, "admin": person.admin.token}
    headers = {name: [{"name": "Authorization", "value": f"Bearer {token}"}] for name, token in tokens.items()}
    PLACE.mkdir(parents=True, exist_ok=True)
    file = PLACE / "identities.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps({"auth": [{"name": name, "fixedHeaders": header} for name, header in headers.items()]}))
    yield
    file.unlink()


def newcomer(stack: dict) -> Journey:
    """A person who has signed up and may have a consultation."""
    person = Journey(stack, scenarios.load("new-runner"), f"random-{uuid.uuid4().hex[:12]}@example.com")
    person.sign_up()
    person.open_gate()
    return person


def log_meal(person: Journey) -> str:
    meal = next(iter(scenarios.days(person.scenario, "before")))[0]
    return expect(person.user.post("/v1/meals", meal), "Logging a meal", 201)["meal_id"]


def ends_within(process: subprocess.Popen, seconds: float) -> bool:
    try:
        process.wait(max(seconds, 1))
    except subprocess.TimeoutExpired:
        return False
    return True


@pytest.mark.usefixtures("identities")
@pytest.mark.parametrize(("identity", "operations"), [("person", ""), ("admin", ADMIN_ROUTES)], ids=["person", "admin"])
def test_random_requests_are_answered_as_documented(stack, person, deadline, identity, operations):
    known = [*(f'dictionaries."{name}".values = ["{value}"]' for name, value in person.known.items()),
             *(f'parameters."{name}" = {{dictionary = "{name}", probability = 0.5}}' for name in person.known)]
    (PLACE / f"{identity}.toml").write_text(CONFIGURATION.format(
        seed=SEED, operations=operations, examples=EXAMPLES_PER_OPERATION[identity], identity=identity, known="\n".join(known)))
    command = [tools.bin("st"), "--config-file", f"{identity}.toml", "run", str(paths.ROOT / "infra" / "openapi.json"),
               "--url", stack["api_url"], "--no-color"]
    log = PLACE / f"{identity}.log"
    with open(log, "w") as output:
        asking = subprocess.Popen(command, cwd=PLACE, env=os.environ | {"PYTHONPATH": str(HERE)}, stdout=output,
                                  stderr=subprocess.STDOUT)
        stopped = not ends_within(asking, deadline - time.monotonic())
        if stopped:
            asking.send_signal(signal.SIGINT)
            if not ends_within(asking, SECONDS_TO_END):
                asking.kill()
                pytest.fail(f"The requests did not stop after {MOST_SECONDS} s. {log} shows how far they came.")
    told = log.read_text()
    found = asking.returncode != 0 and (not stopped or "\nFailures:\n" in told or "\nErrors:\n" in told)
    assert not found, f"Seed {SEED}; the whole log is {log}:\n{told}"
    print(f"\nseed {SEED}, as {identity}: {told.strip().splitlines()[-1].strip('= ')}")
