"""What has to be known before a first deployment: at most six questions, each asked only if the stage's file and the
environment do not answer it."""

import dataclasses
import getpass
import os
import sys
from collections.abc import Callable

from stacktool.console import Problem
from stacktool.parameters import Parameter

from .stage import Stage, refuses_address, refuses_region

KEY_VARIABLE = "ANTHROPIC_API_KEY"


@dataclasses.dataclass(frozen=True)
class Question:
    """Something to know: what the stage's file calls it, and how it is asked."""

    name: str
    text: str
    default: str
    refuses: Callable[[str], str | None]


def all_of(parameters: dict[str, Parameter]) -> list[Question]:
    """The questions but the one for the key, in their order."""

    def of(name: str, text: str) -> Question:
        return Question(name, text, parameters[name].default or "", parameters[name].refuses)

    return [
        Question("region", "Which region of AWS?", os.environ.get("AWS_REGION", "eu-central-1"), refuses_region),
        Question("admin", "Whose address is the first admin's?", "", refuses_address),
        of("FrontendOrigin", "Which origins may read the answers in a browser, such as https://app.example.com?"),
        of("DailyBudgetUsd", "How many USD may Claude cost a day?"),
        of("MailSender", "Which address, verified with SES, do sign-up mails come from? Nothing: Cognito's own, 50 mails a day"),
    ]


def answer(stage: Stage, parameters: dict[str, Parameter], ask: Callable[[str], str] = input) -> None:
    """Completes a stage with what is not known of it yet, and keeps that in its file."""
    missing = [question for question in all_of(parameters) if _known(stage, question.name) is None]
    if not missing:
        return
    if not sys.stdin.isatty() and ask is input:
        names = ", ".join(question.name for question in missing)
        raise Problem(f"This is no terminal to ask at, and {stage.file} does not say: {names}. Write region and admin at its "
                      "top and the others below [parameters], then try again.")
    for question in missing:
        value = _ask(question, ask)
        if question.name in ("region", "admin"):
            setattr(stage, question.name, value)
        else:
            stage.parameters[question.name] = value
    stage.save()


def _known(stage: Stage, name: str) -> str | None:
    return getattr(stage, name) if name in ("region", "admin") else stage.parameters.get(name)


def _ask(question: Question, ask: Callable[[str], str]) -> str:
    shown = f" [{question.default}]" if question.default else ""
    while True:
        value = ask(f"{question.text}{shown} ").strip() or question.default
        if (takes := question.refuses(value)) is None:
            return value
        print(f"  It takes {takes}.", file=sys.stderr)


def claude_key(is_deployed: bool) -> str | None:
    """The Claude key of the environment, or of the person at the terminal; nothing where the deployed one is to stay."""
    if key := os.environ.get(KEY_VARIABLE, "").strip():
        return key
    if is_deployed:
        return None
    if not sys.stdin.isatty():
        raise Problem(f"This is no terminal to ask at, and {KEY_VARIABLE} is not set. Set it to the Claude key and try again.")
    while True:
        if key := getpass.getpass("The Claude key (goes to Secrets Manager and nowhere else): ").strip():
            return key
