"""Command line of a deployment.

The first lines run on a bare Python: they look at what the command needs, install the tools and start again with the tools'
own interpreter, so that every other module may import what requirements.txt lists.
"""

import argparse
import os
import sys
from pathlib import Path

from stacktool import console, tools

from . import first

COMMANDS = {
    "up": "build, check, deploy, try each function and make the first admin (also without naming it)",
    "check": "check settings and tools, and deploy nothing",
    "smoke": "try each function of what is deployed",
    "rollback": "go back to the template and programs of the deployment before",
    "enable": "open the consultation for everybody whom a file names",
    "admin": "make somebody an admin, creating them if needed",
    "token": "print an ID token of an admin, for an hour",
}


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="infra/deploy", formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="infra/deploy STAGE [COMMAND] [OPTIONS]",
        description="Deploys the project to an AWS account, as the stage that is named: staging, production, ...",
        epilog="commands:\n" + "\n".join(f"  {name:<10}{text}" for name, text in COMMANDS.items())
               + "\n\nAWS credentials are those of the environment (AWS_PROFILE, ...). Answers are kept in infra/stages/.")
    parser.add_argument("stage", metavar="STAGE", help="a name of small letters, digits and hyphens")
    parser.add_argument("command", nargs="?", default="up", choices=COMMANDS, metavar="COMMAND", help=argparse.SUPPRESS)
    parser.add_argument("subject", nargs="?", metavar="FILE|EMAIL", help="for enable, admin and token")
    parser.add_argument("--file", type=Path, metavar="FILE", help="the stage's file (default: infra/stages/STAGE.toml)")
    parser.add_argument("--template", type=Path, metavar="FILE", help="another template than the project's")
    parser.add_argument("--endpoint", default=os.environ.get("AWS_ENDPOINT_URL"), metavar="URL",
                        help="an emulator of AWS to deploy to (default: $AWS_ENDPOINT_URL)")
    parser.add_argument("--new-password", action="store_true", help="for admin: give them a new password, which is kept here")
    parser.add_argument("--debug-programs", action="store_true",
                        help="take what infra/local/stack has built for this machine; for an emulator only")
    return parser


def main() -> None:
    if len(sys.argv) == 1:
        parser().print_help()
        return
    arguments = parser().parse_args()
    stage = first.look(arguments)
    tools.enter("deploytool")

    from . import commands

    commands.run(stage, arguments)


if __name__ == "__main__":
    console.run(main)
