"""Checks that infra/README.md, which tells how the system is operated, names what there is."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
EVENTS = ROOT / "shared" / "coaching" / "src" / "telemetry" / "events.rs"


@pytest.fixture(scope="module")
def page() -> str:
    return (ROOT / "infra" / "README.md").read_text()


def test_every_event_of_the_log_is_told_with_what_it_means(page):
    events = re.findall(r'pub const [A-Z_]+: &str = "([a-z_]+)";', EVENTS.read_text())
    assert len(events) > 40
    assert [event for event in events if f"`{event}`" not in page] == []


def test_the_table_of_events_names_no_other(page):
    events = set(re.findall(r'"([a-z_]+)"', EVENTS.read_text()))
    table = page.split("| log event |", 1)[1].split("\n\n", 1)[0]
    named = [name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert len(named) > 20
    assert [name for name in named if name not in events] == []


def test_the_commands_by_hand_name_tables_and_indexes_that_there_are(page, template):
    tables = {each["Properties"]["TableName"]["Fn::Sub"].removeprefix("${AWS::StackName}-"): each["Properties"]
              for each in template["Resources"].values() if each["Type"] == "AWS::DynamoDB::Table"}
    named = re.findall(r"sharpened-staging-([a-z-]+)", page)
    assert {"consultation-keys", "profiles", "idempotency"} <= set(named) <= tables.keys()
    indexes = {index["IndexName"] for table in tables.values() for index in table.get("GlobalSecondaryIndexes", [])}
    asked = set(re.findall(r"--index-name (\S+)", page))
    assert asked and asked <= indexes


def test_a_part_of_the_page_that_is_referred_to_is_there(page):
    headings = {re.sub(r"[^a-z0-9 -]", "", line.lower()).strip().replace(" ", "-")
                for line in re.findall(r"^#+ (.+)$", page, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([a-z-]+)\)", page)) <= headings


def test_the_page_tells_as_many_metrics_as_the_bill_counts(page):
    [counted] = re.findall(r"(\d+)\s+metrics\s+for\s+all", (ROOT / "README.md").read_text())
    assert f"That is {['eight', 'nine', 'ten'][int(counted) - 8]}, and a tenth where `SAFETY_MODEL` is set" in page
