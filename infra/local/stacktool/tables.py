"""Tables that an earlier version has deployed. DynamoDB cannot change a table's key in place."""

from collections.abc import Iterator

from samcli.yamlhelper import yaml_parse

from . import aws, paths
from .console import Problem


def require_same_keys(endpoint: str, stack_name: str) -> None:
    """Names the deployed table whose key, or the key of whose local index, the template no longer has."""
    template = yaml_parse(paths.TEMPLATE.read_text())
    for name, deployed, needed in deployed_and_needed(aws.client("dynamodb", endpoint), template, stack_name):
        if told := other_keys(name, deployed, needed):
            raise Problem(f"{told} A key cannot be changed in place, so the table has to be replaced: run "
                          "`infra/local/stack down` and `up` again. The local cloud forgets what it holds.")


def deployed_and_needed(dynamodb, template: dict, stack_name: str) -> Iterator[tuple[str, dict, dict]]:
    """Each table of the template that is there: its name, as it is, and its properties in the template."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::DynamoDB::Table":
            name = name_in(resource["Properties"], stack_name)
            if deployed := describe(dynamodb, name):
                yield name, deployed, resource["Properties"]


def name_in(properties: dict, stack_name: str) -> str:
    """The name that a table of the template has in a stack."""
    return properties["TableName"]["Fn::Sub"].replace("${AWS::StackName}", stack_name)


def describe(dynamodb, name: str) -> dict | None:
    """A table, or nothing where there is none."""
    try:
        return dynamodb.describe_table(TableName=name)["Table"]
    except dynamodb.exceptions.ResourceNotFoundException:
        return None


def other_keys(name: str, deployed: dict, needed: dict) -> str | None:
    """A sentence on a table whose key, or the key of whose local index, is not the one that is needed."""
    if _keys(deployed) == _keys(needed):
        return None
    return (f"The deployed table {name} was made by an earlier version: its keys are {_text(deployed)}, and this version needs "
            f"{_text(needed)}.")


def _keys(table: dict) -> dict[str, list[str]]:
    """The attributes of the table's key, and of those of its local indexes by their names."""
    keyed = {"": table} | {index["IndexName"]: index for index in table.get("LocalSecondaryIndexes") or []}
    return {name: attributes(each) for name, each in keyed.items()}


def attributes(keyed: dict) -> list[str]:
    """The attributes of the key of a table or an index."""
    return [attribute["AttributeName"] for attribute in keyed["KeySchema"]]


def _text(table: dict) -> str:
    return "; ".join(" ".join(filter(None, [name, f"({', '.join(key)})"])) for name, key in _keys(table).items())
