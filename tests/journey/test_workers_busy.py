"""A first prompt does not wait for the rewriting of others. The last of the journeys: it leaves workers waiting for a minute."""

import concurrent.futures
import json
import urllib.request

from stacktool import functions, parameters
from stacktool.journey import expect, poll


def ask(stack: dict, path: str, method: str = "GET", body: dict | None = None) -> dict:
    request = urllib.request.Request(f"{stack['claude_url']}/_simulator/{path}", method=method,
                                     data=None if body is None else json.dumps(body).encode(),
                                     headers={"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"{}")


def test_a_first_prompt_is_written_while_every_other_worker_waits_for_claude(stack, talked):
    workers = int(parameters.read()["UpdateConcurrency"].default)
    rewritten = []
    for _ in range(workers):
        person, session_id = talked()
        person.complete(session_id)
        rewritten.append(person)
    newcomer, session_id = talked()
    ask(stack, "requests", "DELETE")
    ask(stack, "faults", "POST", {"kind": "timeout", "count": workers})
    try:
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            # Each request waits a while for its prompt.
            asked = [pool.submit(person.user.post, "/v1/users/me/regenerate-prompt") for person in rewritten]
            poll("Every worker at Claude", lambda: len(ask(stack, "requests")["requests"]) >= workers or None)
            newcomer.complete(session_id)
            assert all(person.profile()["system_prompt_version"] == 1 for person in rewritten), "the others wait still"
            for answer in asked:
                expect(answer.result(), "Asking for a fresh prompt", 202)
    finally:
        ask(stack, "faults", "DELETE")
    user_id = newcomer.profile()["user_id"]

    def completed() -> dict | None:
        texts = [text for _, text in functions.log_lines(stack, "first-prompt-worker") if "prompt_job_completed" in text]
        return next((line for line in map(json.loads, texts) if line.get("user_id") == user_id), None)

    line = poll("The log of the first prompt", completed)
    print(f"\nwith {workers} workers at Claude, a first prompt's job waited {line['waited_ms']} ms in its queue")
