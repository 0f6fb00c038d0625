"""Checks that what describes the functions in several places says the same in each. Needs no stack.

The places: template.yaml, the binaries under functions/, events/, the routes of `cargo lambda watch` in Cargo.toml, and
infra/openapi.json.
"""

import json
import pathlib
import tomllib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HTTP_METHODS = ("get", "post", "put", "patch", "delete")
# Lambda's limit for the names and values of a function's variables together.
MOST_ENVIRONMENT_BYTES = 4096


@pytest.fixture(scope="module")
def functions(template) -> dict[str, dict]:
    """Properties of the functions, by the binary that each is built from."""
    properties = [resource["Properties"] for resource in template["Resources"].values()
                  if resource["Type"] == "AWS::Serverless::Function"]
    return {pathlib.PurePath(each["CodeUri"]).name: each for each in properties}


@pytest.fixture(scope="module")
def routes(functions) -> dict[tuple[str, str], str]:
    """Functions by method and path."""
    return {(event["Properties"]["Method"].upper(), event["Properties"]["Path"]): name
            for name, function in functions.items() for event in function.get("Events", {}).values()
            if event["Type"] == "Api"}


def test_each_binary_is_one_resource_and_one_function_name(template, functions):
    assert set(functions) == {binary.stem for binary in (ROOT / "functions" / "src" / "bin").glob("*.rs")}
    for name, function in functions.items():
        assert "".join(part.capitalize() for part in name.split("-")) + "Function" in template["Resources"]
        assert function["FunctionName"] == {"Fn::Sub": f"${{AWS::StackName}}-{name}"}


def test_each_function_has_a_sample_event_that_fits_its_trigger(functions):
    # A function with two triggers has a second sample, with what triggers it in its name.
    assert {file.name.split(".")[0] for file in (ROOT / "events").glob("*.json")} == set(functions)
    for name, function in functions.items():
        event = json.loads((ROOT / "events" / f"{name}.json").read_text())
        triggers = list(function.get("Events", {}).values())
        if not triggers:
            assert event["Records"], f"{name} is given records of a queue or a stream"
        elif triggers[0]["Type"] == "Api":
            [trigger] = triggers
            assert event["resource"] == trigger["Properties"]["Path"]
            assert event["httpMethod"] == trigger["Properties"]["Method"].upper()
            assert event["requestContext"]["authorizer"]["claims"]["sub"]


def test_cargo_lambda_watch_serves_the_same_routes(routes):
    manifest = tomllib.loads((ROOT / "Cargo.toml").read_text())
    router = manifest["workspace"]["metadata"]["lambda"]["watch"]["router"]
    watched = {(entry["method"], path): entry["function"] for path, entries in router.items() for entry in entries}
    assert watched == routes


def test_the_openapi_document_describes_the_same_routes(routes):
    document = ROOT / "infra" / "openapi.json"
    if not document.exists():
        pytest.skip("infra/openapi.json has not been generated")
    paths = json.loads(document.read_text())["paths"]
    described = {(method.upper(), path) for path, item in paths.items() for method in item if method in HTTP_METHODS}
    assert described == set(routes)


def test_what_the_gateway_refuses_is_told_as_the_contract_tells_it(template):
    document = json.loads((ROOT / "infra" / "openapi.json").read_text())
    codes = document["components"]["schemas"]["ProblemCode"]["enum"]
    told = {}
    for response in template["Resources"]["Api"]["Properties"]["GatewayResponses"].values():
        problem = json.loads(response["ResponseTemplates"]["application/json"])
        example = document["components"]["examples"][problem["code"]]["value"]
        assert problem["code"] in codes
        assert {name: problem[name] for name in ("type", "code")} == {name: example[name] for name in ("type", "code")}
        assert problem.get("status") == response.get("StatusCode")
        assert problem.keys() | {"status"} == example.keys()
        told.setdefault(problem["code"], []).append(problem["detail"])
    # These nobody but the gateway answers.
    for code in ("bad_request", "forbidden", "not_found", "too_many_requests", "timeout"):
        assert document["components"]["examples"][code]["value"]["detail"] in told[code]


def test_each_function_has_its_own_size_time_and_log_group(template, functions):
    for name, function in functions.items():
        assert function["MemorySize"], name
        triggers = {event["Type"] for event in function.get("Events", {}).values()}
        assert function["Timeout"] <= 29 or "Api" not in triggers, f"{name} outlasts API Gateway"
        group = function["LoggingConfig"]["LogGroup"]["Ref"]
        assert group == "".join(part.capitalize() for part in name.split("-")) + "Logs"
        assert template["Resources"][group]["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_policies_name_what_they_allow(functions):
    for name, function in functions.items():
        for policy in function["Policies"]:
            for statement in policy["Statement"]:
                resource = json.dumps(statement["Resource"])
                assert "*" not in resource, f"{name} may touch everything"
                assert not [action for action in statement["Action"] if "*" in action], f"{name} may do everything"


def variables(template, function) -> dict[str, object]:
    """The environment of a function: what all functions get, and its own."""
    common = template["Globals"]["Function"]["Environment"]["Variables"]
    return common | function.get("Environment", {}).get("Variables", {})


def test_every_variable_is_set_from_the_parameter_of_its_name(template, functions):
    from_parameters = set()
    for function in functions.values():
        for name, value in variables(template, function).items():
            if value.get("Ref") in template["Parameters"]:
                assert value["Ref"] == "".join(word.capitalize() for word in name.split("_"))
                from_parameters.add(value["Ref"])
    # The last two are for schedules alone.
    assert set(template["Parameters"]) - from_parameters == {
        "Architecture", "LogRetentionDays", "AnthropicApiKey", "DeletionProtection", "UserPoolTier", "UserPoolMfa", "MailSender",
        "MailSenderIdentity", "ApiDomainName", "ApiCertificateArn", "ReservedConcurrency", "FirstPromptConcurrency", "AlarmEmail",
        "BatchCollectorRateMinutes", "RealtimeCheckHour"}


def test_the_environment_fits_lambdas_limit_with_the_longest_name_of_a_stack(template, functions):
    # 64 characters are Lambda's limit for a function's name, so no stack's name is longer than this.
    stack_name = "s" * (64 - len("-send-consultation-message"))

    def length(value: dict[str, str]) -> int:
        target = value.get("Ref") or value.get("Fn::Sub")
        if target in template["Parameters"]:
            return len(str(template["Parameters"][target]["Default"]))
        if target not in template["Resources"]:
            return len("https://cognito-idp.ap-southeast-2.amazonaws.com/ap-southeast-2_AbCdEfGhI")
        properties = template["Resources"][target]["Properties"]
        named = next((properties[key] for key in ("TableName", "QueueName") if key in properties), None)
        # Other names are CloudFormation's: the resource's with a few letters, or Cognito's 26.
        text = named["Fn::Sub"].replace("${AWS::StackName}", stack_name) if named else f"{target}-{'c' * 12}"
        text += "https://sqs.ap-southeast-2.amazonaws.com/123456789012/" if "QueueName" in properties else ""
        text += "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:-AbCdEf" if "Secret" in target else ""
        return len(text)

    for name, function in functions.items():
        size = sum(len(variable) + length(value) for variable, value in variables(template, function).items())
        assert size < MOST_ENVIRONMENT_BYTES, f"{name}: {size} bytes"
