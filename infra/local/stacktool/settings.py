"""Settings of the process's environment, which become parameters of the stack: `ADHERENCE_CHANGE_THRESHOLD` is
`AdherenceChangeThreshold`. Those are settings that the README's table names. Runs on a bare Python."""

import os
import re
import zoneinfo
from collections.abc import Mapping

from . import parameters, paths
from .console import Problem

_TABLE = re.compile(r"<!-- settings -->(.*?)<!-- end of settings -->", re.DOTALL)
_ROW = re.compile(r"^\| `([A-Z0-9_]+)` \|", re.MULTILINE)


def names() -> list[str]:
    """The variables of the README's table."""
    table = _TABLE.search(paths.README.read_text())
    return _ROW.findall(table.group(1)) if table else []


def parameter(variable: str) -> str:
    """The parameter that sets a variable."""
    return "".join(word.capitalize() for word in variable.split("_"))


def variable(parameter_name: str) -> str:
    """The variable that a parameter sets: `PromptMinWords` is `PROMPT_MIN_WORDS`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", parameter_name).upper()


def of_environment(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The settings that the environment sets, by variable. A value that the setting does not take is a problem that says
    what it takes; so are several of them, in one."""
    declared = parameters.read()
    chosen = {name: environment[name].strip() for name in names() if name in environment}
    wrong = []
    for name, value in chosen.items():
        if takes := declared[parameter(name)].refuses(value) or _refuses(name, value):
            wrong.append(f"{name}={value} cannot be used. It takes {takes}.")
    if wrong:
        unset = "`unset` it" if len(wrong) == 1 else "`unset` them"
        raise Problem("\n".join([*wrong, f"Set another value, or {unset} for the default, and try again."]))
    return chosen


def _refuses(name: str, value: str) -> str | None:
    """What a setting takes that no pattern of the template tells."""
    if name == "PROMPT_UPDATE_TIMEZONE" and "UTC" in zoneinfo.available_timezones():
        return None if value in zoneinfo.available_timezones() else "the name of an IANA time zone, such as Europe/Berlin"
    if name == "AUTH_MODE" and value != "authorizer":
        return "authorizer on the local stack; `infra/local/stack watch` is what verifies tokens in the functions"
    return None


def of_stack(own: Mapping[str, str], chosen: Mapping[str, str]) -> dict[str, str]:
    """Every parameter of the stack that has a default, or a value of the local stack's `own` or the environment's `chosen`
    by variable, the last one first. None is left out: CloudFormation would keep what an earlier deployment gave it."""
    defaults = {name: each.default for name, each in parameters.read().items() if each.default is not None}
    return defaults | dict(own) | {parameter(name): value for name, value in chosen.items()}
