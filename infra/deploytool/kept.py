"""What outlives its stack: the tables with people's data, and the user pool with their accounts, its client and its groups.

A stack that is created while those are there would fail on the tables, and have a pool of its own in which everybody is
somebody else. So they are taken back first, by an import of CloudFormation; the deployment after that finds them in the stack.

An import changes nothing: what its template says is taken for what is there, and the next deployment changes only what differs
from that. So it says what the last deployment said, and not what the next one is going to say.
"""

import json
import re
import time

from samcli.yamlhelper import yaml_parse
from stacktool import tables
from stacktool.console import Problem, note, step

from . import indexes, records, stacks
from .account import Account
from .stage import Stage

_POLICIES = ("Retain", "RetainExceptOnCreate")
_POOL, _TABLE = "AWS::Cognito::UserPool", "AWS::DynamoDB::Table"
# The longest template that CloudFormation takes without a bucket.
_SHORT = 51_200
# How many times is looked whether an import can begin, in seconds.
_LOOKS = 300


def take_back(account: Account, stage: Stage, template: dict, values: dict[str, str], is_deployed: bool) -> bool:
    """Imports what the template keeps, what is there, and what the stage's stack does not have. Returns whether there was
    anything."""
    there = stacks.resources(account, stage) if is_deployed else {}
    found = _find(account, stage, template, there)
    if not found:
        return False
    names = ", ".join(sorted(found))
    source, values = _last(account, stage, template, values)
    for name, identifier in found.items():
        if template["Resources"][name]["Type"] == _TABLE:
            resource = source["Resources"][name]
            deployed = tables.describe(account.client("dynamodb"), identifier["TableName"])
            source["Resources"][name] = resource | {"Properties": indexes.as_they_are(resource["Properties"], deployed)}
    base = stacks.processed(account, stage) if is_deployed else {"Resources": {}}
    body = with_kept(base, source, found.keys())
    known = {each["ParameterKey"] for each in (stacks.describe(account, stage.stack) or {}).get("Parameters", [])}
    given = [{"ParameterKey": name, "UsePreviousValue": True} if name in known
             else {"ParameterKey": name, "ParameterValue": values[name]} for name in body["Parameters"]]
    with step(f"Taking back what an earlier stack has kept: {names}"):
        _import(account, stage, body, given, [
            {"LogicalResourceId": name, "ResourceType": template["Resources"][name]["Type"], "ResourceIdentifier": identifier}
            for name, identifier in found.items()])
    return True


def _last(account: Account, stage: Stage, template: dict, values: dict[str, str]) -> tuple[dict, dict[str, str]]:
    """What the deployment in force said, and its parameters; what it did not know is as `template` and `values` say."""
    record = records.in_force(account, stage)
    last = yaml_parse(record.template) if record else {}
    merged = {part: template[part] | last.get(part, {}) for part in ("Parameters", "Conditions", "Resources")}
    return merged, values | (record.values if record else {})


def with_kept(base: dict, template: dict, kept) -> dict:
    """The template `base` with resources that `template` keeps. What such a resource says of others that are not there yet is
    left out; the next deployment says it."""
    parameters = {name: each for name, each in template["Parameters"].items() if not each.get("NoEcho")}
    available = base["Resources"].keys() | set(kept) | parameters.keys()
    resources = {}
    for name in kept:
        resource = template["Resources"][name]
        properties = {key: value for key, value in resource["Properties"].items() if _refers(value) <= available}
        resources[name] = resource | {"Properties": properties}
    conditions = template["Conditions"] | base.get("Conditions", {})
    used = _refers(resources) | _refers(conditions)
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        **{name: part for name, part in base.items() if name not in ("Parameters", "Conditions", "Resources", "Transform")},
        "Parameters": {name: each for name, each in parameters.items() if name in used} | base.get("Parameters", {}),
        "Conditions": conditions,
        "Resources": base["Resources"] | resources,
    }


def _refers(value: object) -> set[str]:
    """The logical ids that a property refers to."""
    if isinstance(value, list):
        return set().union(*map(_refers, value))
    if not isinstance(value, dict):
        return set()
    own = {value["Ref"]} if "Ref" in value else set()
    if attribute := value.get("Fn::GetAtt"):
        own |= {attribute[0] if isinstance(attribute, list) else attribute.split(".")[0]}
    if substituted := value.get("Fn::Sub"):
        text, local = (substituted, {}) if isinstance(substituted, str) else substituted
        own |= {name for name in re.findall(r"\$\{([^!}.]+)[^}]*\}", text) if name not in local}
    return {name for name in own if not name.startswith("AWS::")} | set().union(*map(_refers, value.values()))


