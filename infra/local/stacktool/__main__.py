"""Command line of the local stack.

The first lines run on a bare Python: they install the tools and start again with the tools' own interpreter, so that
every other module may import what requirements.txt lists.
"""

import argparse
import os
import sys

from . import checks, console, processes, scenarios, tools

# The id of the process that has looked at everything.
_BEGUN = "STACK_BEGUN"

# The most usual ones first: how each is called, and what it does.
COMMANDS = {
    "demo": ("demo [PERSON]", "up, then take one person through the whole journey"),
    "up": ("up", "build and deploy everything, with the settings of the environment"),
    "logs": ("logs [FUNCTION]", "print what the functions log, a line an event; --follow goes on with it"),
    "token": ("token EMAIL", "print an ID token, creating the person if needed; --admin for an admin's"),
    "invoke": ("invoke FUNCTION [EVENT.json]", "invoke a function and print its result"),
    "watch": ("watch", "serve the API with hot reload"),
    "enable": ("enable FILE", "open the consultation for everybody in a file"),
    "event": ("event FUNCTION EMAIL", "print a sample event that carries a real token"),
    "install": ("install", "install the pinned tools and nothing else"),
    "down": ("down", "stop everything that up started"),
}


def overview() -> str:
    """Every command with what it does."""
    width = max(len(shape) for shape, _ in COMMANDS.values())
    lines = [f"  {shape.ljust(width)}  {text}" for shape, text in COMMANDS.values()]
    return "\n".join([
        "The local stack: the project's own template on a cloud that runs on this machine.", "",
        "Usage: infra/local/stack COMMAND", "", *lines, "",
        "`infra/local/stack COMMAND --help` tells more about one."])


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="infra/local/stack", usage="infra/local/stack COMMAND")
    parser.format_help = lambda: overview() + "\n"
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", prog="infra/local/stack")
    made = {name: commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
            for name, (_, text) in COMMANDS.items()}
    for name in ("up", "demo"):
        made[name].add_argument("--enforce-iam", action="store_true",
                                help="hold every function to its IAM policies, as AWS does")
        made[name].epilog = ("Every setting of the README's table that is set in the environment becomes a parameter of "
                             "the stack, as in: ADHERENCE_CHANGE_THRESHOLD=0.15 infra/local/stack up")
    made["demo"].add_argument("scenario", nargs="?", default="diet-switcher", metavar="PERSON",
                              help=f"one of {', '.join(scenarios.names())}")
    made["token"].add_argument("email", metavar="EMAIL")
    made["token"].add_argument("--admin", action="store_true", help="put the person into the admin group")
    made["event"].add_argument("function", metavar="FUNCTION")
    made["event"].add_argument("email", metavar="EMAIL")
    made["event"].add_argument("--http-api", action="store_true",
                               help="in the shape of an HTTP API, which `cargo lambda watch` sends, not of a REST API")
    made["invoke"].add_argument("function", metavar="FUNCTION")
    made["invoke"].add_argument("event", nargs="?", metavar="EVENT.json")
    made["enable"].add_argument("file", metavar="FILE", help="an id or an email address a line; # begins a remark")
    _of_logs(made["logs"])
    return parser.parse_args(arguments)


def _of_logs(logs: argparse.ArgumentParser) -> None:
    logs.add_argument("function", nargs="?", metavar="FUNCTION")
    logs.add_argument("--follow", action="store_true", help="go on with what comes, until Ctrl-C")
    logs.add_argument("--since", metavar="TIME", help="how far to look back, such as 90s, 10m, 2h or 1d")
    logs.add_argument("--event", metavar="NAME", help="only this event, such as prompts_updated")
    logs.add_argument("--user", metavar="ID_OR_EMAIL", help="only what was done for this person")
    logs.add_argument("--json", action="store_true", help="the lines as they were written")


def main() -> None:
    arguments = parse(sys.argv[1:])
    if arguments.command is None:
        print(overview())
        return
    if arguments.command == "down":  # works on a bare Python too: there is nothing to install for it
        processes.stop_all()
        return
    # A process that starts again keeps its id, and with it what it has looked at and holds.
    if os.environ.get(_BEGUN) != str(os.getpid()):
        checks.before(arguments)
        if arguments.command in ("up", "demo"):
            processes.hold_alone()
        os.environ[_BEGUN] = str(os.getpid())
    if arguments.command == "install":
        tools.ensure()
        return
    tools.enter("stacktool")

    from . import commands

    commands.run(arguments)


if __name__ == "__main__":
    console.run(main)
