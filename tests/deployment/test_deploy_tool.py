"""What `infra/deploy` decides before it talks to AWS. Needs no stack."""

import json
import os
import pathlib
import struct
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "infra"), str(ROOT / "infra" / "local")]

from deploytool import kept, programs, questions, smoke, values  # noqa: E402
from deploytool.stage import load  # noqa: E402
from stacktool import build, parameters  # noqa: E402
from stacktool.console import Problem  # noqa: E402

ANSWERS = {"FrontendOrigin": "*", "DailyBudgetUsd": "10", "MailSender": ""}


@pytest.fixture
def stage(tmp_path):
    """A stage of which everything is known."""
    stage = load("staging", tmp_path / "staging.toml")
    stage.region, stage.admin, stage.parameters = "eu-central-1", "you@example.com", dict(ANSWERS)
    stage.save()
    return stage


def program(path: pathlib.Path, machine: int, *sections: int) -> pathlib.Path:
    """A file that has the header of a program and its table of sections."""
    header = bytearray(64)
    header[:6] = b"\x7fELF\x02\x01"
    struct.pack_into("<H", header, 18, machine)
    struct.pack_into("<Q", header, 40, 64)
    struct.pack_into("<HH", header, 58, 64, len(sections))
    table = b"".join(struct.pack("<II", 0, kind) + bytes(56) for kind in sections)
    path.write_bytes(bytes(header) + table)
    return path


ARM64, X86_64, SYMBOLS, CODE = 0xB7, 0x3E, 2, 1


def test_programs_for_the_processor_that_were_built_for_release_are_fine(tmp_path):
    programs.verify({"sign-up": program(tmp_path / "a", ARM64, CODE)}, "arm64", is_release=True)
    programs.verify({"sign-up": program(tmp_path / "b", X86_64, CODE, SYMBOLS)}, "x86_64", is_release=False)


@pytest.mark.parametrize(("machine", "sections", "told"), [
    (X86_64, [CODE], "sign-up is for x86_64, and the functions run on arm64"),
    (ARM64, [CODE, SYMBOLS], "sign-up is a debug build"),
    (0x28, [CODE], "sign-up is for machine 0x28"),
])
def test_programs_that_would_not_start_or_are_debug_builds_are_named(tmp_path, machine, sections, told):
    with pytest.raises(Problem, match=told):
        programs.verify({"sign-up": program(tmp_path / "a", machine, *sections)}, "arm64", is_release=True)


def test_what_is_no_program_or_is_not_there_is_named(tmp_path):
    (tmp_path / "text").write_text("not a program")
    with pytest.raises(Problem, match="no program for Linux"):
        programs.verify({"sign-up": tmp_path / "text"}, "arm64", is_release=True)
    with pytest.raises(Problem, match="sign-up was not built"):
        programs.verify({"sign-up": tmp_path / "nothing"}, "arm64", is_release=True)


def test_the_release_profile_strips_programs_which_is_how_they_are_told_from_debug_builds():
    assert "\nstrip = true" in (ROOT / "Cargo.toml").read_text().split("[profile.release]")[1]


def test_at_most_six_questions_are_asked_and_each_once(tmp_path, monkeypatch):
    monkeypatch.delenv("AWS_REGION", raising=False)
    stage, asked = load("staging", tmp_path / "staging.toml"), []
    given = iter(["nowhere", "eu-west-1", "no address", "you@example.com", "", "a lot", "25", ""])

    def ask(text: str) -> str:
        asked.append(text)
        return next(given)

    questions.answer(stage, parameters.read(), ask)
    # Three answers were none; the sixth question is the one for the key.
    assert len(asked) - 3 == len(questions.all_of(parameters.read())) == 5
    known = load("staging", stage.file)
    assert (known.region, known.admin) == ("eu-west-1", "you@example.com")
    assert known.parameters == {"FrontendOrigin": "*", "DailyBudgetUsd": "25", "MailSender": ""}
    questions.answer(known, parameters.read(), lambda text: pytest.fail(f"asked again: {text}"))


def test_only_what_is_not_known_is_asked(stage):
    del stage.parameters["DailyBudgetUsd"]
    asked = []
    questions.answer(stage, parameters.read(), lambda text: asked.append(text) or "30")
    assert len(asked) == 1 and "USD" in asked[0]
    assert load("staging", stage.file).parameters["DailyBudgetUsd"] == "30"


