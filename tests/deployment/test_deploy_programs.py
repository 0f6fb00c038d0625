"""The programs that `infra/deploy` deploys: how they are built for the processor of the stage, and how a rollback brings back
those of the deployment before. Needs no stack and no compiler: a `cargo lambda` of the test's own stands for the build."""

import json
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "infra"), str(ROOT / "infra" / "local")]

from account import Aws  # noqa: E402
from deploytool import commands, elf, programs, records, smoke, stacks, values  # noqa: E402
from deploytool.stage import Stage  # noqa: E402
from stacktool import build, parameters, paths, tools  # noqa: E402
from stacktool.console import Problem  # noqa: E402

TEXT = (ROOT / "template.yaml").read_text()


@pytest.fixture
def stage(tmp_path, monkeypatch) -> Stage:
    """A stage whose programs and logs are in a folder of the test's own."""
    monkeypatch.setattr(Stage, "folder", tmp_path)
    return Stage("staging", tmp_path / "staging.toml", "eu-central-1", "you@example.com")


@pytest.fixture
def cargo_lambda(tmp_path, monkeypatch):
    """A `cargo lambda` that writes down how it was called and ends with a code."""

    def put(code: int = 0) -> pathlib.Path:
        program = tmp_path / "cargo-lambda"
        program.write_text(f'#!/bin/sh\ncd "{tmp_path}"\nprintf "%s\\n" "$@" >words\nenv >variables\necho "$OLDPWD" >where\n'
                           f"echo 'error: it does not compile'\nexit {code}\n")
        program.chmod(0o755)
        monkeypatch.setattr(tools, "bin", lambda _: str(program))
        return tmp_path

    return put


@pytest.mark.parametrize(("architecture", "target"), [
    ("arm64", "aarch64-unknown-linux-gnu"), ("x86_64", "x86_64-unknown-linux-gnu")])
def test_functions_are_built_for_release_and_the_stages_processor_into_a_folder_of_its_own(
        stage, cargo_lambda, monkeypatch, architecture, target):
    monkeypatch.setenv("CARGO_BUILD_TARGET", "some-other-machine")
    folder = cargo_lambda()
    left = folder / "programs" / "deleted-function"
    left.mkdir(parents=True)
    built = programs.release(stage, architecture)
    words = (folder / "words").read_text().splitlines()
    assert words == ["lambda", "build", "--release", "--locked", "--package", "functions", "--target", target,
                     "--lambda-dir", str(folder / "programs")]
    assert built == {name: folder / "programs" / name / "bootstrap" for name in build.functions()}
    assert not left.exists(), "what an earlier build has left is no part of this one"
    variables = dict(line.split("=", 1) for line in (folder / "variables").read_text().splitlines() if "=" in line)
    assert "CARGO_BUILD_TARGET" not in variables
    # The pinned zig, which links for the other processor.
    assert variables["PATH"].startswith(f"{paths.TOOLS / 'bin'}:")
    assert (folder / "where").read_text().strip() == str(paths.ROOT)


def test_every_processor_that_the_template_takes_can_be_built_for():
    assert parameters.read()["Architecture"].properties["AllowedValues"] == list(programs._TARGETS)


def test_a_build_that_fails_is_told_with_its_log(stage, cargo_lambda):
    cargo_lambda(code=1)
    with pytest.raises(Problem, match="could not be built") as problem:
        programs.release(stage, "arm64")
    assert "it does not compile" in pathlib.Path(problem.value.log).read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="programs of other systems are not in the format of Linux")
def test_a_real_program_is_told_by_the_machine_that_runs_it():
    assert elf.read(pathlib.Path(sys.executable).resolve()).machine == build.architecture()


def deployed(aws: Aws, stage: Stage, programs_of: str, **changes: str) -> None:
    """A deployment with programs at an address of their own, and its record."""
    aws.template = TEXT.replace("CodeUri: target/lambda/", f"CodeUri: s3://bucket/{programs_of}/")
    records.add(aws, stage, values.of(stage, parameters.read()) | changes)


@pytest.fixture
def aws(template, monkeypatch) -> Aws:
    """An account whose stack is there with everything in it. What is deployed is kept as its template."""
    aws = Aws(template)
    aws.statuses, aws.parameters = ["UPDATE_COMPLETE"], ["AnthropicApiKey"]
    monkeypatch.setattr(stacks, "resources", lambda *_: dict.fromkeys(template["Resources"], "there"))
    monkeypatch.setattr(smoke, "run", lambda *_: None)

    def sam_deploy(_: object, __: Stage, file: pathlib.Path, given: dict[str, str]) -> None:
        aws.template, aws.given = file.read_text(), given

    monkeypatch.setattr(stacks, "sam_deploy", sam_deploy)
    return aws


def test_a_rollback_brings_back_the_programs_the_template_and_the_parameters_of_the_deployment_before(aws, stage, monkeypatch):
    deployed(aws, stage, "first", DailyBudgetUsd="5")
    deployed(aws, stage, "second", DailyBudgetUsd="7")
    deployed(aws, stage, "third")
    for programs_of, budget in (("second", "7"), ("first", "5")):
        commands.rollback(aws, stage)
        assert f"CodeUri: s3://bucket/{programs_of}/sign-up/" in aws.template
        assert aws.given["DailyBudgetUsd"] == budget
        assert "AnthropicApiKey" not in aws.given, "the key stays as it is"
    with pytest.raises(Problem, match="There is no deployment of staging before"):
        commands.rollback(aws, stage)


def test_the_same_deployment_again_is_nothing_to_go_back_to(aws, stage):
    deployed(aws, stage, "first")
    deployed(aws, stage, "second")
    deployed(aws, stage, "second")
    commands.rollback(aws, stage)
    assert "CodeUri: s3://bucket/first/sign-up/" in aws.template


def test_a_deployment_after_a_rollback_can_be_gone_back_from_to_what_was_in_force(aws, stage):
    for name in ("first", "second"):
        deployed(aws, stage, name)
    commands.rollback(aws, stage)
    deployed(aws, stage, "third")
    commands.rollback(aws, stage)
    assert "CodeUri: s3://bucket/first/sign-up/" in aws.template


def test_a_rollback_of_a_stage_that_is_not_deployed_or_whose_record_is_gone_says_what_to_do(aws, stage):
    deployed(aws, stage, "first")
    deployed(aws, stage, "second")
    first = json.loads(aws.objects["sharpened-staging/deployments/in-force.json"])["id"]
    before = json.loads(aws.objects[f"sharpened-staging/deployments/{first}.json"])["before"]
    del aws.objects[f"sharpened-staging/deployments/{before}.json"]
    with pytest.raises(Problem, match="is gone from the bucket. Check out what you want back"):
        commands.rollback(aws, stage)
    aws.statuses = [None]
    with pytest.raises(Problem, match="not deployed"):
        commands.rollback(aws, stage)
