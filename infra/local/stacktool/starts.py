"""Whether the functions start with the settings that they are going to have. The rules across settings, such as that the
fewest words of a prompt are below the most, are the functions' own: each is started as Lambda starts it, and ends by itself
because nobody answers its first question for an event."""

import concurrent.futures
import json
import os
import subprocess
from pathlib import Path

from samcli.yamlhelper import yaml_parse

from . import aws, paths
from .console import Problem

_REFUSED = "cold_start_failed"
# Port 9 takes nothing: the Runtime API is not there.
_LAMBDA = {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128", "AWS_LAMBDA_FUNCTION_VERSION": "1",
           "AWS_LAMBDA_LOG_STREAM_NAME": "start", "AWS_LAMBDA_LOG_GROUP_NAME": "start"}
# In place of what only a deployment knows, such as the name of a table.
_UNKNOWN = "unknown"
_SECONDS = 20


def require(programs: dict[str, Path], values: dict[str, str]) -> None:
    """Names what the functions would refuse of the parameters `values`, before they are deployed."""
    variables = _variables(values)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        told = pool.map(lambda name: _refusal(name, programs[name], variables[name]), programs)
    if refused := list(dict.fromkeys(filter(None, told))):
        raise Problem("\n".join(["The functions do not start with these settings, so nothing was deployed.", *refused]))


def _variables(values: dict[str, str]) -> dict[str, dict[str, str]]:
    """The environment of each function, as the template makes it."""
    template = yaml_parse(paths.TEMPLATE.read_text())
    common = template["Globals"]["Function"]["Environment"]["Variables"]
    found = {}
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            properties = resource["Properties"]
            given = common | properties.get("Environment", {}).get("Variables", {})
            found[Path(properties["CodeUri"]).name] = {
                name: values.get(value.get("Ref"), _UNKNOWN) if isinstance(value, dict) else str(value)
                for name, value in given.items()}
    return found


def _refusal(name: str, program: Path, variables: dict[str, str]) -> str | None:
    """What a function says against its environment, if it does."""
    environment = aws.CREDENTIALS | _LAMBDA | {"AWS_LAMBDA_FUNCTION_NAME": name} | variables
    try:
        ended = subprocess.run([program], env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None
    for line in ended.stdout.splitlines():
        if _REFUSED in line:
            return json.loads(line)["error"]
    return None
