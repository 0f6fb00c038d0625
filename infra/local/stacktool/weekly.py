"""The weekly run, begun as EventBridge Scheduler begins it, and what becomes of it."""

import datetime
import time
import urllib.request
from collections.abc import Iterator

from . import aws, functions
from .console import Problem

# As the counters of a run are named, in the order of its stages.
COUNTERS = ("checked", "unchanged", "updated", "batched", "failed", "overtaken", "isolated")
# The schedule of the template, as SAM names it.
SCHEDULE = "WeeklyUpdaterFunctionWeekly"
# What EventBridge Scheduler puts the time of the run in place of.
SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"


def scheduled_event(stack: dict) -> bytes:
    """The event that the template's schedule sends, at this moment."""
    name = functions.physical_name(stack, "weekly-updater").removesuffix("-weekly-updater")
    template = aws.client("cloudformation", stack["aws_endpoint"]).get_template(
        StackName=name, TemplateStage="Processed")
    event = template["TemplateBody"]["Resources"][SCHEDULE]["Properties"]["Target"]["Input"]
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return event.replace(SCHEDULED_TIME, now).encode()


def run(stack: dict, run_id: str) -> dict:
    """A run's record: its state, the shards queued and done, and its counters."""
    item = aws.client("dynamodb", stack["aws_endpoint"]).get_item(
        TableName=stack["tables"]["update_runs"], Key={"run_id": {"S": run_id}, "part": {"S": "run"}},
        ConsistentRead=True).get("Item")
    if item is None:
        raise Problem(f"There is no run {run_id}. `infra/local/stack logs weekly-updater` may tell why.")
    numbers = {name: int(item[name]["N"]) for name in (*COUNTERS, "shards_queued", "shards_done")}
    return {"state": item["state"]["S"], "cost_usd": int(item["cost_nano_usd"]["N"]) / 1e9, **numbers}


def follow(stack: dict, run_id: str, seconds: float = 120) -> Iterator[dict]:
    """Yields a run's record whenever it has changed, until nothing more happens by itself."""
    end, last = time.monotonic() + seconds, None
    while True:
        record = run(stack, run_id)
        if record != last:
            last = record
            yield record
        if record["state"] != "running":
            return
        if time.monotonic() > end:
            raise Problem(f"The run is still going on after {seconds:.0f} s. "
                          "`infra/local/stack logs prompt-worker` tells what it does.")
        time.sleep(0.3)


def told(record: dict) -> str:
    """A run's record in words."""
    counters = ", ".join(f"{record[name]} {name}" for name in COUNTERS if record[name])
    shards = f"{record['shards_done']} of {record['shards_queued']} shards"
    return "; ".join(filter(None, [f"{record['state'].replace('_', ' ')}: {shards}", counters, f"${record['cost_usd']:.4f}"]))


def end_simulated_batches(stack: dict) -> None:
    """Lets the simulator end its message batches now, where it stands in for Claude."""
    if "127.0.0.1" in stack["claude_url"]:
        request = urllib.request.Request(f"{stack['claude_url']}/_simulator/batches/all/finish", method="POST")
        urllib.request.urlopen(request, timeout=10).close()


def dead_letters(stack: dict) -> int:
    """How many jobs the queue has given up."""
    attributes = aws.client("sqs", stack["aws_endpoint"]).get_queue_attributes(
        QueueUrl=stack["prompt_jobs_dead_letter_queue_url"], AttributeNames=["ApproximateNumberOfMessages"])
    return int(attributes["Attributes"]["ApproximateNumberOfMessages"])
