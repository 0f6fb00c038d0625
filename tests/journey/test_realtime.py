"""Real-time updates: the end of a long logging streak, noticed by the next meal or by the daily look."""

import datetime
import json
import zoneinfo

import pytest
from stacktool import aws, functions
from stacktool.journey import expect, poll

# As REALTIME_STREAK_DAYS is by default.
STREAK_DAYS = 14


@pytest.fixture(scope="module", autouse=True)
def real_time(stack):
    """Real-time updates, as a deployment with EnableRealtimeUpdates has them. Other tests do without: everybody is due at
    any time here, and they count versions."""
    client = aws.client("lambda", stack["aws_endpoint"])
    names = [functions.physical_name(stack, function) for function in ("streak-watcher", "prompt-worker")]
    [stream] = client.list_event_source_mappings(FunctionName=names[0])["EventSourceMappings"]
    deployed = {name: client.get_function_configuration(FunctionName=name)["Environment"]["Variables"] for name in names}

    def switch(to: bool, changes: dict[str, str]) -> None:
        for name, variables in deployed.items():
            client.update_function_configuration(FunctionName=name, Environment={"Variables": variables | changes})
            client.get_waiter("function_updated_v2").wait(FunctionName=name)
        client.update_event_source_mapping(UUID=stream["UUID"], Enabled=to)

    switch(True, {"ENABLE_REALTIME_UPDATES": "true", "REALTIME_SETTLE_MINUTES": "0"})
    yield
    switch(False, {})


@pytest.fixture
def lapsed(talked):
    """A person with prompt version 1 who has logged fourteen days in a row and nothing on the two days before today."""
    person, session_id = talked()
    person.complete(session_id)
    today = datetime.datetime.now(zoneinfo.ZoneInfo(person.scenario["person"]["timezone"]))
    for days_ago in range(STREAK_DAYS + 2, 2, -1):
        eat(person, (today - datetime.timedelta(days=days_ago)).replace(hour=12))
    return person


def eat(person, at: datetime.datetime) -> None:
    """Logs a meal that is enough for a day."""
    meal = {"name": "Everything of the day", "meal_type": "dinner", "eaten_at": at.isoformat(),
            "calories": 2000, "protein_g": 120, "carbs_g": 200, "fat_g": 80}
    expect(person.user.post("/v1/meals", meal), "Logging a meal", 201)


def assert_rewritten(person, streak_now: int) -> None:
    newest = person.await_version(2)[0]
    assert (newest["version"], newest["reason"]) == (2, "realtime")
    [rule] = newest["decision"]["rules"]
    assert (rule["rule"], rule["from"], rule["to"], rule["threshold"]) == ("broken_streak", STREAK_DAYS, streak_now, STREAK_DAYS)
    assert newest["diff"], "what it changed"


def test_the_next_meal_after_a_broken_streak_has_the_prompt_rewritten(lapsed):
    assert [version["version"] for version in lapsed.prompts()] == [1], "so far nobody has come back"
    now = datetime.datetime.now(datetime.UTC)
    eat(lapsed, now)
    assert_rewritten(lapsed, streak_now=1)
    eat(lapsed, now)
    answer = lapsed.ask_coach()
    assert answer["system_prompt_version_used"] == 2, "the second meal changed nothing"


def test_who_stays_away_is_noticed_by_the_daily_look(stack, lapsed):
    def looked() -> bool | None:
        """The stream may be a moment behind."""
        answer, failed = functions.invoke(stack, "streak-watcher", json.dumps({}).encode())
        assert not failed, answer
        assert answer["outcome"] == "started"
        return answer["jobs_queued"] > 0 or None

    poll("A shard with somebody to look at", looked)
    assert_rewritten(lapsed, streak_now=0)
