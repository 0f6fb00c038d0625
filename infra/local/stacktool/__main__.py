"""Command line of the local stack.

The first lines run on a bare Python: they install the tools and start again with the tools' own interpreter, so that
every other module may import what requirements.txt lists.
"""

import argparse
import os
import sys

from . import tools
from .console import Problem, fail

COMMANDS = {
    "install": "install the pinned tools and nothing else",
    "up": "build and deploy everything, wait until it answers",
    "demo": "up, then take one person through the whole journey",
    "token": "print an ID token, creating the person if needed",
    "event": "print a sample event that carries a real token",
    "invoke": "invoke a function and print its result",
    "watch": "serve the API with hot reload",
    "logs": "print the functions' logs",
    "down": "stop everything that up started",
}


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="infra/local/stack", description="The local stack.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    made = {name: commands.add_parser(name, help=text, description=text) for name, text in COMMANDS.items()}
    for name in ("up", "demo"):
        made[name].add_argument("--enforce-iam", action="store_true",
                                help="hold every function to its IAM policies, as AWS does")
    made["demo"].add_argument("scenario", nargs="?", default="diet-switcher", metavar="SCENARIO",
                              help="a file of infra/local/scenarios, without .json")
    made["token"].add_argument("email", metavar="EMAIL")
    made["token"].add_argument("--admin", action="store_true", help="put the person into the admin group")
    made["event"].add_argument("function", metavar="FUNCTION")
    made["event"].add_argument("email", metavar="EMAIL")
    made["event"].add_argument("--http-api", action="store_true",
                               help="in the shape of an HTTP API, which `cargo lambda watch` sends, not of a REST API")
    made["invoke"].add_argument("function", metavar="FUNCTION")
    made["invoke"].add_argument("event", nargs="?", metavar="EVENT.json")
    made["logs"].add_argument("function", nargs="?", metavar="FUNCTION")
    return parser.parse_args(arguments)


def main() -> None:
    arguments = parse(sys.argv[1:])
    if arguments.command == "down":  # works on a bare Python too: there is nothing to install for it
        from . import processes

        processes.stop_all()
        return
    tools.ensure()
    if arguments.command == "install":
        return
    if not tools.running_inside():
        os.execv(tools.python(), [tools.python(), "-m", "stacktool", *sys.argv[1:]])

    from . import commands

    commands.run(arguments)


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        fail(problem)
    except KeyboardInterrupt:
        sys.exit(130)
