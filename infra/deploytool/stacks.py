"""Stacks of CloudFormation, and `sam deploy`."""

import json
import time
from pathlib import Path

from stacktool import sam
from stacktool.console import Problem, step

from .account import Account
from .stage import Stage

_USABLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE")
# What a creation that failed leaves behind; nothing can be done with it but deleting it.
_EMPTY = ("ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS")
# The bucket that `sam deploy --resolve-s3` makes and keeps programs in.
_SAMS_STACK = "aws-sam-cli-managed-default"
# How an operation on a stack begins, in its events.
_BEGUN = "User Initiated"
# How often is looked whether something is done, in seconds; an emulator is quicker.
_POLL = {True: 0.5, False: 5.0}
# How many times, and how many of those may pass before something begins.
_LOOKS, _LOOKS_BEFORE_IT_BEGINS = 720, 12


def describe(account: Account, name: str) -> dict | None:
    """A stack, or nothing where there is none, or one that was deleted."""
    cloudformation = account.client("cloudformation")
    try:
        [stack] = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except cloudformation.exceptions.ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return None if stack["StackStatus"] == "DELETE_COMPLETE" else stack


def ready(account: Account, stage: Stage) -> bool:
    """Whether the stage's stack is there and can be changed. What a failed creation left behind is deleted."""
    stack = describe(account, stage.stack)
    if stack is None:
        return False
    status = stack["StackStatus"]
    if status in _USABLE:
        return True
    if status not in _EMPTY:
        raise Problem(f"The stack {stage.stack} is {status}. Wait until it is done; if it has failed, see its events in the "
                      "console of CloudFormation, and try again once it is in a state that ends with COMPLETE.")
    with step(f"Deleting what a failed creation has left ({status})"):
        account.client("cloudformation").delete_stack(StackName=stage.stack)
        wait(account, stage, status, None)
    return False


def wait(account: Account, stage: Stage, before: str | None, wanted: str | None) -> None:
    """Waits until the stage's stack, which was `before`, is `wanted` (nothing: gone). Any other that lasts is a problem."""
    status = before
    for look in range(_LOOKS):
        stack = describe(account, stage.stack)
        status = stack["StackStatus"] if stack else None
        # What was asked for may not have begun yet.
        if status != before or look >= _LOOKS_BEFORE_IT_BEGINS:
            if status == wanted:
                return
            if status is None or not status.endswith("_IN_PROGRESS"):
                break
        time.sleep(_POLL[bool(account.endpoint)])
    raise Problem(f"The stack {stage.stack} is {status or 'gone'}, and not {wanted or 'gone'}: {_why(account, stage)} Mend that "
                  "and try again; the console of CloudFormation has all of its events.")


def _why(account: Account, stage: Stage) -> str:
    """What failed first in the last thing that was done to the stack."""
    cloudformation, why = account.client("cloudformation"), "its events do not tell why."
    try:
        events = cloudformation.describe_stack_events(StackName=stage.stack)["StackEvents"]
    except cloudformation.exceptions.ClientError:
        return why
    for event in events:  # the newest first
        reason = event.get("ResourceStatusReason", "")
        if event["ResourceStatus"].endswith("_FAILED") and reason:
            why = f"{event['LogicalResourceId']}: {reason.rstrip('.')}."
        elif event["LogicalResourceId"] == stage.stack and reason == _BEGUN:
            break
    return why


def keeps(account: Account, stage: Stage, parameter: str) -> bool:
    """Whether the stack has a value for that parameter, which stays where none is given."""
    stack = describe(account, stage.stack) or {}
    return parameter in {each["ParameterKey"] for each in stack.get("Parameters", [])}


def outputs(account: Account, stage: Stage) -> dict[str, str]:
    """The outputs of the stage's stack; the addresses of the API as they are reached from here."""
    stack = describe(account, stage.stack)
    if stack is None:
        raise Problem(f"The stage {stage.name} is not deployed. Run `infra/deploy {stage.name}` first.")
    told = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    if "ApiUrl" not in told:
        raise Problem(f"The stack {stage.stack} is there, but not its API: a deployment has not come to its end. Run "
                      f"`infra/deploy {stage.name}` again.")
    if account.endpoint:
        told["ApiUrl"] = told["ApiGatewayUrl"] = f"{account.endpoint}/_aws/execute-api/{told['ApiId']}/api"
    return told


def resources(account: Account, stage: Stage) -> dict[str, str]:
    """The physical ids of the stack's resources by their logical ids."""
    pages = account.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stage.stack)
    return {each["LogicalResourceId"]: each.get("PhysicalResourceId", "") for page in pages
            for each in page["StackResourceSummaries"]}


def original(account: Account, stage: Stage) -> str:
    """The template of the stack as it was given, with the addresses of the programs."""
    body = account.client("cloudformation").get_template(StackName=stage.stack, TemplateStage="Original")["TemplateBody"]
    return body if isinstance(body, str) else json.dumps(body)


def processed(account: Account, stage: Stage) -> dict:
    """The template of the stack as SAM made it."""
    return account.client("cloudformation").get_template(StackName=stage.stack, TemplateStage="Processed")["TemplateBody"]


def bucket(account: Account) -> str | None:
    """Where programs and records of deployments are kept: the bucket that `sam` makes with the first deployment in a region."""
    stack = describe(account, _SAMS_STACK) or {}
    told = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    return told.get("SourceBucket")


def sam_deploy(account: Account, stage: Stage, file: Path, values: dict[str, str]) -> None:
    """Deploys a template."""
    log = stage.log("deploy")
    if not sam.deploy(file, stage.stack, account.region, values, account.environment(), _POLL[bool(account.endpoint)], log):
        raise Problem("The template could not be deployed, and the stack is as it was before. The log names the resource and "
                      "why; mend that and try again.", log)
