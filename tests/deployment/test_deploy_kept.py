"""The way from a deleted stack back to one with the same tables and the same pool, as `infra/deploy` takes it. Needs no stack:
an account of the test's own stands for AWS."""

import copy
import io
import json
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "infra"), str(ROOT / "infra" / "local")]

from account import Aws, Pages  # noqa: E402
from deploytool import commands, indexes, kept, questions, records, stacks, values  # noqa: E402
from deploytool.stage import Stage  # noqa: E402
from stacktool import parameters  # noqa: E402
from stacktool.console import Problem  # noqa: E402

TEXT = (ROOT / "template.yaml").read_text()


@pytest.fixture
def aws(template, monkeypatch) -> Aws:
    for module in (stacks, kept):
        monkeypatch.setattr(module.time, "sleep", lambda _: None)
    return Aws(template)


@pytest.fixture
def stage(tmp_path) -> Stage:
    return Stage("staging", tmp_path / "staging.toml", "eu-central-1", "you@example.com")


@pytest.fixture
def given(stage) -> dict[str, str]:
    return values.of(stage, parameters.read())


def imported(aws: Aws) -> tuple[dict, dict[str, str]]:
    """The template and the parameters of the import."""
    body = aws.imported.get("TemplateBody") or aws.objects["sharpened-staging/import.json"]
    return json.loads(body), {each["ParameterKey"]: each["ParameterValue"] for each in aws.imported["Parameters"]}


def test_tables_pool_client_and_group_are_taken_back_by_their_names(aws, stage, template, given):
    assert kept.take_back(aws, stage, template, given, is_deployed=False)
    identifiers = {each["LogicalResourceId"]: each["ResourceIdentifier"] for each in aws.imported["ResourcesToImport"]}
    assert identifiers["UserPoolClient"] == {"UserPoolId": "pool", "ClientId": "client"}
    assert identifiers["MealsTable"] == {"TableName": "sharpened-staging-meals"}
    body, told = imported(aws)
    assert body["Resources"].keys() == identifiers.keys()
    assert told.keys() == body["Parameters"].keys()
    assert "AnthropicApiKey" not in told


def test_what_is_taken_back_is_as_the_last_deployment_said_and_not_as_the_next_one_will(aws, stage, template, given):
    last = TEXT.replace("          MinimumLength: 12\n", "          MinimumLength: 10\n")
    assert last != TEXT
    for record, text in enumerate((TEXT, last)):
        record_id = f"record-{record}"
        aws.put_object("bucket", f"sharpened-staging/deployments/{record_id}.json", json.dumps({
            "id": record_id, "template": text, "values": given | {"UserPoolMfa": "ON"}, "before": None}).encode())
        records.put_in_force(aws, stage, record_id)
    kept.take_back(aws, stage, template, given | {"UserPoolMfa": "OFF", "DeletionProtection": "false"}, is_deployed=False)
    body, told = imported(aws)
    assert (told["UserPoolMfa"], told["DeletionProtection"]) == ("ON", "true")
    assert body["Resources"]["UserPool"]["Properties"]["Policies"]["PasswordPolicy"]["MinimumLength"] == 10


def test_an_index_that_a_table_does_not_have_yet_is_not_taken_for_granted(aws, stage, template, given):
    before = copy.deepcopy(template)
    profiles = aws.tables["sharpened-staging-profiles"]
    profiles["GlobalSecondaryIndexes"] = [each for each in profiles["GlobalSecondaryIndexes"] if each["IndexName"] != "email_v1"]
    kept.take_back(aws, stage, template, given, is_deployed=False)
    body, _ = imported(aws)
    properties = body["Resources"]["ProfilesTable"]["Properties"]
    assert "email_v1" not in [each["IndexName"] for each in properties["GlobalSecondaryIndexes"]]
    assert "email" not in [each["AttributeName"] for each in properties["AttributeDefinitions"]]
    assert template == before


def test_a_stage_of_which_nothing_is_there_has_nothing_to_take_back(aws, stage, template, given, monkeypatch):
    aws.tables.clear()
    monkeypatch.setattr(aws, "get_paginator", lambda _: Pages([{"UserPools": []}]))
    assert not kept.take_back(aws, stage, template, given, is_deployed=False)
    assert not aws.imported


@pytest.mark.parametrize("status", ["FAILED", "DELETE_COMPLETE", "DELETE_FAILED"])
def test_an_import_that_cannot_begin_is_told_with_why(aws, stage, template, given, status):
    aws.change_set = {"Status": status, "StatusReason": "The table has another name."}
    with pytest.raises(Problem, match=f"{status}.*The table has another name. It is as it was"):
        kept.take_back(aws, stage, template, given, is_deployed=False)


