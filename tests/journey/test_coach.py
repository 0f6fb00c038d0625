"""The coach, and prompts on request."""

from problems import assert_problem
from stacktool.journey import expect


def test_a_conversation_goes_on_under_its_id(coached):
    first = coached.ask_coach()
    body = {"message": "And what about breakfast?", "conversation_id": first["conversation_id"]}
    second = expect(coached.user.post("/v1/coach/message", body), "coach")
    assert second["conversation_id"] == first["conversation_id"]
    assert second["message_id"] != first["message_id"]


def test_a_repeated_message_with_its_key_is_answered_once(coached):
    body, key = {"message": "Is rye bread fine?"}, {"Idempotency_Key": "rye-bread"}
    first, second = (expect(coached.user.post("/v1/coach/message", body, **key), "coach") for _ in range(2))
    assert first == second


def test_someone_elses_conversation_is_not_there(coached, member):
    conversation_id = coached.ask_coach()["conversation_id"]
    answer = member().user.post("/v1/coach/message", {"message": "Hi", "conversation_id": conversation_id})
    assert_problem(answer, 404)


def test_a_fresh_prompt_on_request_is_a_new_version_and_limited(talked):
    person, session_id = talked()
    person.complete(session_id)
    answer = person.user.post("/v1/users/me/regenerate-prompt")
    assert answer.status in (200, 202), answer.text
    versions = person.await_version(2)
    assert versions[0]["reason"] == "manual"
    refused = person.user.post("/v1/users/me/regenerate-prompt")
    assert_problem(refused, 429)
    assert int(refused.headers["retry-after"]) > 0


def test_there_is_nothing_to_regenerate_without_a_prompt(member):
    assert_problem(member().user.post("/v1/users/me/regenerate-prompt"), 409)


def test_conversations_are_listed_with_their_first_words(coached):
    conversation_id = expect(coached.user.post("/v1/coach/message", {"message": "Is spelt better?"}), "coach")["conversation_id"]
    conversations = expect(coached.user.get("/v1/coach/conversations"), "conversations")["items"]
    assert conversations[0]["conversation_id"] == conversation_id
    assert conversations[0]["first_words"] == "Is spelt better?"
