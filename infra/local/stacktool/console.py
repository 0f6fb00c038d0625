"""What a person at the terminal sees: progress on standard error, results on standard output."""

import contextlib
import os
import shutil
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator

# Seconds of silence after which a step says that it goes on.
_PATIENCE = 15
# Below this width, two columns are harder to read than one text below the other.
_NARROW = 80
_COLOUR = sys.stdout.isatty() and "NO_COLOR" not in os.environ


class Problem(Exception):
    """Something that a person can act on: a plain sentence with the next step, and the log that tells more."""

    def __init__(self, sentence: str, log: object = None):
        super().__init__(sentence)
        self.log = log


def fail(problem: Problem) -> None:
    """Prints the problem with the end of its log and ends the process."""
    print(f"\n{problem}", file=sys.stderr)
    if problem.log is not None:
        with contextlib.suppress(OSError):
            with open(problem.log, encoding="utf-8", errors="replace") as log:
                for line in log.readlines()[-25:]:
                    print(f"  | {line.rstrip()}", file=sys.stderr)
        print(f"The whole log: {problem.log}", file=sys.stderr)
    sys.exit(1)


def run(main: Callable[[], None]) -> None:
    """Runs a command line; a problem ends it with a sentence and 1."""
    try:
        main()
    except Problem as problem:
        fail(problem)
    except (KeyboardInterrupt, EOFError):
        sys.exit(130)


def note(text: str) -> None:
    """A line of progress."""
    _Silence.broken_at = time.monotonic()
    print(f"  {text}", file=sys.stderr, flush=True)


class _Silence:
    """When something was last told."""

    broken_at = 0.0


@contextlib.contextmanager
def step(text: str) -> Iterator[None]:
    """Announces a step, says now and then that it goes on, and in the end how long it took."""
    print(f"- {text} ...", file=sys.stderr, flush=True)
    start = _Silence.broken_at = time.monotonic()
    ended = threading.Event()

    def tell() -> None:
        while not ended.wait(1):
            if time.monotonic() - _Silence.broken_at >= _PATIENCE:
                note(f"{time.monotonic() - start:.0f} s so far")

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        ended.set()
        teller.join()
    print(f"  done in {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)


class Progress:
    """Tells how far work has come, a few times a minute."""

    def __init__(self, every: float = 5):
        self._every = every
        self._told_at = time.monotonic()

    def of(self, done: int, total: int, what: str) -> None:
        """Tells it, unless it did so just now."""
        if time.monotonic() - self._told_at >= self._every:
            self._told_at = time.monotonic()
            note(f"{done} of {total} {what}")


def bold(text: str) -> str:
    return f"\033[1m{text}\033[0m" if _COLOUR else text


def dim(text: str) -> str:
    return f"\033[2m{text}\033[0m" if _COLOUR else text


def colour(text: str, code: int) -> str:
    return f"\033[{code}m{text}\033[0m" if _COLOUR else text


def width() -> int:
    return min(shutil.get_terminal_size((100, 24)).columns, 110)


def heading(text: str) -> None:
    print(f"\n{bold(text)}\n{'-' * len(text)}", flush=True)


def paragraph(text: str, indent: str = "  ") -> None:
    """Prints text wrapped to the terminal, keeping its own line breaks."""
    for line in text.splitlines() or [""]:
        print(textwrap.fill(line, width(), initial_indent=indent, subsequent_indent=indent) if line.strip() else "",
              flush=True)


def columns(left: tuple[str, str], right: tuple[str, str]) -> None:
    """Prints two texts, each with its heading, beside each other over the whole terminal; below each other where that is
    narrow."""
    terminal = shutil.get_terminal_size((100, 24)).columns
    if terminal < _NARROW:
        for title, text in (left, right):
            print(f"  {bold(title)}")
            paragraph(text)
            print()
        return
    size = (terminal - 5) // 2
    wrapped = [[title, *_wrap(text, size)] for title, text in (left, right)]
    for number in range(max(map(len, wrapped))):
        one, other = (lines[number] if number < len(lines) else "" for lines in wrapped)
        line = f"  {one.ljust(size)} | {other}".rstrip()
        print(bold(line) if number == 0 else line, flush=True)


def _wrap(text: str, size: int) -> list[str]:
    return [line for part in text.splitlines() for line in textwrap.wrap(part, size) or [""]]


def table(headings: list[str], rows: list[list[str]]) -> None:
    """Prints a table; every column but the first is right-aligned."""
    columns = list(zip(headings, *rows, strict=True))
    widths = [max(len(cell) for cell in column) for column in columns]
    for number, row in enumerate([headings, *rows]):
        cells = [cell.ljust(size) if i == 0 else cell.rjust(size)
                 for i, (cell, size) in enumerate(zip(row, widths, strict=True))]
        line = "  " + "   ".join(cells)
        print(bold(line) if number == 0 else line)
