"""The weekly run as operators see it: its record, its log, and the dead-letter queue."""

import json

import pytest
from stacktool import aws, functions, weekly
from stacktool.journey import poll


@pytest.fixture(scope="module")
def prompted(talked):
    """Makes a person with prompt version 1."""

    def make():
        person, session_id = talked()
        person.complete(session_id)
        return person

    return make


@pytest.fixture
def quick_redelivery(stack):
    """A queue that delivers a failed job again after a second, instead of when its worker has surely ended."""
    queue, url = aws.client("sqs", stack["aws_endpoint"]), stack["prompt_jobs_queue_url"]
    name = "VisibilityTimeout"
    deployed = queue.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name]
    queue.set_queue_attributes(QueueUrl=url, Attributes={name: "1"})
    yield
    queue.set_queue_attributes(QueueUrl=url, Attributes={name: deployed})


@pytest.fixture
def poisoned(stack, prompted):
    """A person whose profile cannot be read any more; mended in the end."""
    person = prompted()
    profiles, table = aws.client("dynamodb", stack["aws_endpoint"]), stack["tables"]["profiles"]
    key = {"user_id": {"S": person.profile()["user_id"]}}

    def move_to(zone: str) -> None:
        profiles.update_item(TableName=table, Key=key, UpdateExpression="SET #zone = :zone",
                             ExpressionAttributeNames={"#zone": "timezone"},
                             ExpressionAttributeValues={":zone": {"S": zone}})

    move_to("Nowhere/Land")
    yield key["user_id"]["S"]
    move_to(person.scenario["person"]["timezone"])


@pytest.fixture
def batch_mode(stack):
    """A prompt worker that puts changed users into message batches, as a deployment does by default."""
    client, name = aws.client("lambda", stack["aws_endpoint"]), functions.physical_name(stack, "prompt-worker")
    deployed = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]

    def configure(variables: dict) -> None:
        client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
        client.get_waiter("function_updated_v2").wait(FunctionName=name)

    configure(deployed | {"PROMPT_UPDATE_MODE": "batch"})
    yield
    configure(deployed)


def lines(stack, function: str, event: str, run_id: str) -> list[dict]:
    """The log lines of an event of a run."""
    texts = [text for _, text in functions.log_lines(stack, function)]
    found = [json.loads(text) for text in texts if f'"message":"{event}"' in text]
    return [line for line in found if line["run_id"] == run_id]


def begin(person) -> tuple[str, dict]:
    """A run to its end, by the schedule's event; its identity and its record."""
    run_id = person.update_weekly()["run_id"]
    *_, record = weekly.follow(person.stack, run_id)
    return run_id, record


def test_a_run_is_recorded_with_counters_that_add_up_and_told_of_in_the_log(stack, prompted):
    person = prompted()
    run_id, record = begin(person)
    assert record["state"] == "done"
    assert record["shards_done"] == record["shards_queued"] >= 1
    assert record["checked"] >= 1
    assert record["checked"] == sum(record[name] for name in ("unchanged", "updated", "failed", "overtaken"))
    [started] = poll("The start in the log", lambda: lines(stack, "weekly-updater", "prompt_update_started", run_id) or None)
    assert started["jobs_queued"] == record["shards_queued"]

    def parts() -> list[dict] | None:
        found = lines(stack, "prompt-worker", "prompts_updated", run_id)
        return found if len(found) == record["shards_queued"] else None

    logged = poll("Each part's end in the log", parts)
    for name in weekly.COUNTERS:
        assert sum(line[name] for line in logged) == record[name], name
    assert sum(line["cost_usd"] for line in logged) == pytest.approx(record["cost_usd"])


def test_a_batched_run_waits_for_its_batch_and_the_collector_applies_it(stack, talked, batch_mode):
    person, session_id = talked()
    person.log_meals("before")
    person.complete(session_id)
    person.log_meals("after")
    run_id, record = begin(person)
    assert (record["state"], record["batched"]) == ("waiting_for_batch", 1)
    assert [version["version"] for version in person.prompts()] == [1], "the old prompt is in force meanwhile"
    weekly.end_simulated_batches(stack)
    answer, failed = functions.invoke(stack, "batch-collector", b"{}")
    assert not failed, answer
    newest = person.await_version(2)[0]
    assert newest["reason"] == "weekly"
    record = poll("The end of the run", lambda: (found := weekly.run(stack, run_id))["state"] == "done" and found or None)
    assert record["updated"] == 1
    assert record["cost_usd"] == pytest.approx(newest["cost_usd"])


def test_a_second_event_of_the_same_moment_is_the_same_run(stack, member):
    person = member()
    event = weekly.scheduled_event(stack)
    answers = [functions.invoke(stack, "weekly-updater", event) for _ in range(2)]
    assert [failed for _, failed in answers] == [False, False]
    assert answers[0][0]["run_id"] == answers[1][0]["run_id"]
    list(weekly.follow(person.stack, answers[0][0]["run_id"]))


def test_who_cannot_be_handled_ends_in_the_dead_letter_queue_and_stops_nobody(
        stack, prompted, poisoned, quick_redelivery):
    person = prompted()
    before = weekly.dead_letters(stack)
    run_id, record = begin(person)
    assert record["isolated"] == 1
    assert record["checked"] >= 1, "the others were handled"
    isolated = poll("The line about it", lambda: lines(stack, "prompt-worker", "prompt_update_user_isolated", run_id) or None)
    assert {line["user_id"] for line in isolated} == {poisoned}
    poll("The job in the dead-letter queue", lambda: weekly.dead_letters(stack) > before or None)
    queue = aws.client("sqs", stack["aws_endpoint"])
    messages = queue.receive_message(QueueUrl=stack["prompt_jobs_dead_letter_queue_url"],
                                     MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", [])
    assert any(poisoned in message["Body"] and run_id in message["Body"] for message in messages), messages
    poll("The end of the run", lambda: weekly.run(stack, run_id)["state"] == "done" or None)
