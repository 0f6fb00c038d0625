"""Settings of the environment, as they become parameters of the local stack. Needs no stack."""

import pathlib
import sys

import pytest
from samcli.yamlhelper import yaml_parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra" / "local"))

from stacktool import parameters, settings  # noqa: E402
from stacktool.console import Problem  # noqa: E402


def test_the_parameters_are_read_as_a_yaml_reader_reads_them():
    expected = yaml_parse((ROOT / "template.yaml").read_text())["Parameters"]
    read = parameters.read()
    assert list(read) == list(expected)
    for name, properties in expected.items():
        assert read[name].properties.keys() == properties.keys(), name
        for key, value in properties.items():
            there = read[name].properties[key]
            if isinstance(value, list):
                assert there == list(map(str, value)), (name, key)
            elif isinstance(value, int | float) and not isinstance(value, bool):
                assert float(there) == value, (name, key)
            elif key != "NoEcho":
                assert there == value, (name, key)


def test_every_default_is_a_value_that_its_parameter_takes():
    for each in parameters.read().values():
        assert each.default is None or each.refuses(each.default) is None, each.name


def test_every_setting_of_the_readme_is_a_parameter():
    assert "ADHERENCE_CHANGE_THRESHOLD" in settings.names()
    assert {settings.parameter(name) for name in settings.names()} <= parameters.read().keys()


def test_what_is_set_becomes_the_parameter_and_nothing_else_does():
    chosen = settings.of_environment({"ADHERENCE_CHANGE_THRESHOLD": " 0.15 ", "PATH": "/bin", "ARCHITECTURE": "none"})
    assert chosen == {"ADHERENCE_CHANGE_THRESHOLD": "0.15"}
    values = settings.of_stack({"MinDaysBetweenUpdates": "0"}, chosen)
    assert values["AdherenceChangeThreshold"] == "0.15"
    assert values["MinDaysBetweenUpdates"] == "0"


def test_the_environment_goes_before_what_the_local_stack_sets_itself():
    values = settings.of_stack({"MinDaysBetweenUpdates": "0"}, {"MIN_DAYS_BETWEEN_UPDATES": "3"})
    assert values["MinDaysBetweenUpdates"] == "3"


def test_every_parameter_is_passed_so_that_what_is_unset_goes_back_to_its_default():
    declared = parameters.read()
    values = settings.of_stack({}, {})
    assert values == {name: each.default for name, each in declared.items() if each.default is not None}
    assert values["AdherenceChangeThreshold"] == declared["AdherenceChangeThreshold"].default


@pytest.mark.parametrize(("variable", "value", "takes"), [
    ("ADHERENCE_CHANGE_THRESHOLD", "1.5", "a number from 0 to 1"),
    ("ADHERENCE_CHANGE_THRESHOLD", "", "a number from 0 to 1"),
    ("ADHERENCE_CHANGE_THRESHOLD", "nan", "a number from 0 to 1"),
    ("STREAK_CHANGE_THRESHOLD", "-1", "a number from 0 to 365"),
    ("ENABLE_CHANGE_DETECTION", "perhaps", "one of true, false"),
    ("PROMPT_UPDATE_TIMEZONE", "Mars/Phobos", "IANA time zone"),
    ("MODEL_PRICES", "cheap", "a JSON object"),
    ("BUILD", "b" * 65, "1 to 64 characters"),
    ("AUTH_MODE", "jwt", "authorizer on the local stack"),
])
def test_a_value_that_cannot_be_used_is_refused_with_what_the_setting_takes(variable, value, takes):
    with pytest.raises(Problem) as problem:
        settings.of_environment({variable: value})
    assert variable in str(problem.value)
    assert takes in str(problem.value)
    assert "try again" in str(problem.value)


def test_every_value_that_cannot_be_used_is_named_at_once():
    with pytest.raises(Problem) as problem:
        settings.of_environment({"ADHERENCE_CHANGE_THRESHOLD": "2", "LOG_LEVEL": "loud", "COACH_MAX_TOKENS": "100"})
    for name in ("ADHERENCE_CHANGE_THRESHOLD", "LOG_LEVEL"):
        assert name in str(problem.value)
    assert "COACH_MAX_TOKENS" not in str(problem.value)
