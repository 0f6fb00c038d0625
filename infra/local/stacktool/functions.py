"""Invoking functions and reading their logs."""

import functools
import json

from . import aws
from .console import Problem


def physical_name(stack: dict, function: str) -> str:
    if function not in stack["functions"]:
        raise Problem(f"There is no function {function}. There are: {', '.join(sorted(stack['functions']))}.")
    return stack["functions"][function]


def invoke(stack: dict, function: str, event: bytes) -> tuple[object, bool]:
    """Invokes a function and returns its result, and whether that is an error."""
    answer = aws.client("lambda", stack["aws_endpoint"]).invoke(
        FunctionName=physical_name(stack, function), Payload=event)
    result = answer["Payload"].read()
    return json.loads(result or b"null"), "FunctionError" in answer


def log_lines(stack: dict, function: str, start: int = 0) -> list[tuple[int, str]]:
    """A function's log lines since a moment, with the millisecond each was written in, oldest first."""
    logs = aws.client("logs", stack["aws_endpoint"])
    group = _log_group(stack["aws_endpoint"], physical_name(stack, function))
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=start)
    events = [event for page in pages for event in page["events"]]
    return sorted(((event["timestamp"], event["message"].rstrip()) for event in events), key=lambda line: line[0])


@functools.cache
def _log_group(endpoint: str, physical: str) -> str:
    """Where a function writes its log."""
    configuration = aws.client("lambda", endpoint).get_function_configuration(FunctionName=physical)
    return configuration["LoggingConfig"]["LogGroup"]
