"""Where things are. Everything that the local stack writes lies under `target/`."""

import os
from pathlib import Path

LOCAL = Path(__file__).resolve().parent.parent
ROOT = LOCAL.parent.parent
SCENARIOS = LOCAL / "scenarios"
EVENTS = ROOT / "events"
RECORDED = ROOT / "tests" / "evaluation" / "recorded"
TEMPLATE = ROOT / "template.yaml"
README = ROOT / "README.md"
MANIFEST = ROOT / "Cargo.toml"
SAMCONFIG = ROOT / "samconfig.toml"
TARGET = ROOT / "target"
TOOLS = TARGET / "local" / "tools"
# One checkout can hold several stacks: the tests use one of their own, so that they never touch a person's.
STATE = Path(os.environ.get("STACK_STATE") or TARGET / "local").resolve()
STACK_JSON = STATE / "stack.json"
LOGS = STATE / "logs"


def log(name: str) -> Path:
    """The path of a log, in a directory that exists."""
    LOGS.mkdir(parents=True, exist_ok=True)
    return LOGS / f"{name}.log"
