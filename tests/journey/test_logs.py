"""A request can be followed through the log, from the id of its answer."""

import json

from stacktool import functions
from stacktool.journey import poll


def lines(stack, function: str, request_id: str) -> list[dict]:
    """The lines of a function that carry the id of a request."""
    found = [json.loads(text) for _, text in functions.log_lines(stack, function) if request_id in text]
    return [line for line in found if line["request_id"] == request_id]


def test_the_id_of_an_answer_is_found_in_the_log(stack, coached):
    answer = coached.user.get("/v1/users/me")
    assert answer.status == 200
    request_id = answer.headers["x-request-id"]
    [line] = poll("The line of the request", lambda: lines(stack, "get-profile", request_id) or None)
    assert (line["message"], line["status"], line["user_id"]) == ("request_completed", 200, answer.json["user_id"])
    assert line["function"] == "get-profile"
    assert line["invocation_id"]
    assert line["build"] not in ("", "unknown")
    assert (line["stage"], line["function"]) == ("local", "get-profile")


def test_the_work_of_a_completion_is_found_by_the_id_of_its_request(stack, talked):
    person, session_id = talked()
    answer = person.user.post(f"/v1/consultation/{session_id}/complete")
    assert answer.status in (200, 202)
    request_id = answer.headers["x-request-id"]

    def written() -> list[dict] | None:
        found = lines(stack, "first-prompt-worker", request_id)
        return found if any(line["message"] == "prompt_job_completed" for line in found) else None

    work = poll("The end of the work in the log", written)
    events = {line["message"] for line in work}
    assert {"model_call", "conversational_profile_generated", "initial_system_prompt_generated"} <= events
    assert {line["user_id"] for line in work} == {person.profile()["user_id"]}
    assert {line["model_request_id"] for line in work if line["message"] == "model_call"}
    assert request_id not in {line["invocation_id"] for line in work}
    [ended] = [line for line in work if line["message"] == "prompt_job_completed"]
    assert ended["waited_ms"] >= 0
