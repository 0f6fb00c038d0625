"""What was deployed: a record of each deployment beside its programs, and which of them is in force, so that one can be gone
back to from any machine."""

import dataclasses
import datetime
import json

from stacktool.console import Problem

from . import stacks
from .account import Account
from .stage import Stage


@dataclasses.dataclass(frozen=True)
class Record:
    """A deployment: its template with the addresses of its programs, its parameters without the key, and the deployment that
    was in force before."""

    id: str
    template: str
    values: dict[str, str]
    before: str | None


def _key(stage: Stage, name: str) -> str:
    return f"{stage.stack}/deployments/{name}.json"


def _read(account: Account, stage: Stage, name: str) -> dict | None:
    s3, bucket = account.client("s3"), stacks.bucket(account)
    if bucket is None:
        return None
    try:
        return json.loads(s3.get_object(Bucket=bucket, Key=_key(stage, name))["Body"].read())
    except s3.exceptions.NoSuchKey:
        return None


def _write(account: Account, stage: Stage, name: str, content: dict) -> None:
    account.client("s3").put_object(Bucket=stacks.bucket(account), Key=_key(stage, name), Body=json.dumps(content).encode(),
                                    ContentType="application/json")


def in_force(account: Account, stage: Stage) -> Record | None:
    """The deployment in force, or the last one that was, where its stack is deleted."""
    current = _read(account, stage, "in-force")
    content = _read(account, stage, current["id"]) if current else None
    return Record(**content) if content else None


def put_in_force(account: Account, stage: Stage, record_id: str) -> None:
    _write(account, stage, "in-force", {"id": record_id})


def add(account: Account, stage: Stage, values: dict[str, str]) -> None:
    """Records what the stack has now as the deployment in force, unless it is what the record in force says."""
    last = in_force(account, stage)
    text = stacks.original(account, stage)
    if last and (last.template, last.values) == (text, values):
        return
    moment = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H-%M-%S.%fZ")
    record = Record(f"{moment}-{values['Build']}", text, values, last.id if last else None)
    _write(account, stage, record.id, dataclasses.asdict(record))
    put_in_force(account, stage, record.id)


def read(account: Account, stage: Stage, record_id: str) -> Record:
    content = _read(account, stage, record_id)
    if content is None:
        raise Problem(f"The record {record_id} is gone from the bucket. Check out what you want back and deploy it.")
    return Record(**content)


def before(account: Account, stage: Stage) -> Record:
    """The deployment before the one in force."""
    current = in_force(account, stage)
    if current is None or current.before is None:
        raise Problem(f"There is no deployment of {stage.name} before the one in force. Check out what you want and deploy it.")
    return read(account, stage, current.before)
