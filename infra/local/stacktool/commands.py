"""What each command does."""

import argparse
import json
import sys
import time
from pathlib import Path

from . import api, build, cloud, cohorts, deploy, events, functions, logs, people, settings, watch, weekly
from .checks import deployed
from .console import Problem, note


def run(arguments: argparse.Namespace) -> None:
    """Runs the command that was asked for."""
    if arguments.command in ("up", "demo"):
        stack = up(arguments.enforce_iam)
        if arguments.command == "demo":
            from . import demo

            demo.run(stack, arguments.scenario)
        return
    stack = deployed()
    if arguments.command == "token":
        print(people.token(stack, arguments.email, arguments.admin))
    elif arguments.command == "event":
        print(json.dumps(events.sample(stack, arguments.function, arguments.email, arguments.http_api), indent=2))
    elif arguments.command == "invoke":
        invoke(stack, arguments.function, arguments.event)
    elif arguments.command == "watch":
        sys.exit(watch.watch(stack))
    elif arguments.command == "logs":
        logs.show(stack, arguments)
    elif arguments.command == "enable":
        admin = api.Api(stack["api_url"], people.token(stack, people.ADMIN, admin=True))
        cohorts.let_in(admin, cohorts.read(Path(arguments.file)))


def up(enforce_iam: bool) -> dict:
    """From a fresh clone to a deployed, healthy stack."""
    start = time.monotonic()
    chosen = settings.of_environment()
    programs = build.build()
    simulator, checker = programs.pop(build.SIMULATOR), programs.pop(build.CHECKER)
    endpoint = cloud.start(enforce_iam)
    stack = deploy.deploy(endpoint, *cloud.claude(simulator), programs, checker, chosen)
    note(f"the stack is up after {time.monotonic() - start:.0f} s: {stack['api_url']}")
    return stack


def invoke(stack: dict, function: str, event: str | None) -> None:
    """Prints a function's result; a function's error ends the process with 1. A weekly run is followed to its end."""
    if event is None and function == "weekly-updater":
        payload = weekly.scheduled_event(stack)
        note(f"the schedule's event: {payload.decode()}")
    else:
        payload = _read_event(event)
    result, failed = functions.invoke(stack, function, payload)
    print(json.dumps(result, indent=2, ensure_ascii=False))
    if failed:
        raise Problem(f"{function} failed. `infra/local/stack logs {function}` tells why.")
    if function == "weekly-updater" and result.get("run_id"):
        _follow_run(stack, result["run_id"])


def _read_event(event: str | None) -> bytes:
    try:
        payload = Path(event).read_bytes() if event else b"{}"
        json.loads(payload)
    except (OSError, ValueError) as error:
        raise Problem(f"{event} is not a readable JSON file: {error}.") from None
    return payload


def _follow_run(stack: dict, run_id: str) -> None:
    for record in weekly.follow(stack, run_id):
        note(weekly.told(record))
    if record["state"] == "waiting_for_batch":
        note("`infra/local/stack invoke batch-collector` applies the batch once Claude has ended it")
    elif record["state"] == "stopped_by_budget":
        note("the budget of the day is used up; `infra/local/stack invoke batch-collector` goes on tomorrow")
    elif record["state"] == "switched_off":
        note("ENABLE_AUTOMATIC_UPDATES is false; once it is true, `infra/local/stack invoke batch-collector` goes on")
    if given_up := weekly.dead_letters(stack):
        note(f"jobs in the dead-letter queue: {given_up}; `infra/local/stack logs prompt-worker` tells why")