@pytest.mark.parametrize("status", ["IMPORT_ROLLBACK_COMPLETE", "ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_FAILED", "DELETE_COMPLETE"])
def test_every_status_that_lasts_ends_the_wait_with_what_failed_first(aws, stage, status):
    aws.statuses = ["REVIEW_IN_PROGRESS", "IMPORT_IN_PROGRESS", "IMPORT_ROLLBACK_IN_PROGRESS", status]
    aws.events = [
        {"LogicalResourceId": "MealsTable", "ResourceStatus": "IMPORT_FAILED", "ResourceStatusReason": "Cancelled"},
        {"LogicalResourceId": "UserPool", "ResourceStatus": "IMPORT_FAILED", "ResourceStatusReason": "It is not there."},
        {"LogicalResourceId": stage.stack, "ResourceStatus": "IMPORT_IN_PROGRESS", "ResourceStatusReason": "User Initiated"},
        {"LogicalResourceId": "Api", "ResourceStatus": "CREATE_FAILED", "ResourceStatusReason": "of an earlier time"}]
    with pytest.raises(Problem, match="and not IMPORT_COMPLETE: UserPool: It is not there. Mend that") as problem:
        stacks.wait(aws, stage, "REVIEW_IN_PROGRESS", "IMPORT_COMPLETE")
    assert ("gone" if status == "DELETE_COMPLETE" else status) in str(problem.value)


def test_a_status_from_before_is_not_taken_for_the_end(aws, stage):
    aws.statuses = ["IMPORT_ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_COMPLETE", "IMPORT_IN_PROGRESS", "IMPORT_COMPLETE"]
    stacks.wait(aws, stage, "IMPORT_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")
    aws.statuses = ["ROLLBACK_COMPLETE", "DELETE_IN_PROGRESS", None]
    stacks.wait(aws, stage, "ROLLBACK_COMPLETE", None)


def test_a_stack_that_never_ends_is_given_up(aws, stage):
    aws.statuses = ["IMPORT_IN_PROGRESS"]
    with pytest.raises(Problem, match="IMPORT_IN_PROGRESS, and not IMPORT_COMPLETE"):
        stacks.wait(aws, stage, None, "IMPORT_COMPLETE")


def test_the_key_is_asked_for_until_the_stack_has_it_also_after_an_import(aws, stage, monkeypatch):
    monkeypatch.delenv(questions.KEY_VARIABLE, raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    aws.statuses, aws.parameters = ["IMPORT_COMPLETE"], ["Stage"]
    with pytest.raises(Problem, match=questions.KEY_VARIABLE):
        commands._secret(aws, stage)
    monkeypatch.setenv(questions.KEY_VARIABLE, "a-key")
    assert commands._secret(aws, stage) == {"AnthropicApiKey": "a-key"}
    monkeypatch.delenv(questions.KEY_VARIABLE)
    aws.parameters.append("AnthropicApiKey")
    assert commands._secret(aws, stage) == {}


def change(aws: Aws, index: str, **changes: object) -> None:
    [found] = [each for each in aws.tables["sharpened-staging-profiles"]["GlobalSecondaryIndexes"] if each["IndexName"] == index]
    found |= changes


def test_tables_as_the_template_has_them_and_tables_that_are_not_there_can_be_deployed(aws, stage, template):
    indexes.require_changeable(aws, stage, template)
    profiles = aws.tables["sharpened-staging-profiles"]
    profiles["GlobalSecondaryIndexes"] = [each for each in profiles["GlobalSecondaryIndexes"] if each["IndexName"] != "email_v1"]
    indexes.require_changeable(aws, stage, template)
    aws.tables.clear()
    indexes.require_changeable(aws, stage, template)


@pytest.mark.parametrize(("changes", "told"), [
    ({"KeySchema": [{"AttributeName": "address", "KeyType": "HASH"}]}, r"is \(address\) with keys alone, and .* \(email\)"),
    ({"Projection": {"ProjectionType": "ALL"}}, r"is \(email\) with everything"),
    ({"Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["goal"]}}, r"is \(email\) with goal"),
])
def test_an_index_that_is_another_one_is_named_before_anything_is_built(aws, stage, template, changes, told):
    change(aws, "email_v1", **changes)
    with pytest.raises(Problem, match=f"The index email_v1 of sharpened-staging-profiles {told}") as problem:
        indexes.require_changeable(aws, stage, template)
    for words in ("next number in its name", "Nothing was deployed", "infra/README.md"):
        assert words in str(problem.value)
    assert '"Changing a table"' in str(problem.value)
    assert "\n## Changing a table\n" in (ROOT / "infra" / "README.md").read_text()


def test_two_indexes_at_once_are_too_many_for_dynamodb(aws, stage, template):
    change(aws, "email_v1", IndexName="email_v0")
    with pytest.raises(Problem, match=r"2 indexes of sharpened-staging-profiles .*\(email_v0, email_v1\).* one in a deployment"):
        indexes.require_changeable(aws, stage, template)


def test_a_table_with_another_key_is_named_too(aws, stage, template):
    aws.tables["sharpened-staging-meals"]["KeySchema"].pop()
    with pytest.raises(Problem, match=r"sharpened-staging-meals .*\(user_id\).*\(user_id, item\).* cannot be changed in place"):
        indexes.require_changeable(aws, stage, template)
