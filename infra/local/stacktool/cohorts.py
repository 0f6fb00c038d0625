"""Opening the consultation for everybody whom a file names. Reading the file needs nothing but a bare Python."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from .console import Problem, note

# As many as the API takes in one request.
AT_ONCE = 100
_PATH = "/v1/admin/consultation-access"
# What to do about the results that ask for something.
NEXT_STEP = {
    "not_found": "Nobody has signed up with this. Look whether it is spelled right, or wait until they have.",
    "failed": "The database did not take it. Use the same file again.",
    "ambiguous": "Several people have this address. Use the id of the one that is meant.",
}


def read(file: Path) -> list[str]:
    """The people whom a file names, each once and in its order: an id or an email address a line, with `#` before remarks."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"{file} cannot be read: {error}.") from None
    people = list(dict.fromkeys(name for line in lines if (name := line.split("#", 1)[0].strip())))
    if not people:
        raise Problem(f"{file} names nobody. Write an id or an email address on each line.")
    if spaced := [name for name in people if len(name.split()) > 1]:
        raise Problem(f"{file} has more than one word on a line: {spaced[0]}. Write one id or email address on each line.")
    return people


def groups(people: list[str]) -> Iterator[list[str]]:
    """The people in groups as the API takes them."""
    for start in range(0, len(people), AT_ONCE):
        yield people[start:start + AT_ONCE]


def let_in(api, people: list[str]) -> None:
    """Opens the consultation for people, as the admin whose `api` it is, and says of each what became of it; a problem names
    the results that ask for something."""
    results = []
    for number, item in enumerate(enable(api, people), 1):
        results.append(item["result"])
        print(f"{number:5d}  {item['result'].replace('_', ' '):10}  {item['user']}", flush=True)
    note(summary(results))
    if unclear := [f"{result.replace('_', ' ')}: {step}" for result, step in NEXT_STEP.items() if result in results]:
        raise Problem("\n".join(unclear))


def enable(api, people: list[str]) -> Iterator[dict]:
    """Opens the consultation for people; yields a result each, in their order, as soon as a group is answered."""
    for group in groups(people):
        answer = api.put(_PATH, {"users": group, "enabled": True})
        if answer.status != 200:
            raise Problem(f"From {group[0]} on, nothing was changed: the API answered {answer.status}. {answer.told} "
                          "What was opened before stays open; the same file can be used again.")
        yield from answer.json["items"]


def summary(results: Iterable[str]) -> str:
    """How many had each result, the most frequent first."""
    counted: dict[str, int] = {}
    for result in results:
        counted[result] = counted.get(result, 0) + 1
    ordered = sorted(counted.items(), key=lambda entry: -entry[1])
    return ", ".join(f"{count} {result.replace('_', ' ')}" for result, count in ordered)
