"""Functions that would not start with the settings they are going to have are told before anything is deployed. Needs no
stack: programs of the test's own stand for the functions."""

import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra" / "local"))

from stacktool import build, settings, starts  # noqa: E402
from stacktool.console import Problem  # noqa: E402

REFUSES_LONG_PROMPTS = """#!/bin/sh
if [ "${PROMPT_MIN_WORDS:-0}" -gt "${PROMPT_MAX_WORDS:-0}" ]; then
  echo '{"message":"cold_start_failed","error":"PROMPT_MIN_WORDS must be below PROMPT_MAX_WORDS."}'
fi
echo "nobody answers at $AWS_LAMBDA_RUNTIME_API" >&2
exit 1
"""


@pytest.fixture
def programs(tmp_path) -> dict[str, pathlib.Path]:
    """A program for each function, which knows one rule across settings."""
    program = tmp_path / "function"
    program.write_text(REFUSES_LONG_PROMPTS)
    program.chmod(0o755)
    return dict.fromkeys(build.functions(), program)


def test_settings_that_go_together_are_fine(programs):
    starts.require(programs, settings.of_stack({}, {}))


def test_settings_that_contradict_each_other_are_told_once_in_the_functions_own_words(programs):
    with pytest.raises(Problem) as problem:
        starts.require(programs, settings.of_stack({}, {"PROMPT_MIN_WORDS": "900"}))
    assert "nothing was deployed" in str(problem.value)
    assert str(problem.value).count("PROMPT_MIN_WORDS must be below PROMPT_MAX_WORDS.") == 1


def test_each_function_gets_the_variables_of_the_template():
    variables = starts._variables(settings.of_stack({}, {"ADHERENCE_CHANGE_THRESHOLD": "0.15"}))
    assert variables.keys() == set(build.functions())
    assert variables["prompt-worker"]["ADHERENCE_CHANGE_THRESHOLD"] == "0.15"
    assert variables["prompt-worker"]["PROFILES_TABLE"] == "unknown"
    assert "ADHERENCE_CHANGE_THRESHOLD" not in variables["get-profile"]
