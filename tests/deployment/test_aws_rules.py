"""What AWS does not forgive, checked on the template as CloudFormation gets it. An emulator takes all of it."""

import json
import pathlib
import re
from unittest.mock import ANY

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# CloudFormation's limit is 500; the rest is room for aliases and the next functions.
MOST_RESOURCES = 400
# What a person would miss: these outlive their stack.
KEPT = ("AWS::DynamoDB::Table", "AWS::Cognito::UserPool", "AWS::Cognito::UserPoolClient", "AWS::Cognito::UserPoolGroup")
# Tables whose items expire by themselves, or are made anew from other tables.
PASSING = {"SpendingTable", "UserDirectoryTable", "CountersTable"}
STATUS_KEPT = {"DEFAULT_4XX"}


def references(value: object) -> set[str]:
    """The logical ids that a part of a template refers to."""
    if isinstance(value, list):
        return set().union(*map(references, value))
    if not isinstance(value, dict):
        return set()
    found = set()
    for key, inner in value.items():
        if key == "Ref":
            found.add(inner)
        elif key == "Fn::GetAtt":
            found.add(inner[0] if isinstance(inner, list) else inner.split(".")[0])
        elif key == "Fn::Sub":
            text, others = (inner, {}) if isinstance(inner, str) else inner
            found |= {name.split(".")[0] for name in re.findall(r"\$\{([A-Za-z0-9.:]+)\}", text)} | references(others)
        elif key == "DependsOn":
            found |= {inner} if isinstance(inner, str) else set(inner)
        else:
            found |= references(inner)
    return found


def test_the_stack_fits_into_cloudformations_limit(processed):
    assert len(processed["Resources"]) <= MOST_RESOURCES


def test_no_resource_depends_on_itself(processed):
    depends = {name: references(each) & processed["Resources"].keys() for name, each in processed["Resources"].items()}
    while free := [name for name, on in depends.items() if not on & depends.keys()]:
        for name in free:
            del depends[name]
    assert not depends, f"these refer to each other: {sorted(depends)}"


def test_a_second_stack_in_the_account_can_be_created(resources):
    """A name without the stack in it is taken already."""
    for name, schedule in resources("AWS::Scheduler::Schedule").items():
        assert "Name" not in schedule["Properties"], f"{name} needs OmitName: true"
    named = {"AWS::DynamoDB::Table": "TableName", "AWS::Lambda::Function": "FunctionName", "AWS::SQS::Queue": "QueueName"}
    for kind, key in named.items():
        for name, resource in resources(kind).items():
            assert resource["Properties"][key]["Fn::Sub"].startswith("${AWS::StackName}-"), name
    for kind in ("AWS::IAM::Role", "AWS::CloudWatch::Alarm", "AWS::SNS::Topic"):
        for name, resource in resources(kind).items():
            assert not resource["Properties"].keys() & {"RoleName", "AlarmName", "TopicName"}, name


def test_what_outlives_its_stack_for_a_while_does_not_block_the_next_one(resources):
    """A deleted secret keeps its name for a month; a late line makes a deleted log group anew."""
    for name, secret in resources("AWS::SecretsManager::Secret").items():
        assert "Name" not in secret["Properties"], name
    for name, group in resources("AWS::Logs::LogGroup").items():
        assert "LogGroupName" not in group["Properties"], name


@pytest.mark.parametrize("kind", KEPT)
def test_what_people_would_miss_outlives_the_stack(resources, kind):
    for name, resource in resources(kind).items():
        kept = "Delete" if name in PASSING else "RetainExceptOnCreate"
        assert resource["DeletionPolicy"] == kept, name
        assert resource["UpdateReplacePolicy"] == ("Delete" if name in PASSING else "Retain"), name


