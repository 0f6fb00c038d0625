"""The people of the scenario files, and their meals on real days."""

import datetime
import json
import zoneinfo
from collections.abc import Iterator

from . import paths
from .console import Problem

PHASES = ("before", "after")


def names() -> list[str]:
    return sorted(file.stem for file in paths.SCENARIOS.glob("*.json"))


def load(name: str) -> dict:
    """The content of a scenario file."""
    if name not in names():
        raise Problem(f"There is no scenario {name}. There are: {', '.join(names())}.")
    return json.loads((paths.SCENARIOS / f"{name}.json").read_text())


def days(scenario: dict, phase: str) -> Iterator[list[dict]]:
    """The meals of a phase, one list a day, oldest first.

    A phase names its first and last day (0 is today in the person's zone), the days that were not logged, and what is
    eaten on weekdays and on weekends, as plans that take turns. A plan is a list of "HH:MM dish".
    """
    plan = scenario["meals"][phase]
    zone = zoneinfo.ZoneInfo(scenario["person"]["timezone"])
    today = datetime.datetime.now(zone).date()
    turns = {"weekdays": 0, "weekends": 0}
    for offset in range(plan["first_day"], plan["last_day"] + 1):
        day = today + datetime.timedelta(days=offset)
        kind = "weekends" if day.weekday() >= 5 else "weekdays"
        dishes = plan[kind][turns[kind] % len(plan[kind])]
        turns[kind] += 1
        if offset not in plan["not_logged"]:
            yield [_meal(scenario["menu"], entry, day, zone) for entry in dishes]


def _meal(menu: dict, entry: str, day: datetime.date, zone: zoneinfo.ZoneInfo) -> dict:
    clock, dish = entry.split(" ", 1)
    eaten_at = datetime.datetime.combine(day, datetime.time.fromisoformat(clock), zone)
    return menu[dish] | {"eaten_at": eaten_at.isoformat()}
