"""The template's parameters, read without the packages that read YAML: settings are checked before those are installed.

The parameters of the template are plain: a name, and below it one line for each property. A test holds what is read here
against what a real YAML reader sees.
"""

import dataclasses
import json
import re

from . import paths

_NAME = re.compile(r"  ([A-Za-z0-9]+):")
_PROPERTY = re.compile(r"    ([A-Za-z]+): (.*)")


@dataclasses.dataclass(frozen=True)
class Parameter:
    """One parameter, with its properties as text, or as a list of texts for the allowed values."""

    name: str
    properties: dict[str, str | list[str]]

    @property
    def default(self) -> str | None:
        return self.properties.get("Default")

    def refuses(self, value: str) -> str | None:
        """What it takes instead, if it does not take the value."""
        if allowed := self.properties.get("AllowedValues"):
            return None if value in allowed else f"one of {', '.join(allowed)}"
        if self.properties["Type"] == "Number":
            return self._refuses_number(value)
        shortest, longest = self._length("MinLength", 0), self._length("MaxLength", 4096)
        if not shortest <= len(value) <= longest:
            return f"{shortest} to {longest} characters"
        pattern = self.properties.get("AllowedPattern")
        if pattern and not re.fullmatch(pattern, value):
            return self.properties.get("ConstraintDescription") or f"what matches {pattern}"
        return None

    def _refuses_number(self, value: str) -> str | None:
        lowest, highest = self.properties.get("MinValue"), self.properties.get("MaxValue")
        between = f"a number from {lowest} to {highest}" if lowest and highest else "a number"
        # What Python would read beside that, such as `1_000` or `nan`, is no number of the template's.
        if not re.fullmatch(r"-?\d+(\.\d+)?", value):
            return between
        low = lowest is None or float(value) >= float(lowest)
        high = highest is None or float(value) <= float(highest)
        return None if low and high else between

    def _length(self, name: str, otherwise: int) -> int:
        return int(self.properties.get(name, otherwise))


def read(template: str | None = None) -> dict[str, Parameter]:
    """The parameters of the template by their names, in their order."""
    parameters: dict[str, dict] = {}
    inside = False
    for line in (template or paths.TEMPLATE.read_text()).splitlines():
        if line and not line.startswith((" ", "#")):
            inside = line.startswith("Parameters:")
        elif inside and (named := _NAME.fullmatch(line)):
            current = parameters[named.group(1)] = {}
        elif inside and (found := _PROPERTY.fullmatch(line)):
            current[found.group(1)] = _value(found.group(2))
    return {name: Parameter(name, properties) for name, properties in parameters.items()}


def _value(text: str) -> str | list[str]:
    if text.startswith("["):
        return [_scalar(item.strip()) for item in text[1:-1].split(",")]
    return _scalar(text)


def _scalar(text: str) -> str:
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    return json.loads(text) if text.startswith('"') else text
