"""Tries every function that was deployed, with an event that does nothing: it has to start and to answer."""

import base64
import concurrent.futures
import json
import re
import time
import uuid

import botocore.exceptions
from stacktool.console import Problem, step

from .account import Account
from .stage import Stage

# Lines of the log from so long ago may tell why a function fails, in seconds.
_RECENT = 300


def events(template: dict) -> dict[str, dict]:
    """A harmless event for each function, by the function's name: a request of nobody, which is refused; no records; or a
    check of a schedule."""
    made = {}
    for resource in template["Resources"].values():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        name = resource["Properties"]["FunctionName"]["Fn::Sub"].removeprefix("${AWS::StackName}-")
        triggers = {event["Type"]: event["Properties"] for event in resource["Properties"].get("Events", {}).values()}
        kinds = triggers.keys()
        if route := triggers.get("Api"):
            made[name] = of_nobody(route["Method"].upper(), route["Path"])
        elif kinds & {"ScheduleV2", "Schedule"}:
            made[name] = {"check": True}
        else:
            made[name] = {"Records": []}
    return made


def of_nobody(method: str, route: str) -> dict:
    """A request without a caller, as a REST API hands it over. Functions of any version refuse it, so that what a rollback brings
    back can be tried too."""
    values = {name: "nobody" for name in re.findall(r"\{(\w+)\}", route)}
    path = re.sub(r"\{\w+\}", "nobody", route)
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    return {
        "resource": route, "path": path, "httpMethod": method,
        "headers": headers, "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None, "multiValueQueryStringParameters": None,
        "pathParameters": values or None, "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012", "apiId": "smoke", "stage": "api", "resourceId": "smoke", "resourcePath": route,
            "path": f"/api{path}", "httpMethod": method, "protocol": "HTTP/1.1", "requestId": str(uuid.uuid4()),
            "requestTime": "01/Jan/2026:00:00:00 +0000", "requestTimeEpoch": 1_767_225_600_000,
            "identity": {"sourceIp": "203.0.113.7", "userAgent": "smoke"}},
        "body": None, "isBase64Encoded": False}


def run(account: Account, stage: Stage, template: dict) -> None:
    """Invokes every function. Those that fail are named, each with the line of its log that tells why."""
    made = events(template)
    with step(f"Trying each of {len(made)} functions"), concurrent.futures.ThreadPoolExecutor(4) as pool:
        told = pool.map(lambda function: _try(account, stage, function, made[function]), made)
        failed = [problem for problem in told if problem]
    if failed:
        raise Problem("\n".join([*failed, f"This is deployed. `infra/deploy {stage.name} rollback` goes back to what was there "
                                          "before; or mend the cause and deploy again."]))


def _try(account: Account, stage: Stage, function: str, event: dict) -> str | None:
    """What is wrong with a function, in a sentence."""
    name = f"{stage.stack}-{function}"
    try:
        answer = account.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode(), LogType="Tail")
    except botocore.exceptions.ClientError as error:
        return f"{function} cannot be tried: {str(error).rstrip('.')}"
    result = json.loads(answer["Payload"].read() or b"null")
    if "FunctionError" in answer:
        told = result.get("errorMessage", "") if isinstance(result, dict) else result
        return f"{function} fails: {_log_line(account, name, answer) or told}"
    if "requestContext" in event and (result or {}).get("statusCode") != 401:
        return f"{function} answers a request of nobody with {result}, and not with 401"
    return None


def _log_line(account: Account, name: str, answer: dict) -> str | None:
    """The last error that the function has logged."""
    tail = base64.b64decode(answer.get("LogResult", "")).decode(errors="replace")
    lines = tail.splitlines()
    if not lines:
        configuration = account.client("lambda").get_function_configuration(FunctionName=name)
        since = int((time.time() - _RECENT) * 1000)
        found = account.client("logs").filter_log_events(
            logGroupName=configuration["LoggingConfig"]["LogGroup"], startTime=since)
        lines = [event["message"].strip() for event in found["events"]]
    errors = [line for line in lines if '"level":"ERROR"' in line]
    # What a library warns of comes with an error of ours that says more.
    ours = [line for line in errors if "library_warning" not in line]
    return (ours or errors or [None])[-1]
