"""`sam deploy`, as the local stack and `infra/deploy` run it, and what checks settings before it. Needs no stack: programs of the
test's own stand for both."""

import json
import pathlib
import shlex
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra" / "local"))

from stacktool import parameters, sam, settings, startable, tools  # noqa: E402

KEY = "sk-ant-secret"


@pytest.fixture
def deploying(tmp_path, monkeypatch):
    """Deploys with a `sam` that writes down how it was called, and ends with a code."""

    def deploy(code: int) -> tuple[bool, list[str], dict[str, str]]:
        program, seen = tmp_path / "sam", tmp_path / "seen"
        seen.mkdir(exist_ok=True)
        program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >{seen}/words\nls -l parameters.yaml | cut -c1-10 >{seen}/mode\n'
                           f'cp parameters.yaml {seen}/given\necho told\nexit {code}\n')
        program.chmod(0o755)
        monkeypatch.setattr(tools, "bin", lambda _: str(program))
        worked = sam.deploy(tmp_path / "template.yaml", "sharpened-staging", "eu-central-1", {"AnthropicApiKey": KEY}, {}, 5.0,
                            tmp_path / "deploy.log")
        assert (seen / "mode").read_text().strip() == "-rw-------"
        return worked, (seen / "words").read_text().splitlines(), json.loads((seen / "given").read_text())

    return deploy


@pytest.mark.parametrize("code", [0, 1])
def test_parameters_are_given_in_a_private_file_that_does_not_stay(deploying, tmp_path, code):
    worked, words, given = deploying(code)
    assert worked is (code == 0)
    assert given == {"AnthropicApiKey": KEY}
    assert KEY not in " ".join(words)
    assert not (tmp_path / "parameters.yaml").exists()
    assert (tmp_path / "deploy.log").read_text() == "told\n"


def test_the_projects_samconfig_is_neither_read_nor_written_and_nothing_is_asked(deploying, tmp_path):
    before = (ROOT / "samconfig.toml").read_bytes()
    _, words, _ = deploying(0)
    assert words[words.index("--config-file") + 1] == str(tmp_path / "samconfig.toml")
    assert (tmp_path / "samconfig.toml").read_text() == "version = 0.1\n"
    assert (ROOT / "samconfig.toml").read_bytes() == before
    assert "--no-confirm-changeset" in words and "--guided" not in words


@pytest.fixture
def checker(tmp_path) -> pathlib.Path:
    """A program that knows one rule across settings, and nothing but the settings."""
    told = "PROMPT_MIN_WORDS must be below PROMPT_MAX_WORDS. It stops prompt-worker."
    program = tmp_path / "check-settings"
    program.write_text(f'#!/bin/sh\n[ -z "$HOME" ] || exit 2\n[ "$PROMPT_MIN_WORDS" -le "$PROMPT_MAX_WORDS" ] && exit 0\n'
                       f"echo {shlex.quote(told)}\nexit 1\n")
    program.chmod(0o755)
    return program


def test_settings_that_go_together_are_fine(checker):
    assert startable.refused(checker, settings.of_stack({}, {})) == ""


def test_settings_that_contradict_each_other_are_told_in_the_functions_own_words(checker):
    told = startable.refused(checker, settings.of_stack({}, {"PROMPT_MIN_WORDS": "900"}))
    assert told == "PROMPT_MIN_WORDS must be below PROMPT_MAX_WORDS. It stops prompt-worker.\n"


def test_a_variable_and_its_parameter_lead_to_each_other():
    for name in parameters.read():
        assert settings.parameter(settings.variable(name)) == name
