"""How far back a command looks: `90s`, `10m`, `2h`, `1d`."""

import re

from .console import Problem

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(text: str | None) -> int | None:
    """The time in seconds; nothing for nothing."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if found is None:
        raise Problem(f"{text} is no time to look back. Write a number and s, m, h or d, such as 10m.")
    return int(found.group(1)) * _SECONDS[found.group(2)]
