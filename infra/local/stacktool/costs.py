"""What one person's calls to Claude have cost, by purpose, from the log; and the same from the `spending` table."""

import dataclasses
import datetime
import json
import time

from . import aws, functions

# The functions that call Claude for one person.
_CALLERS = ("send-consultation-message", "send-coach-message", "first-prompt-worker", "prompt-worker")
_CALL = "model_call"
# What is on nobody's own budget: nobody has asked for it.
_OF_THE_SERVICE = {"prompt_update"}


@dataclasses.dataclass
class Purpose:
    """The calls of one purpose."""

    name: str
    calls: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0

    def add(self, call: dict) -> None:
        read, written = call.get("cache_read_input_tokens", 0), call.get("cache_creation_input_tokens", 0)
        self.calls += 1
        self.input_tokens += call.get("input_tokens", 0) + read + written
        self.cached_tokens += read
        self.output_tokens += call.get("output_tokens", 0)
        self.cost_usd += call["cost_usd"]


def logged(stack: dict, user_id: str) -> list[Purpose]:
    """What the log tells of a person's calls, in the order in which their purposes first came."""
    calls = []
    for name in _CALLERS:
        for moment, text in functions.log_lines(stack, name):
            if _CALL in text and user_id in text:
                calls.append((moment, json.loads(text)))
    purposes: dict[str, Purpose] = {}
    for _, call in sorted(calls, key=lambda entry: entry[0]):
        if call["message"] == _CALL and call.get("user_id") == user_id:
            purposes.setdefault(call["purpose"], Purpose(call["purpose"])).add(call)
    return list(purposes.values())


def counted(stack: dict, user_id: str, since: datetime.date) -> float:
    """What the `spending` table has for a person from a UTC day until today, in USD."""
    day, today = since, datetime.datetime.now(datetime.UTC).date()
    nanos = 0
    while day <= today:
        key = {"day": {"S": day.isoformat()}, "scope": {"S": f"user#{user_id}"}}
        item = aws.client("dynamodb", stack["aws_endpoint"]).get_item(
            TableName=stack["tables"]["spending"], Key=key, ConsistentRead=True).get("Item")
        nanos += int(item["nano_usd"]["N"]) if item else 0
        day += datetime.timedelta(days=1)
    return nanos / 1e9


def total(purposes: list[Purpose]) -> float:
    return sum(purpose.cost_usd for purpose in purposes)


def own(purposes: list[Purpose]) -> float:
    """What of it is on the person's own budget."""
    return total([purpose for purpose in purposes if purpose.name not in _OF_THE_SERVICE])


def together(purposes: list[Purpose]) -> Purpose:
    """All purposes as one."""
    names = ("calls", "input_tokens", "cached_tokens", "output_tokens", "cost_usd")
    return Purpose("together", *(sum(getattr(purpose, name) for purpose in purposes) for name in names))


def agree(one: float, other: float) -> bool:
    """Whether two sums in USD are the same, but for what floating-point numbers lose."""
    return abs(one - other) < 1e-8


def settled(stack: dict, user_id: str, since: datetime.date) -> tuple[list[Purpose], float]:
    """Both once they agree: a sum is written after its answer, and the log comes later still. What they are after a while, if
    they never do."""
    for _ in range(30):
        purposes, sum_of_table = logged(stack, user_id), counted(stack, user_id, since)
        if agree(own(purposes), sum_of_table):
            break
        time.sleep(0.3)
    return purposes, sum_of_table
