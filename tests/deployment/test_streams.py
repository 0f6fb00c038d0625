"""What reads a table's stream reads as little as it can, gives up in the end, and loses nothing silently."""

import json
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def meals(template) -> dict:
    """The mapping of the stream of meals to the function that watches streaks."""
    return template["Resources"]["StreakWatcherMeals"]["Properties"]


def test_the_stream_of_meals_names_items_and_holds_nothing_of_them(template, meals):
    table, attribute = meals["EventSourceArn"]["Fn::GetAtt"]
    assert attribute == "StreamArn"
    assert template["Resources"][table]["Properties"]["StreamSpecification"] == {"StreamViewType": "KEYS_ONLY"}


def test_only_day_totals_reach_the_function(meals):
    [only] = meals["FilterCriteria"]["Filters"]
    pattern = json.loads(only["Pattern"])
    assert pattern["dynamodb"]["Keys"]["item"]["S"] == [{"prefix": "day#"}]
    assert pattern["eventName"] == ["INSERT", "MODIFY"]
    sample = json.loads((ROOT / "events" / "streak-watcher.json").read_text())
    for record in sample["Records"]:
        assert record["eventName"] in pattern["eventName"]
        assert record["dynamodb"]["Keys"]["item"]["S"].startswith("day#")
        assert set(record["dynamodb"]) & {"NewImage", "OldImage"} == set()


def mappings(template) -> dict[str, dict]:
    """The mappings of streams by name."""
    return {name: each["Properties"] for name, each in template["Resources"].items()
            if each["Type"] == "AWS::Lambda::EventSourceMapping"
            and each["Properties"]["EventSourceArn"]["Fn::GetAtt"][1] == "StreamArn"}


def allowed(template, mapping) -> list[tuple[str, object]]:
    """What the function of a mapping may do, and with what."""
    function = template["Resources"][mapping["FunctionName"]["Ref"]]["Properties"]
    return [(action, statement["Resource"]) for policy in function["Policies"] for statement in policy["Statement"]
            for action in statement["Action"]]


def test_a_record_that_cannot_be_handled_is_given_up_and_told_of(template):
    alarmed = [each["Properties"]["Dimensions"] for each in template["Resources"].values()
               if each["Type"] == "AWS::CloudWatch::Alarm"]
    assert len(mappings(template)) >= 2
    for name, mapping in mappings(template).items():
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"], name
        assert mapping["BisectBatchOnFunctionError"] is True, name
        assert 0 < mapping["MaximumRetryAttempts"] <= 10, name
        # A stream keeps its records for a day.
        assert 0 < mapping["MaximumRecordAgeInSeconds"] < 86400, name
        queue, _ = mapping["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"]
        assert template["Resources"][queue]["Type"] == "AWS::SQS::Queue", name
        assert ("sqs:SendMessage", {"Fn::GetAtt": [queue, "Arn"]}) in allowed(template, mapping), name
        assert [{"Name": "QueueName", "Value": {"Fn::GetAtt": [queue, "QueueName"]}}] in alarmed, name


def test_a_function_may_do_with_its_stream_what_lambda_asks_for(template):
    for name, mapping in mappings(template).items():
        for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"):
            assert (f"dynamodb:{action}", mapping["EventSourceArn"]) in allowed(template, mapping), f"{name}: {action}"


def test_without_real_time_updates_neither_stream_nor_schedule_does_anything(template, meals):
    assert template["Parameters"]["EnableRealtimeUpdates"]["Default"] == "false"
    assert meals["Enabled"] == {"Fn::If": ["RealtimeUpdates", True, False]}
    daily = template["Resources"]["StreakWatcherFunction"]["Properties"]["Events"]["Daily"]["Properties"]
    assert daily["State"] == {"Fn::If": ["RealtimeUpdates", "ENABLED", "DISABLED"]}
    assert daily["OmitName"] is True
