"""What the functions have logged, and what they log."""

import argparse
import itertools
import time
from collections.abc import Iterator

from . import functions, people, since
from .console import dim, note
from .log_lines import Line, day, readable

# How far `--follow` looks back by itself, and how often it looks again, in seconds.
_FOLLOWED_BACK = 60
_EVERY = 1
# Lines can come later than others that were written after them: so many milliseconds are read again.
_OVERLAP = 5_000


def show(stack: dict, arguments: argparse.Namespace) -> None:
    """Prints the lines that were asked for, oldest first."""
    user_id = people.user_id(stack, arguments.user) if arguments.user else None
    names = [arguments.function] if arguments.function else sorted(stack["functions"])
    back = since.seconds(arguments.since) or (_FOLLOWED_BACK if arguments.follow else None)
    start = 0 if back is None else int((time.time() - back) * 1000)
    lines = followed(stack, names, start) if arguments.follow else read(stack, names, start)
    last, shown = None, 0
    for line in lines:
        if not line.is_wanted(arguments.event, user_id):
            continue
        shown += 1
        if arguments.json:
            print(line.text, flush=True)
            continue
        if day(line) != last:
            last = day(line)
            print(dim(f"-- {last}, times in UTC"), flush=True)
        print(readable(line, user_id), flush=True)
    if not shown:
        note("no line is like that; without --since, --event and --user there may be more")


def read(stack: dict, names: list[str], start: int) -> list[Line]:
    """The lines of these functions since a moment in milliseconds, oldest first."""
    lines = [Line(moment, name, text) for name in names for moment, text in functions.log_lines(stack, name, start)]
    return sorted(lines, key=lambda line: line.moment)


def followed(stack: dict, names: list[str], start: int, looks: int | None = None) -> Iterator[Line]:
    """The lines of these functions since a moment, and what comes; each once. Looks for ever, or so often."""
    seen: dict[Line, int] = {}
    for look in itertools.count(1):
        lines = read(stack, names, start)
        # Equal lines of one moment are told apart by their number.
        counted: dict[Line, int] = {}
        for line in lines:
            counted[line] = counted.get(line, 0) + 1
            if counted[line] > seen.get(line, 0):
                yield line
        start = max([start, *(line.moment - _OVERLAP for line in lines)])
        seen = {line: count for line, count in counted.items() if line.moment >= start}
        if look == looks:
            return
        time.sleep(_EVERY)
