"""Checks that tests/requirement/README.md tells how each test that it names is run."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "tests" / "requirement" / "README.md").read_text()


def named(begins_with_test: bool) -> list[str]:
    """The names of tests on the page, which are sentences."""
    names = re.findall(r"`([a-z0-9]+(?:_[a-z0-9]+){3,})`", PAGE)
    return [name for name in names if name.startswith("test_") is begins_with_test]


def test_every_test_in_python_is_in_a_folder_that_the_pages_command_names():
    [command] = re.findall(r"pytest [^`]*-k NAME", PAGE)
    folders = re.findall(r"tests/[a-z-]+", command)
    there = "".join(file.read_text() for folder in folders for file in (ROOT / folder).glob("test_*.py"))
    assert len(named(begins_with_test=True)) > 10
    assert [name for name in named(begins_with_test=True) if f"def {name}(" not in there] == []


def test_every_other_one_is_a_test_that_cargo_runs():
    there = "".join(file.read_text() for folder in ("tests", "shared") for file in (ROOT / folder).rglob("*.rs"))
    assert len(named(begins_with_test=False)) > 50
    assert [name for name in named(begins_with_test=False) if f"fn {name}(" not in there] == []
