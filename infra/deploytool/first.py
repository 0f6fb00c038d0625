"""What a command needs, looked at on a bare Python before minutes are spent: what was asked for, each known answer, Rust and
the disk. Credentials are next, once there are tools to try them with."""

import argparse
from pathlib import Path

from stacktool import checks, cohorts, paths
from stacktool import parameters as declared
from stacktool.console import Problem

from . import programs, questions, values
from .stage import Stage, load, refuses_address


def look(arguments: argparse.Namespace) -> Stage:
    """The stage, with everything known that the command needs. Names what stands in the way, with the next step."""
    if arguments.debug_programs and not arguments.endpoint:
        raise Problem("Debug programs are for an emulator. Leave out --debug-programs, or name the emulator with --endpoint.")
    stage = load(arguments.stage, arguments.file)
    _subject(arguments)
    if arguments.command in ("up", "check"):
        parameters = declared.read(template(arguments).read_text())
        questions.answer(stage, parameters)
        values.require_allowed(values.of(stage, parameters), parameters, stage)
        found = [*checks.python(), *checks.rust()]
        if arguments.command == "up":
            found += checks.disk(is_built=arguments.debug_programs or programs.are_built(stage))
        if found:
            raise Problem("\n".join(found))
    elif stage.region is None:
        raise Problem(f"{stage.file} does not say a region: the stage {stage.name} was not deployed from here. "
                      f"`infra/deploy {stage.name}` asks for what it needs.")
    elif arguments.command in ("enable", "token") and stage.admin is None:
        raise Problem(f"{stage.file} does not say who is the admin. Write admin = \"...\" at its top and try again.")
    return stage


def template(arguments: argparse.Namespace) -> Path:
    """The template that is deployed."""
    return arguments.template or paths.TEMPLATE


def _subject(arguments: argparse.Namespace) -> None:
    """Whom a command is for."""
    subject = arguments.subject
    match arguments.command:
        case "enable" if not subject:
            raise Problem(f"infra/deploy {arguments.stage} enable needs a file with an id or an address on each line after it.")
        case "enable":
            cohorts.read(Path(subject))
        case "admin" if not subject:
            raise Problem(f"infra/deploy {arguments.stage} admin needs the address of the admin after it.")
        case "admin" | "token" if subject and (takes := refuses_address(subject)):
            raise Problem(f"{subject} is not {takes}.")
