"""`cargo lambda build` and `sam deploy` work without `infra/deploy`: what they read fits the template."""

import argparse
import pathlib
import re
import sys
import tomllib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra" / "local"))

from stacktool import watch  # noqa: E402

# Given at the command line, so that it stands in no file.
BY_HAND = {"AnthropicApiKey"}


@pytest.fixture(scope="module")
def config() -> dict:
    return tomllib.loads((ROOT / "samconfig.toml").read_text())


def environments(config: dict) -> dict[str, dict]:
    """The settings of `sam deploy` by environment."""
    return {name: each["deploy"]["parameters"] for name, each in config.items() if isinstance(each, dict) and "deploy" in each}


def test_the_environments_set_parameters_that_there_are_and_few_of_them(config, template):
    for name, settings in environments(config).items():
        set_here = dict(pair.split("=", 1) for pair in settings.get("parameter_overrides", []))
        assert set_here.keys() <= template["Parameters"].keys(), name
        # `sam deploy --guided` writes every parameter there is, and changed defaults never arrive after that.
        assert len(set_here) < 10, f"{name}: {sorted(set_here)}"
        assert not set_here.keys() & BY_HAND, name


def test_each_environment_is_a_stack_of_its_own_and_asks_for_what_the_template_needs(config, resources):
    settings = environments(config)
    assert len({each["stack_name"] for each in settings.values()}) == len(settings)
    named = [name for name, role in resources("AWS::IAM::Role").items() if "RoleName" in role["Properties"]]
    for name, each in settings.items():
        assert each["capabilities"] == ("CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM"), name
        assert each["resolve_s3"] is True, name


def test_only_what_is_given_by_hand_has_no_default(template):
    assert {name for name, each in template["Parameters"].items() if "Default" not in each} == BY_HAND


def test_cargo_lambda_leaves_programs_where_the_template_looks_for_them(template):
    folders = {resource["Properties"]["CodeUri"] for resource in template["Resources"].values()
               if resource["Type"] == "AWS::Serverless::Function"}
    assert folders == {f"target/lambda/{binary.stem}/" for binary in (ROOT / "functions" / "src" / "bin").glob("*.rs")}


def test_the_command_of_the_readme_builds_the_functions_alone_for_the_processor_that_the_template_has(template):
    readme, config = (ROOT / "README.md").read_text(), (ROOT / "samconfig.toml").read_text()
    [command] = re.findall(r"^cargo lambda build (.+)$", readme, re.MULTILINE)
    assert f"cargo lambda build {command}\n" in config
    architecture = template["Parameters"]["Architecture"]["Default"].replace("_", "-")
    manifest = tomllib.loads((ROOT / "functions" / "Cargo.toml").read_text())
    assert command.split() == ["--release", f"--{architecture}", "--package", manifest["package"]["name"]]


def test_cargo_lambda_watch_runs_with_the_variables_of_the_deployed_stack_and_verifies_tokens_itself(monkeypatch):
    ran = []
    stack = {"aws_endpoint": "http://127.0.0.1:4566", "user_pool_id": "pool"}
    monkeypatch.setenv("ANTHROPIC_API_KEY", "a-key")
    monkeypatch.setattr(watch.build, "environment", lambda: {"CARGO_TARGET_DIR": "target"})
    monkeypatch.setattr(watch, "_variables", lambda _: {"PROFILES_TABLE": "profiles", "AUTH_MODE": "authorizer"})
    monkeypatch.setattr(watch.subprocess, "run",
                        lambda command, **given: ran.append((command, given)) or argparse.Namespace(returncode=3))
    assert watch.watch(stack) == 3
    [(command, given)] = ran
    assert command[1:3] == ["lambda", "watch"]
    assert given["cwd"] == ROOT
    variables = given["env"]
    assert (variables["PROFILES_TABLE"], variables["AUTH_MODE"]) == ("profiles", "jwt")
    assert variables["COGNITO_JWKS_URL"] == "http://127.0.0.1:4566/pool/.well-known/jwks.json"
    assert variables["AWS_ENDPOINT_URL"] == stack["aws_endpoint"]
    assert "ANTHROPIC_API_KEY" not in variables, "the key is read from where the functions read it"


def test_the_readme_shows_parameters_that_there_are(template):
    readme = (ROOT / "README.md").read_text()
    [line] = re.findall(r"^sam deploy --parameter-overrides (.+)$", readme, re.MULTILINE)
    given = {pair.split("=", 1)[0] for pair in line.split()}
    assert BY_HAND <= given <= template["Parameters"].keys()