def test_nobody_deletes_tables_or_pool_by_mistake(template, resources):
    assert template["Parameters"]["DeletionProtection"]["Default"] == "true"
    for name, table in resources("AWS::DynamoDB::Table").items():
        protected = table["Properties"].get("DeletionProtectionEnabled")
        assert protected == (None if name in PASSING else {"Fn::If": ["IsProtected", True, False]}), name
        assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}, name
    [pool] = resources("AWS::Cognito::UserPool").values()
    assert pool["Properties"]["DeletionProtection"] == {"Fn::If": ["IsProtected", "ACTIVE", "INACTIVE"]}


def test_a_global_index_has_a_version_in_its_name(resources):
    """Neither its key nor what it holds can be changed: the next version stands beside it until it is filled."""
    for name, table in resources("AWS::DynamoDB::Table").items():
        for index in table["Properties"].get("GlobalSecondaryIndexes", []):
            assert re.search(r"_v\d+$", index["IndexName"]), f"{name}: {index['IndexName']}"


def test_a_policy_for_an_index_names_one_that_there_is(processed):
    tables = {name: [index["IndexName"] for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
                     for index in each["Properties"].get(kind, [])]
              for name, each in processed["Resources"].items() if each["Type"] == "AWS::DynamoDB::Table"}
    named = re.findall(r"\$\{(\w+)\.Arn\}/index/([\w*-]+)", json.dumps(processed["Resources"]))
    assert named
    assert not [f"{table}: {index}" for table, index in named if index not in tables[table]]


def test_the_pool_costs_and_mails_as_the_parameters_say(template, resources):
    [pool] = resources("AWS::Cognito::UserPool").values()
    properties = pool["Properties"]
    assert (template["Parameters"]["UserPoolTier"]["Default"], properties["UserPoolTier"]) == ("LITE", {"Ref": "UserPoolTier"})
    assert properties["MfaConfiguration"] == {"Ref": "UserPoolMfa"}
    [condition, own, cognitos] = properties["EmailConfiguration"]["Fn::If"]
    assert condition == "HasMailSender"
    assert (own["EmailSendingAccount"], own["From"]) == ("DEVELOPER", {"Ref": "MailSender"})
    assert cognitos == {"EmailSendingAccount": "COGNITO_DEFAULT"}


def test_a_domain_of_ones_own_is_there_when_it_is_asked_for(template, resources):
    for kind in ("AWS::ApiGateway::DomainName", "AWS::ApiGateway::BasePathMapping"):
        [resource] = resources(kind).values()
        assert resource["Condition"] == "HasDomain"
    assert template["Rules"]["OwnDomain"]["Assertions"]
    [condition, own, gateways] = template["Outputs"]["ApiUrl"]["Value"]["Fn::If"]
    assert (condition, own) == ("HasDomain", {"Fn::Sub": "https://${ApiDomainName}/api"})
    assert template["Outputs"]["ApiGatewayUrl"] == {"Description": ANY, "Value": gateways}


def test_the_api_has_the_same_paths_under_a_domain_of_ones_own_as_the_contract_says(template, resources):
    [mapping] = resources("AWS::ApiGateway::BasePathMapping").values()
    published = json.loads((ROOT / "infra" / "openapi.json").read_text())["servers"][0]["url"]
    assert published == "https://{api}/" + mapping["Properties"]["BasePath"]
    assert template["Resources"]["Api"]["Properties"]["StageName"] == mapping["Properties"]["BasePath"]


def test_what_the_gateway_refuses_keeps_its_status(template):
    """One status for all of them would turn an exceeded quota, or what a firewall refuses, into a 400."""
    responses = template["Resources"]["Api"]["Properties"]["GatewayResponses"]
    for kind in STATUS_KEPT:
        assert "StatusCode" not in responses[kind]
    told = {kind: responses[kind]["StatusCode"] for kind in responses.keys() - STATUS_KEPT}
    assert {kind: told[kind] for kind in ("UNSUPPORTED_MEDIA_TYPE", "QUOTA_EXCEEDED", "THROTTLED", "WAF_FILTERED")} == {
        "UNSUPPORTED_MEDIA_TYPE": 415, "QUOTA_EXCEEDED": 429, "THROTTLED": 429, "WAF_FILTERED": 403}


