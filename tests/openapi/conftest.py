"""The published contract, `infra/openapi.json`, from outside: what generators and clients make of it, and whether the
deployed API keeps it. `tests/run` runs these; against a running stack:
    target/local/tools/bin/python -m pytest tests/openapi
"""

import json
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra" / "local"))

from answers import DOCUMENT  # noqa: E402
from stacktool import commands  # noqa: E402
from typescript import Client  # noqa: E402


@pytest.fixture(scope="session")
def document() -> dict:
    """The content of `infra/openapi.json`."""
    return json.loads(DOCUMENT.read_text())


@pytest.fixture(scope="session")
def stack() -> dict:
    """The content of stack.json."""
    return commands.deployed()


@pytest.fixture(scope="session")
def client() -> Client:
    """The TypeScript client with its packages installed and its types generated."""
    return Client()