def _find(account: Account, stage: Stage, template: dict, there: dict[str, str]) -> dict[str, dict[str, str]]:
    """The identifiers of what is there and not in the stack, by logical id."""
    kept = {name: each for name, each in template["Resources"].items() if each.get("DeletionPolicy") in _POLICIES}
    found: dict[str, dict[str, str]] = {}
    pool = next((there[name] for name, each in kept.items() if each["Type"] == _POOL and name in there), None)
    # The pool comes first: the others are looked for in it.
    for name, resource in sorted(kept.items(), key=lambda entry: entry[1]["Type"] != _POOL):
        if name in there:
            continue
        identifier = _identify(account, stage, resource, pool)
        if identifier:
            found[name] = identifier
            pool = identifier["UserPoolId"] if resource["Type"] == _POOL else pool
    return found


def _identify(account: Account, stage: Stage, resource: dict, pool: str | None) -> dict[str, str] | None:
    properties = resource["Properties"]
    match resource["Type"]:
        case "AWS::DynamoDB::Table":
            name = tables.name_in(properties, stage.stack)
            return {"TableName": name} if tables.describe(account.client("dynamodb"), name) else None
        case "AWS::Cognito::UserPool":
            return _pool(account, stage)
        case "AWS::Cognito::UserPoolClient" if pool:
            pages = account.client("cognito-idp").get_paginator("list_user_pool_clients").paginate(UserPoolId=pool)
            named = [each["ClientId"] for page in pages for each in page["UserPoolClients"]
                     if each["ClientName"] == properties["ClientName"]]
            return {"UserPoolId": pool, "ClientId": named[0]} if named else None
        case "AWS::Cognito::UserPoolGroup" if pool:
            cognito = account.client("cognito-idp")
            try:
                cognito.get_group(UserPoolId=pool, GroupName=properties["GroupName"])
            except cognito.exceptions.ResourceNotFoundException:
                return None
            return {"UserPoolId": pool, "GroupName": properties["GroupName"]}
    return None


def _pool(account: Account, stage: Stage) -> dict[str, str] | None:
    pages = account.client("cognito-idp").get_paginator("list_user_pools").paginate(MaxResults=60)
    named = [each["Id"] for page in pages for each in page["UserPools"] if each["Name"] == stage.stack]
    if len(named) > 1:
        raise Problem(f"Several user pools are called {stage.stack}: {', '.join(named)}. Rename those whose people are not meant "
                      "(`aws cognito-idp update-user-pool --pool-name`), and try again.")
    return {"UserPoolId": named[0]} if named else None


def _import(account: Account, stage: Stage, body: dict, parameters: list[dict], resources: list[dict]) -> None:
    cloudformation, name = account.client("cloudformation"), f"take-back-{int(time.time())}"
    change = cloudformation.create_change_set(
        StackName=stage.stack, ChangeSetName=name, ChangeSetType="IMPORT", ResourcesToImport=resources, Parameters=parameters,
        Capabilities=["CAPABILITY_IAM"], **_handed_over(account, stage, json.dumps(body)))["Id"]
    _require_made(cloudformation, stage, change)
    before = (stacks.describe(account, stage.stack) or {}).get("StackStatus")
    cloudformation.execute_change_set(ChangeSetName=change)
    stacks.wait(account, stage, before, "IMPORT_COMPLETE")
    note(f"{len(resources)} resources are in the stack again")


def _handed_over(account: Account, stage: Stage, body: str) -> dict[str, str]:
    """A template as CloudFormation takes it: a long one from a bucket."""
    if len(body.encode()) <= _SHORT:
        return {"TemplateBody": body}
    bucket, key = stacks.bucket(account), f"{stage.stack}/import.json"
    account.client("s3").put_object(Bucket=bucket, Key=key, Body=body.encode())
    return {"TemplateURL": f"https://s3.{account.region}.amazonaws.com/{bucket}/{key}"}


def _require_made(cloudformation, stage: Stage, change_set: str) -> None:
    """Waits until the import can begin."""
    change = {}
    for _ in range(_LOOKS):
        change = cloudformation.describe_change_set(ChangeSetName=change_set)
        if change["Status"] == "CREATE_COMPLETE":
            return
        if change["Status"] not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
            break
        time.sleep(1)
    reason = change.get("StatusReason", "CloudFormation does not tell why").rstrip(".")
    raise Problem(f"What an earlier stack of {stage.name} has kept cannot be taken back (the change set is "
                  f"{change.get('Status')}): {reason}. It is as it was. Mend that and try again.")
