"""One person from signing up to the second version of their prompt, in the order in which it happens."""

import concurrent.futures

import pytest
from problems import assert_problem
from stacktool import functions
from stacktool.journey import expect, poll


@pytest.fixture(scope="module")
def person(newcomer):
    return newcomer("diet-switcher")


@pytest.fixture(scope="module")
def seen() -> dict:
    """What earlier steps leave for later ones."""
    return {}


def test_signing_up_takes_five_fields_and_leaves_the_gate_closed(newcomer):
    person = newcomer("new-runner")
    body = {name: person.scenario["person"][name] for name in ("name", "age", "weight_kg", "goal")}
    profile = expect(person.user.post("/v1/users", body | {"email": person.email}), "sign-up", 201)
    assert profile["consultation_enabled"] is False
    assert not profile["system_prompt_version"]
    assert profile["targets"]["basis"] == "body_weight"
    again = person.user.post("/v1/users", body | {"email": person.email})
    assert_problem(again, 409)


def test_the_gate_is_closed_until_an_admin_opens_it(person):
    person.sign_up()
    refused = assert_problem(person.user.post("/v1/consultation/start"), 403)
    assert refused["code"] == "consultation_access_denied"
    person.open_gate()
    assert expect(person.user.get("/v1/users/me"), "profile")["consultation_enabled"] is True


def test_meals_of_a_month_are_measured(person, seen):
    meals, days = person.log_meals("before")
    assert meals > 60
    seen["days"] = days
    behavior = person.behavior()
    assert behavior["days_analyzed"] == 30
    logged = [day for day in behavior["daily"] if day["meals"]]
    assert 10 <= len(logged) <= days
    assert 0 < behavior["logging_rate"] < 1


def test_the_coach_answers_generically_before_the_consultation(person):
    answer = person.ask_coach()
    assert answer["personalized"] is False
    assert answer["system_prompt_version_used"] is None
    assert answer["message"]


def test_the_consultation_goes_through_its_sections_and_learns(person, seen):
    session = person.start_consultation()
    seen["session"] = session["session_id"]
    assert session["resumed"] is False
    assert session["progress_percentage"] == 0
    assert (session["can_complete"], session["messages_left"]) == (False, 60)
    progress, items, answer = [0], 0, session
    for _, answer in person.talk(session["session_id"]):
        assert answer["message"]
        progress.append(answer["progress_percentage"])
        items = answer["extracted_items"]
    assert progress == sorted(progress), "progress never goes back"
    assert progress[-1] > 50
    assert items > 0
    assert answer["can_complete"] is True
    assert (answer["messages_needed"], answer["messages_left"]) == (0, 60 - len(person.scenario["consultation"]))
    record = expect(person.user.get(f"/v1/consultation/{session['session_id']}"), "consultation")
    assert record["status"] == "in_progress"
    assert {fact["category"] for fact in record["extracted"]} >= {"training", "meals", "goals", "challenges"}
    assert len({fact["fact_id"] for fact in record["extracted"]}) == record["extracted_items"]
    said = [entry["message"] for entry in record["conversation_history"] if entry["role"] == "user"]
    assert said == person.scenario["consultation"]


def test_starting_again_resumes_where_it_stopped(person, seen):
    session = person.start_consultation()
    assert session["session_id"] == seen["session"]
    assert session["resumed"] is True
    assert len(session["conversation_history"]) >= 2 * len(person.scenario["consultation"])


def test_completing_from_two_tabs_writes_one_version(person, seen):
    path = f"/v1/consultation/{seen['session']}/complete"
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: person.user.post(path), range(2)))
    for answer in answers:
        assert answer.status in (200, 202, 409), answer.text
    person.complete(seen["session"])
    versions = person.prompts()
    assert [version["version"] for version in versions] == [1]
    assert versions[0]["reason"] == "initial"
    assert versions[0]["cost_usd"] > 0
    assert 400 <= len(versions[0]["prompt"].split()) <= 1000
    seen["prompt"] = versions[0]["prompt"]


def test_the_consultation_fills_the_profile(person):
    profile = expect(person.user.get("/v1/users/me"), "profile")
    assert profile["system_prompt_version"] == 1
    assert profile["height_cm"] == 168
    assert profile["sex"] == "female"
    assert profile["targets"]["basis"] == "mifflin_st_jeor"
    assert "coaching_system_prompt" not in profile


def test_completing_a_complete_consultation_changes_nothing(person, seen):
    answer = person.user.post(f"/v1/consultation/{seen['session']}/complete")
    assert answer.status in (200, 409), answer.text
    assert [version["version"] for version in person.prompts()] == [1]


def test_the_coach_now_uses_the_personal_prompt(person):
    answer = person.ask_coach()
    assert answer["personalized"] is True
    assert answer["system_prompt_version_used"] == 1
    messages = expect(person.user.get("/v1/coach/messages"), "messages")["items"]
    used = [message.get("system_prompt_version_used") for message in messages]
    assert 1 in used and None in used, "each reply keeps the version that it was written with"


def test_the_weekly_update_rewrites_the_prompt_when_behaviour_changed(person, seen):
    before = person.behavior()
    person.log_meals("after")
    after = person.behavior()
    assert after["logging_rate"] - before["logging_rate"] > 0.10
    result = person.update_weekly()
    assert result["run_id"]
    versions = person.await_version(2)
    assert [version["version"] for version in versions] == [2, 1]
    newest, first = versions
    assert first["prompt"] == seen["prompt"], "history is never overwritten"
    assert newest["prompt"] != first["prompt"]
    assert newest["decision"]["changed"] is True
    assert newest["decision"]["rules"]
    assert newest["diff"]
    assert newest["behavioral_data"]
    assert person.ask_coach()["system_prompt_version_used"] == 2


def test_the_weekly_update_skips_who_has_not_changed(person, stack):
    before = person.prompts()[0]
    user_id = person.profile()["user_id"]

    def skipped() -> bool | None:
        person.update_weekly()
        lines = [line for _, line in functions.log_lines(stack, "prompt-worker")
                 if "skipping_prompt_update_no_significant_change" in line]
        return any(user_id in line for line in lines) or None

    poll("A skipped update", skipped)
    assert person.prompts()[0] == before


def test_the_report_counts_the_people_with_prompts(person):
    report = person.report()
    assert report["users_with_prompts"] >= 1
    assert sum(report["versions_in_use"].values()) == report["users_with_prompts"]
    [listed] = [user for user in report["users"] if user["email"] == person.email]
    assert listed["system_prompt_version"] == 2
    assert report["spent_today_usd"] > 0


def test_the_logs_name_the_events_and_nobodys_words(person, stack):
    text = "\n".join(line for name in stack["functions"] for _, line in functions.log_lines(stack, name))
    for event in ("consultation_access_denied", "conversational_profile_generated", "initial_system_prompt_generated",
                  "using_personalized_system_prompt", "prompt_update_started", "significant_behavior_change_detected",
                  "system_prompt_updated", "prompts_updated", "skipping_prompt_update_no_significant_change"):
        assert event in text, f"no log line names {event}"
    assert person.email not in text
    assert "@example.com" not in text
    said = [*person.scenario["consultation"], person.scenario["coach_question"], person.scenario["person"]["name"]]
    assert not [words for words in said if words[:40] in text]
    assert person.prompts()[0]["prompt"][:60] not in text
