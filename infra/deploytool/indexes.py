"""Tables that are there, held against the template before anything is built: what DynamoDB does not change in place would be
refused after minutes, and an index that an import takes for granted would never be made."""

from stacktool import tables
from stacktool.console import Problem

from .account import Account
from .stage import Stage


def require_changeable(account: Account, stage: Stage, template: dict) -> None:
    """Names every table of the stage that cannot become what the template says, with why."""
    there = tables.deployed_and_needed(account.client("dynamodb"), template, stage.stack)
    if wrong := [told for name, deployed, needed in there for told in _refused(name, deployed, needed)]:
        raise Problem("\n".join([*wrong, 'Nothing was deployed. "Changing a table" in infra/README.md tells how that is done.']))


def _refused(name: str, deployed: dict, needed: dict) -> list[str]:
    told = tables.other_keys(name, deployed, needed)
    wrong = [f"{told} A key cannot be changed in place."] if told else []
    there, wanted = _by_name(deployed), _by_name(needed)
    wrong += [f"The index {index} of {name} is {_text(there[index])}, and this version needs {_text(wanted[index])}. An index "
              "cannot be changed: the new one needs the next number in its name."
              for index in sorted(there.keys() & wanted.keys()) if _text(there[index]) != _text(wanted[index])]
    if len(changes := sorted(there.keys() ^ wanted.keys())) > 1:
        wrong.append(f"{len(changes)} indexes of {name} would be made or deleted ({', '.join(changes)}). DynamoDB takes one in a "
                     "deployment.")
    return wrong


def _by_name(table: dict) -> dict[str, dict]:
    return {index["IndexName"]: index for index in table.get("GlobalSecondaryIndexes") or []}


def _text(index: dict) -> str:
    """The key of an index and what it holds."""
    projection = index["Projection"]
    held = {"ALL": "everything", "KEYS_ONLY": "keys alone"}.get(projection["ProjectionType"])
    return f"({', '.join(tables.attributes(index))}) with {held or ', '.join(sorted(projection['NonKeyAttributes']))}"


def as_they_are(properties: dict, deployed: dict) -> dict:
    """The properties of a table with those indexes alone that it has: the others are made by a deployment."""
    wanted = [index for index in properties.get("GlobalSecondaryIndexes", []) if index["IndexName"] in _by_name(deployed)]
    keyed = [properties, *properties.get("LocalSecondaryIndexes", []), *wanted]
    used = {attribute for each in keyed for attribute in tables.attributes(each)}
    kept = {name: value for name, value in properties.items() if name != "GlobalSecondaryIndexes"}
    return kept | ({"GlobalSecondaryIndexes": wanted} if wanted else {}) | {
        "AttributeDefinitions": [each for each in properties["AttributeDefinitions"] if each["AttributeName"] in used]}