def test_a_message_is_not_handed_out_again_while_its_function_is_throttled(processed, resources):
    """AWS asks for six times the function's time-out, and for a concurrency of at least two."""
    queues, functions = resources("AWS::SQS::Queue"), resources("AWS::Lambda::Function")
    for mapping in resources("AWS::Lambda::EventSourceMapping").values():
        properties = mapping["Properties"]
        source = properties["EventSourceArn"]["Fn::GetAtt"][0]
        if source not in queues:
            continue
        seconds = functions[properties["FunctionName"]["Ref"]]["Properties"]["Timeout"]
        assert queues[source]["Properties"]["VisibilityTimeout"] >= 6 * seconds
        most = processed["Parameters"][properties["ScalingConfig"]["MaximumConcurrency"]["Ref"]]
        assert most["MinValue"] >= 2


def test_a_function_may_touch_its_own_queue_and_stream_alone(resources):
    """The policies that SAM adds with an SQS or DynamoDB event cover every queue and stream of the account."""
    for name, role in resources("AWS::IAM::Role").items():
        managed = [arn.rsplit("/", 1)[-1] for arn in role["Properties"].get("ManagedPolicyArns", [])]
        assert managed in ([], ["AWSLambdaBasicExecutionRole"]), f"{name}: {managed}"


def test_lambda_adds_no_lines_of_its_own_to_each_request(resources):
    for name, function in resources("AWS::Lambda::Function").items():
        config = function["Properties"]["LoggingConfig"]
        assert (config["LogFormat"], config["SystemLogLevel"]) == ("JSON", "WARN"), name
        # Lambda would drop what a function writes at a level below this.
        assert config["ApplicationLogLevel"] == "DEBUG", name


def test_no_concurrency_is_reserved_unless_somebody_asks(template, resources):
    """A new account has ten executions at a time and refuses to reserve any."""
    assert template["Parameters"]["ReservedConcurrency"]["Default"] == 0
    reserved = {name: function["Properties"]["ReservedConcurrentExecutions"]["Fn::If"]
                for name, function in resources("AWS::Lambda::Function").items()
                if "ReservedConcurrentExecutions" in function["Properties"]}
    assert reserved.keys() == {"SendCoachMessageFunction", "SendConsultationMessageFunction"}
    for [condition, _, otherwise] in reserved.values():
        assert (condition, otherwise) == ("HasReservedConcurrency", {"Ref": "AWS::NoValue"})


def test_alarms_are_for_the_api_the_queues_and_what_has_to_be_mended_and_only_where_somebody_is_told(resources):
    alarms = resources("AWS::CloudWatch::Alarm")
    assert {alarm["Properties"]["Namespace"] for alarm in alarms.values()} == {"AWS/ApiGateway", "AWS/SQS", "Sharpened"}
    own = [each["Properties"] for each in alarms.values() if each["Properties"]["Namespace"] == "Sharpened"]
    assert {each["MetricName"] for each in own} == {"ItemsUnreadable", "BatchesGivenUp"}
    assert all(each["Dimensions"] == [{"Name": "stage", "Value": {"Ref": "Stage"}}] for each in own)
    assert all(alarm["Condition"] == "HasAlarmEmail" for alarm in alarms.values())
    assert not any("Metrics" in alarm["Properties"] for alarm in alarms.values()), "metric math"


def test_the_key_is_shown_nowhere(template, processed):
    assert template["Parameters"]["AnthropicApiKey"]["NoEcho"] is True
    [secret] = [name for name, each in processed["Resources"].items() if "AnthropicApiKey" in references(each)]
    assert processed["Resources"][secret]["Type"] == "AWS::SecretsManager::Secret"
    assert "AnthropicApiKey" not in json.dumps(template["Outputs"])
