"""The local stack's own commands against the deployed stack: what they show can be read and adds up."""

import datetime
import json
import subprocess

from stacktool import costs, paths
from stacktool.journey import poll


def run(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([paths.LOCAL / "stack", *arguments], capture_output=True, text=True, timeout=120, check=False)


def test_the_log_of_one_person_is_found_by_their_address_and_can_be_read(coached):
    def calls() -> list[str] | None:
        shown = run("logs", "--user", coached.email, "--event", "model_call", "--since", "1d")
        assert shown.returncode == 0, shown.stderr
        return [line for line in shown.stdout.splitlines() if "model_call" in line] or None

    lines = poll("The calls in the log", calls)
    assert len(lines) >= len(coached.scenario["consultation"])
    for line in lines:
        assert "purpose=" in line and "cost_usd=" in line
        assert not any(mark in line for mark in ('{', '"', coached.email))
    user_id = coached.profile()["user_id"]
    shown = run("logs", "send-consultation-message", "--user", user_id, "--json")
    assert {json.loads(line)["user_id"] for line in shown.stdout.splitlines()} == {user_id}


def test_an_address_that_nobody_has_is_told(stack, new_email):
    shown = run("logs", "--user", new_email())
    assert shown.returncode == 1
    assert "Nobody in the local user pool" in shown.stderr


def test_what_a_person_cost_adds_up_to_what_the_budgets_have_counted(stack, coached):
    began = datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=1)
    purposes, counted = costs.settled(stack, coached.profile()["user_id"], began)
    assert {"consultation", "profile", "initial_prompt"} <= {purpose.name for purpose in purposes}
    assert counted > 0
    assert costs.agree(costs.own(purposes), counted), (costs.own(purposes), counted)


def test_the_consultation_is_opened_for_everybody_in_a_file(member, new_email, tmp_path):
    people = [member(), member()]
    cohort, nobody = tmp_path / "cohort.txt", new_email()
    cohort.write_text(f"# the first two\n{people[0].email}\n{people[1].profile()['user_id']}  # by id\n{nobody}\n")
    shown = run("enable", str(cohort))
    assert shown.returncode == 1, "somebody was not found"
    assert "Nobody has signed up" in shown.stderr
    told = [line.split(maxsplit=1)[1] for line in shown.stdout.splitlines()]
    assert [line.split("  ")[0] for line in told] == ["enabled", "enabled", "not found"]
    assert told[-1].endswith(nobody)
    assert all(person.profile()["consultation_enabled"] for person in people)
    again = run("enable", str(cohort))
    assert "2 unchanged, 1 not found" in again.stderr
