"""Tables that an earlier version has deployed. DynamoDB cannot change a table's key in place."""

from samcli.yamlhelper import yaml_parse

from . import aws, paths
from .console import Problem


def require_same_keys(endpoint: str, stack_name: str) -> None:
    """Names the deployed table whose key, or the key of whose local index, the template no longer has."""
    dynamodb = aws.client("dynamodb", endpoint)
    for needed in _of_template():
        name = needed["TableName"]["Fn::Sub"].replace("${AWS::StackName}", stack_name)
        try:
            deployed = dynamodb.describe_table(TableName=name)["Table"]
        except dynamodb.exceptions.ResourceNotFoundException:
            continue
        if _keys(deployed) != _keys(needed):
            raise Problem(f"The deployed table {name} was made by an earlier version: its keys are {_text(deployed)}, and "
                          f"this version needs {_text(needed)}. A key cannot be changed in place, so the table has to be "
                          "replaced: run `infra/local/stack down` and `up` again. The local cloud forgets what it holds.")


def _of_template() -> list[dict]:
    """Properties of every table of the template."""
    resources = yaml_parse(paths.TEMPLATE.read_text())["Resources"].values()
    return [resource["Properties"] for resource in resources if resource["Type"] == "AWS::DynamoDB::Table"]


def _keys(table: dict) -> dict[str, list[str]]:
    """The attributes of the table's key, and of those of its local indexes by their names."""
    keyed = {"": table} | {index["IndexName"]: index for index in table.get("LocalSecondaryIndexes") or []}
    return {name: [attribute["AttributeName"] for attribute in each["KeySchema"]] for name, each in keyed.items()}


def _text(table: dict) -> str:
    return "; ".join(" ".join(filter(None, [name, f"({', '.join(key)})"])) for name, key in _keys(table).items())
