"""Time zones and weekends are those that are published: the packages `tzdata` (IANA) and `babel` (CLDR) know the same."""

import datetime
import importlib.resources
import pathlib
import subprocess
import zoneinfo

import babel.core
import babel.localedata

ROOT = pathlib.Path(__file__).resolve().parents[2]
UTC = datetime.timezone.utc
# What people's meals can be logged on, and some years ahead.
YEARS = range(2000, 2038)


def told(lines: list[str], *arguments: str) -> list[str]:
    """What the project's own code says to each line."""
    command = ["cargo", "run", "--quiet", "--locked", "--package", "coaching-tests", "--example", "local_days", "--", *arguments]
    answer = subprocess.run(command, cwd=ROOT, input="\n".join(lines), capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.splitlines()


def published() -> dict[str, zoneinfo.ZoneInfo]:
    """Every zone of the package, whatever the machine has."""
    files = importlib.resources.files("tzdata")
    names = (files / "zones").read_text().split()
    zones = {}
    for name in names:
        with (files / "zoneinfo").joinpath(*name.split("/")).open("rb") as data:
            zones[name] = zoneinfo.ZoneInfo.from_file(data, key=name)
    return zones


def moments(zone: zoneinfo.ZoneInfo) -> list[int]:
    """Two moments of each month, and the second before and at each change of the clocks that lies between two of them."""
    months = [datetime.datetime(year, month, day, 0, 30, tzinfo=UTC)
              for year in YEARS for month in range(1, 13) for day in (1, 15)]
    offset = lambda second: datetime.datetime.fromtimestamp(second, zone).utcoffset()  # noqa: E731
    seconds = [int(each.timestamp()) for each in months]
    found = list(seconds)
    for before, after in zip(seconds, seconds[1:]):
        if offset(before) == offset(after):
            continue
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (middle, after) if offset(middle) == offset(before) else (before, middle)
        found += [before, after]
    return found


def test_the_clocks_of_every_zone_show_what_the_published_data_says():
    asked = [(zone, name, second) for name, zone in published().items() for second in moments(zone)]
    assert len(asked) > 500_000
    shown = told([f"{name} {second}" for _, name, second in asked])
    expected = (datetime.datetime.fromtimestamp(second, zone).strftime("%Y-%m-%d %H:%M:%S") for zone, _, second in asked)
    wrong = [(name, second, ours, theirs)
             for (_, name, second), ours, theirs in zip(asked, shown, expected, strict=True) if ours != theirs]
    # `Factory` is what a machine has before somebody sets its clock.
    wrong = [each for each in wrong if each[0] != "Factory"]
    assert not wrong, f"{len(wrong)} of {len(asked)}, in {sorted({each[0] for each in wrong})}: {wrong[:10]}"


def test_the_weekend_of_every_country_is_the_one_of_cldr():
    weekends = {}
    for identifier in babel.localedata.locale_identifiers():
        locale = babel.core.Locale.parse(identifier)
        if locale.territory and len(locale.territory) == 2:
            weekends[locale.territory] = (locale.weekend_start, locale.weekend_end)
    assert len(weekends) > 200
    ours = told(list(weekends), "weekends")
    theirs = [" ".join(str(day) for day in range(first, last + 1)) for first, last in weekends.values()]
    wrong = [each for each in zip(weekends, ours, theirs, strict=True) if each[1] != each[2]]
    assert not wrong, wrong


def test_the_country_of_every_zone_is_the_one_of_the_zone_table():
    table = (importlib.resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text().splitlines()
    rows = (line.split("\t") for line in table if not line.startswith("#"))
    expected = {row[2]: row[0] for row in rows}
    lines = (ROOT / "shared/domain/src/local_day/zones.tsv").read_text().splitlines()
    ours = dict(line.split("\t") for line in lines if not line.startswith("#"))
    assert {zone: ours.get(zone) for zone in expected} == expected
