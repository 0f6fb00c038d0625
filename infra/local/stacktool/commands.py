"""What each command does."""

import argparse
import json
import sys
import time
from pathlib import Path

from . import build, cloud, deploy, functions, paths, people, watch
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
    elif arguments.command == "invoke":
        invoke(stack, arguments.function, arguments.event)
    elif arguments.command == "watch":
        sys.exit(watch.watch(stack))
    elif arguments.command == "logs":
        logs(stack, arguments.function)


def up(enforce_iam: bool) -> dict:
    """From a fresh clone to a deployed, healthy stack."""
    start = time.monotonic()
    build.build()
    endpoint = cloud.start(enforce_iam)
    stack = deploy.deploy(endpoint, *cloud.claude())
    note(f"the stack is up after {time.monotonic() - start:.0f} s: {stack['api_url']}")
    return stack


def deployed() -> dict:
    """The stack that `up` deployed."""
    try:
        return json.loads(paths.STACK_JSON.read_text())
    except (OSError, ValueError):
        raise Problem("The local stack is not up. Run `infra/local/stack up` first.") from None


def invoke(stack: dict, function: str, event: str | None) -> None:
    """Prints a function's result; a function's error ends the process with 1."""
    scheduled = ("weekly-updater", "batch-collector")
    if event is None and function in scheduled:
        event = str(paths.EVENTS / f"{function}.json")
    try:
        payload = Path(event).read_bytes() if event else b"{}"
        json.loads(payload)
    except (OSError, ValueError) as error:
        raise Problem(f"{event} is not a readable JSON file: {error}.") from None
    result, failed = functions.invoke(stack, function, payload)
    print(json.dumps(result, indent=2, ensure_ascii=False))
    if failed:
        raise Problem(f"{function} failed. `infra/local/stack logs {function}` tells why.")


def logs(stack: dict, function: str | None) -> None:
    """Prints the lines of one function or of all, in the order in which they were written."""
    names = [function] if function else sorted(stack["functions"])
    lines = [(moment, name, line) for name in names for moment, line in functions.log_lines(stack, name)]
    for _, name, line in sorted(lines, key=lambda entry: entry[0]):
        print(line if function else f"{name}: {line}")
