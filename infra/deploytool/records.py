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
    s3 = account.client("s3")
    try:
        return json.loads(s3.get_object(Bucket=stacks.bucket(account), Key=_key(stage, name))["Body"].read())
    except s3.exceptions.NoSuchKey:
        return None


def _write(account: Account, stage: Stage, name: str, content: dict) -> None:
    account.client("s3").put_object(Bucket=stacks.bucket(account), Key=_key(stage, name), Body=json.dumps(content).encode(),
                                    ContentType="application/json")


def in_force(account: Account, stage: Stage) -> str | None:
    """The id of the deployment in force."""
    current = _read(account, stage, "in-force")
    return current["id"] if current else None


def put_in_force(account: Account, stage: Stage, record_id: str) -> None:
    _write(account, stage, "in-force", {"id": record_id})


def add(account: Account, stage: Stage, values: dict[str, str]) -> None:
    """Records what the stack has now as the deployment in force, unless it is what the record in force says."""
    before = in_force(account, stage)
    template = stacks.template(account, stage, "Original")
    text = template if isinstance(template, str) else json.dumps(template)
    last = read(account, stage, before) if before else None
    if last and (last.template, last.values) == (text, values):
        return
    moment = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H-%M-%S.%fZ")
    record = Record(f"{moment}-{values['Build']}", text, values, before)
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
    previous = read(account, stage, current).before if current else None
    if previous is None:
        raise Problem(f"There is no deployment of {stage.name} before the one in force. Check out what you want and deploy it.")
    return read(account, stage, previous)
