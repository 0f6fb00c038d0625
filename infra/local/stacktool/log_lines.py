"""Lines of the log as a person reads them: one line an event, with its time, its function, its name and what matters of it."""

import dataclasses
import datetime
import json
import re

from .console import colour, dim

# Fields that stand elsewhere in the line, that are the same in every line, or that only a machine reads.
_LEFT_OUT = {"timestamp", "level", "message", "function", "stage", "build", "target", "invocation_id", "_aws"}
# Those by which lines are followed come last.
_LAST = ("user_id", "request_id", "model_request_id")
_LONGEST = 160
# What Lambda says of each invocation, and lines that are metrics.
_OF_LAMBDA = re.compile(r"(START|END|REPORT|INIT_START) ")
METRIC = "metric"
_COLOURS = {"WARN": 33, "ERROR": 31}


@dataclasses.dataclass(frozen=True)
class Line:
    """A line with the moment (in milliseconds) and the function it comes from; its fields, unless it is plain text."""

    moment: int
    function: str
    text: str

    @property
    def fields(self) -> dict | None:
        try:
            fields = json.loads(self.text)
        except ValueError:
            return None
        return fields if isinstance(fields, dict) and "message" in fields else None

    def is_wanted(self, event: str | None, user_id: str | None) -> bool:
        """Whether this is a line of that event and that person; without either, whatever tells of the work."""
        fields = self.fields
        if fields is None:
            return event is None and user_id is None and not _OF_LAMBDA.match(self.text)
        if event is None and fields["message"] == METRIC:
            return False
        return event in (None, fields["message"]) and user_id in (None, fields.get("user_id"))


def day(line: Line) -> str:
    return f"{_at(line):%Y-%m-%d}"


def readable(line: Line, user_id: str | None = None) -> str:
    """The line for a person. Whose it is is left out where all are of that one."""
    fields = line.fields
    clock = f"{_at(line):%H:%M:%S}.{line.moment % 1000:03d}"
    if fields is None:
        return f"{dim(clock)}  {line.function}  {' '.join(line.text.split())}"
    code = _COLOURS.get(fields.get("level", ""))
    event = fields["message"] if code is None else colour(f"{fields['level']} {fields['message']}", code)
    left_out = _LEFT_OUT | ({"user_id"} if user_id else set())
    names = [name for name in fields if name not in left_out and name not in _LAST]
    names += [name for name in _LAST if name in fields and name not in left_out]
    told = "  ".join(f"{dim(f'{name}=')}{_value(name, fields[name])}" for name in names if not _is_usual(name, fields[name]))
    return "  ".join(filter(None, [dim(clock), line.function, event, told]))


def _is_usual(name: str, value: object) -> bool:
    """Whether a field tells nothing: it is empty, or what it almost always is."""
    return value is None or value == "" or (name == "repeated" and value is False)


def _at(line: Line) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(line.moment / 1000, datetime.UTC)


def _value(name: str, value: object) -> str:
    text = _money(value) if name.endswith("_usd") and isinstance(value, int | float) else _text(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST - 1]}…"


def _money(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _text(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case float():
            return f"{value:.4g}"
        case list():
            return f"[{', '.join(map(_text, value))}]"
        case dict():
            return f"({' '.join(f'{name}={_text(member)}' for name, member in value.items())})"
    return " ".join(str(value).split())