def test_without_a_terminal_nothing_is_asked_and_what_is_missing_is_named(tmp_path):
    done = subprocess.run([ROOT / "infra" / "deploy", "staging", "--file", tmp_path / "staging.toml"], capture_output=True,
                          text=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 1
    for name in ("region", "admin", "FrontendOrigin", "DailyBudgetUsd", "MailSender"):
        assert name in done.stderr
    assert not (tmp_path / "staging.toml").exists()


def test_the_key_comes_from_the_environment_and_stays_as_it_is_where_none_is_given(monkeypatch):
    monkeypatch.setenv(questions.KEY_VARIABLE, "a-key")
    assert questions.claude_key(is_deployed=True) == "a-key"
    monkeypatch.delenv(questions.KEY_VARIABLE)
    assert questions.claude_key(is_deployed=True) is None
    monkeypatch.setattr("sys.stdin", open(os.devnull))
    with pytest.raises(Problem, match=questions.KEY_VARIABLE):
        questions.claude_key(is_deployed=False)


def test_the_key_is_refused_in_a_file_that_others_read(stage):
    stage.file.write_text(stage.file.read_text() + 'AnthropicApiKey = "sk-ant-secret"\n')
    with pytest.raises(Problem, match="make a new key") as problem:
        load("staging", stage.file)
    assert "sk-ant" not in str(problem.value)


def test_every_parameter_is_given_at_every_deployment_so_that_a_changed_default_arrives(stage):
    text = (ROOT / "template.yaml").read_text()
    given = values.of(stage, parameters.read(text))
    assert given.keys() == parameters.read(text).keys() - {"AnthropicApiKey"}
    assert (given["Stage"], given["DailyBudgetUsd"], given["UserPoolTier"]) == ("staging", "10", "LITE")
    changed = text.replace("    Default: LITE\n", "    Default: PLUS\n")
    assert values.of(stage, parameters.read(changed))["UserPoolTier"] == "PLUS"


def test_a_rare_setting_in_the_stages_file_is_taken_whatever_its_type(stage):
    stage.file.write_text(stage.file.read_text() + "DeletionProtection = false\nLogRetentionDays = 7\nAdherenceTolerance = 0.2\n")
    given = values.of(load("staging", stage.file), parameters.read())
    assert (given["DeletionProtection"], given["LogRetentionDays"], given["AdherenceTolerance"]) == ("false", "7", "0.2")
    values.require_allowed(given, parameters.read(), stage)


@pytest.mark.parametrize(("name", "value", "told"), [
    ("PromptMinWords", "5000", "PromptMinWords is 5000, but it takes a number from 100 to 2000"),
    ("UserPoolMfa", "SOMETIMES", "OFF, OPTIONAL, ON"),
    ("ApiDomainName", "api.example.com", "ApiDomainName needs ApiCertificateArn"),
    ("ApiCertificateArn", "arn:aws:acm:us-east-1:123456789012:certificate/a", "certificate in us-east-1, but .* eu-central-1"),
    ("MailSenderIdentity", "example.com", "only with MailSender"),
])
def test_a_value_that_the_template_does_not_take_is_named_before_anything_is_deployed(stage, name, value, told):
    stage.parameters[name] = value
    with pytest.raises(Problem, match=told):
        values.require_allowed(values.of(stage, parameters.read()), parameters.read(), stage)


def test_a_parameter_that_is_none_is_named_with_the_one_that_may_be_meant(stage):
    stage.parameters["PromtMinWords"] = "400"
    with pytest.raises(Problem, match="PromtMinWords.*Is PromptMinWords meant"):
        values.of(stage, parameters.read())


@pytest.mark.parametrize(("text", "told"), [
    ("region = ", "cannot be read"), ('regoin = "eu-west-1"', "regoin, which means nothing"),
])
def test_a_file_that_cannot_be_used_is_named(tmp_path, text, told):
    (tmp_path / "staging.toml").write_text(text)
    with pytest.raises(Problem, match=told):
        load("staging", tmp_path / "staging.toml")


@pytest.mark.parametrize("name", ["Staging", "1st", "a" * 21, "a_b", "", "../x"])
def test_a_stage_has_a_name_that_resources_can_carry(name):
    with pytest.raises(Problem, match="cannot be the name of a stage"):
        load(name)


def test_each_function_is_tried_with_an_event_that_does_nothing(template):
    made = smoke.events(template)
    assert made.keys() == set(build.functions())
    for name, event in made.items():
        if "requestContext" in event:
            assert "authorizer" not in event["requestContext"], name
        else:
            assert event in ({"check": True}, {"Records": []}), name
    assert made["weekly-updater"] == {"check": True}


def test_a_request_of_nobody_has_the_shape_of_the_sample_events_without_their_caller(template):
    for name, event in smoke.events(template).items():
        if "requestContext" not in event:
            continue
        sample = json.loads((ROOT / "events" / f"{name}.json").read_text())
        assert event.keys() == sample.keys()
        assert event["requestContext"].keys() == sample["requestContext"].keys() - {"authorizer"}
        for key in ("resource", "httpMethod"):
            assert event[key] == sample[key], name
        assert (event["pathParameters"] or {}).keys() == (sample["pathParameters"] or {}).keys(), name
        assert "{" not in event["path"], name


def test_what_is_taken_back_refers_to_nothing_that_is_not_there(template):
    names = [name for name, each in template["Resources"].items() if each.get("DeletionPolicy") == "RetainExceptOnCreate"]
    assert {"ProfilesTable", "UserPool", "UserPoolClient", "AdminGroup"} <= set(names)
    with_trigger = json.loads(json.dumps(template))
    pool = with_trigger["Resources"]["UserPool"]["Properties"]
    pool["LambdaConfig"] = {"PostConfirmation": {"Fn::GetAtt": ["SomeFunction", "Arn"]}}
    body = kept.with_kept({"Resources": {}}, with_trigger, names)
    assert body["Resources"].keys() == set(names)
    assert "LambdaConfig" not in body["Resources"]["UserPool"]["Properties"]
    assert body["Resources"]["UserPoolClient"]["Properties"]["UserPoolId"] == {"Ref": "UserPool"}
    assert "AnthropicApiKey" not in body["Parameters"]
    # CloudFormation refuses an import that changes anything else of a stack.
    base = {"Resources": {"ProfilesTable": {"Type": "AWS::DynamoDB::Table"}}, "Outputs": {"ApiId": {"Value": "x"}}}
    body = kept.with_kept(base, template, ["MealsTable"])
    assert body["Resources"]["ProfilesTable"] == base["Resources"]["ProfilesTable"]
    assert body["Outputs"] == base["Outputs"]
    assert body["Resources"].keys() == {"ProfilesTable", "MealsTable"}


def test_the_command_alone_lists_its_commands_and_installs_nothing():
    done = subprocess.run([ROOT / "infra" / "deploy"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    for command in ("up", "check", "smoke", "rollback", "enable", "admin", "token"):
        assert f"\n  {command} " in done.stdout
