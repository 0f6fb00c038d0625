"""Deploys the template with `sam deploy` and writes stack.json."""

import hashlib
import json
import tomllib
from pathlib import Path

from . import aws, build, cloud, emulator, packages, paths, sam, settings, startable, tables
from .console import Problem, note, step

_DEPLOYED = paths.STATE / "deployed.json"
# How often `sam` looks whether it is done, in seconds; on AWS every few.
_POLL = 0.5


def deploy(endpoint: str, claude_url: str, claude_key: str, programs: dict[str, Path], checker: Path,
           chosen: dict[str, str]) -> dict:
    """Deploys if template, programs, parameters or the cloud have changed; returns the content of stack.json. `checker` is the
    program that checks settings, `chosen` are the settings of the environment, by variable."""
    config = tomllib.loads(paths.SAMCONFIG.read_text())["local"]["deploy"]["parameters"]
    own = dict(pair.split("=", 1) for pair in config.pop("parameter_overrides"))
    values = settings.of_stack(own, chosen) | {
        "Architecture": build.architecture(), "AnthropicBaseUrl": claude_url, "AnthropicApiKey": claude_key}
    _tell(chosen, settings.of_stack(own, {}))
    # Without the commit: programs that did not change with it need no new deployment.
    state = _fingerprint(config, values, programs)
    values["Build"] = chosen.get("BUILD") or build.commit()
    stack_name = config["stack_name"]
    before = _deployed()
    if _status(endpoint, stack_name) == "complete" and before.get("state") == state and paths.STACK_JSON.exists():
        note("nothing has changed since the last deployment")
        return json.loads(paths.STACK_JSON.read_text())
    if refused := startable.refused(checker, values):
        raise Problem(f"The functions do not start with these settings, so nothing was deployed.\n{refused.rstrip()}")
    tables.require_same_keys(endpoint, stack_name)
    _DEPLOYED.unlink(missing_ok=True)
    with step("Deploying template.yaml (about a minute)"):
        _sam_deploy(endpoint, stack_name, values, packages.template(packages.pack(programs)))
        emulator.fill_gaps(endpoint, stack_name, values)
    stack = _describe(endpoint, stack_name, claude_url)
    _wait_until_healthy(stack)
    paths.STACK_JSON.write_text(json.dumps(stack, indent=2) + "\n")
    _DEPLOYED.write_text(json.dumps({"state": state, "settings": chosen}))
    return stack


def _tell(chosen: dict[str, str], defaults: dict[str, str]) -> None:
    """Says which settings come from the environment, and which no longer do."""
    for variable, value in chosen.items():
        if variable == "ANTHROPIC_BASE_URL" and not cloud.has_key():
            note(f"{variable} is left out: without ANTHROPIC_API_KEY the simulator answers")
        else:
            note(f"{variable}={value} (else {defaults[settings.parameter(variable)] or 'nothing'})")
    for variable in _deployed().get("settings", {}).keys() - chosen.keys():
        default = defaults.get(settings.parameter(variable))
        note(f"{variable} is not set any more: {default or 'nothing'} again")


def _fingerprint(config: dict, values: dict[str, str], programs: dict[str, Path]) -> str:
    """A hash of all that a deployment depends on. A program that is built anew has a new time."""
    built = {name: program.stat().st_mtime_ns for name, program in programs.items()}
    known = json.dumps([config, values, built], sort_keys=True)
    return hashlib.sha256(known.encode() + paths.TEMPLATE.read_bytes()).hexdigest()


def _deployed() -> dict:
    """What was deployed last: a hash of all that it depends on, and the settings of the environment; empty if nothing was."""
    try:
        return json.loads(_DEPLOYED.read_text())
    except (OSError, ValueError):
        return {}


def _status(endpoint: str, stack_name: str) -> str | None:
    """`complete`, `other`, or nothing where there is no such stack."""
    cloudformation = aws.client("cloudformation", endpoint)
    try:
        [stack] = cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
    except cloudformation.exceptions.ClientError:
        return None
    return "complete" if stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE") else "other"


def _sam_deploy(endpoint: str, stack_name: str, values: dict[str, str], template: str) -> None:
    """Deploys, instead of what an earlier deployment has left half done."""
    if _status(endpoint, stack_name) == "other":
        aws.client("cloudformation", endpoint).delete_stack(StackName=stack_name)
    packed, log = paths.STATE / "template.yaml", paths.log("deploy")
    packed.write_text(template)
    if not sam.deploy(packed, stack_name, aws.REGION, values, aws.environment(endpoint), _POLL, log):
        raise Problem("The template could not be deployed. The log names the resource; mend it and run `up` again.", log)


def _describe(endpoint: str, stack_name: str, claude_url: str) -> dict:
    """The content of stack.json."""
    cloudformation = aws.client("cloudformation", endpoint)
    [stack] = cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_name)
    resources = [resource for page in pages for resource in page["StackResourceSummaries"]]

    def physical(kind: str) -> dict[str, str]:
        names = [resource["PhysicalResourceId"] for resource in resources if resource["ResourceType"] == kind]
        return {name.removeprefix(f"{stack_name}-"): name for name in sorted(names)}

    table_names = {name.replace("-", "_"): table for name, table in physical("AWS::DynamoDB::Table").items()}
    return {
        "api_url": f"{endpoint}/_aws/execute-api/{outputs['ApiId']}/api",
        "region": aws.REGION,
        "user_pool_id": outputs["UserPoolId"],
        "user_pool_client_id": outputs["UserPoolClientId"],
        "aws_endpoint": endpoint,
        "claude_url": claude_url,
        "tables": table_names,
        "functions": physical("AWS::Lambda::Function"),
        "prompt_jobs_queue_url": outputs["PromptJobsQueueUrl"],
        "prompt_jobs_dead_letter_queue_url": outputs["PromptJobsDeadLetterQueueUrl"],
    }


def _wait_until_healthy(stack: dict) -> None:
    """Starts a function, which reads the whole configuration, and asks the API for something that only it refuses."""
    from . import api, functions

    with step("Waiting until it answers"):
        result, error = functions.invoke(stack, "batch-collector", b"{}")
        if error:
            raise Problem(f"The functions were deployed but do not start: {result.get('errorMessage', result)}. "
                          "`infra/local/stack logs batch-collector` tells more.")
        answer = api.Api(stack["api_url"]).get("/v1/users/me")
        if answer.status != 401:
            raise Problem(f"The API answered {answer.status} to a request without a token, instead of 401. "
                          "Run `infra/local/stack down` and `up` again.", paths.log("ministack"))
