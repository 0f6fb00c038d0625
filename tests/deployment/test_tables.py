"""A stack that an earlier version has deployed: the table that has to be replaced is named before anything is deployed."""

import copy
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra" / "local"))

from stacktool import aws, tables  # noqa: E402
from stacktool.console import Problem  # noqa: E402


class Database:
    """A DynamoDB that describes tables."""

    class exceptions:  # noqa: N801 (as boto3 names it)
        class ResourceNotFoundException(Exception):
            pass

    def __init__(self, deployed: dict[str, dict]):
        self.deployed = deployed

    def describe_table(self, TableName: str) -> dict:  # noqa: N803 (as boto3 names it)
        if TableName not in self.deployed:
            raise self.exceptions.ResourceNotFoundException
        return {"Table": self.deployed[TableName]}


@pytest.fixture
def deployed(monkeypatch, template) -> dict[str, dict]:
    """The template's tables as a stack named `here` has them; a test may change them."""
    made = {tables.name_in(each["Properties"], "here"): copy.deepcopy(each["Properties"])
            for each in template["Resources"].values() if each["Type"] == "AWS::DynamoDB::Table"}
    monkeypatch.setattr(aws, "client", lambda service, endpoint: Database(made))
    return made


def test_tables_of_this_version_and_tables_that_are_not_there_are_fine(deployed):
    tables.require_same_keys("http://localhost", "here")
    deployed.clear()
    tables.require_same_keys("http://localhost", "here")


def test_a_table_with_an_earlier_key_is_named_with_the_next_step(deployed):
    old = deployed["here-coach-conversations"]
    old["KeySchema"][1]["AttributeName"] = "message_id"
    del old["LocalSecondaryIndexes"]
    with pytest.raises(Problem) as problem:
        tables.require_same_keys("http://localhost", "here")
    for words in ("here-coach-conversations", "(user_id, message_id)", "(user_id, item)", "infra/local/stack down"):
        assert words in str(problem.value)


def test_a_table_that_lacks_a_local_index_has_to_be_replaced_too(deployed):
    del deployed["here-coach-conversations"]["LocalSecondaryIndexes"]
    with pytest.raises(Problem, match="by_time"):
        tables.require_same_keys("http://localhost", "here")
