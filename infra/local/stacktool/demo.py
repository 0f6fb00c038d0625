"""The whole journey of one person, told on the terminal."""

import contextlib
import datetime
import json
import os
import textwrap
import time

from . import costs, functions, paths, scenarios, weekly
from .console import bold, colour, columns, dim, heading, note, paragraph, step, table, width
from .journey import Journey

# The metrics worth a row, as the API names them.
_METRICS = ("days_analyzed", "days_logged", "logging_rate", "days_in_target", "adherence_rate",
            "protein_adherence_rate", "meal_logging_streak_days", "longest_streak_in_target_days", "meals_per_day",
            "average_calories", "average_protein_g")


def run(stack: dict, name: str) -> None:
    """Takes the person of a scenario from signing up to the second version of their prompt."""
    scenario = scenarios.load(name)
    person = scenario["person"]
    first_name = person["name"].split()[0].lower()
    journey = Journey(stack, scenario, f"{first_name}+{int(time.time())}@example.com")
    simulated = "127.0.0.1" in stack["claude_url"]

    print(f"\n{bold(scenario['title'])}: {person['name']}, {person['age']}. {scenario['summary']}")
    print(dim(f"{'Simulated' if simulated else 'Real'} Claude at {stack['claude_url']}, API at {stack['api_url']}"))
    if simulated:
        print(dim("What Claude says here was recorded: a language model wrote it for these requests on 1 December 2026, and its "
                  "dates are of that time. tests/evaluation tells how."))

    began = datetime.datetime.now(datetime.UTC).date()
    _sign_up(journey)
    _log(journey, "before", "2. A month of meals")
    heading("3. The coach before it knows anything: the generic prompt")
    _say("you", scenario["coach_question"])
    generic = journey.ask_coach()
    _say("coach", generic["message"])
    _consult(journey)
    first = journey.prompts()[0]
    heading("5. What was written from the talk")
    print(bold("  The psychological profile"))
    paragraph(journey.profile()["conversational_profile"])
    print(f"\n{bold('  The coaching prompt, version 1')} {dim(_words(first['prompt']))}")
    paragraph(first["prompt"])
    heading("6. The same question, before and after")
    _say("you", scenario["coach_question"])
    print()
    columns(_titled(generic), _titled(journey.ask_coach()))
    before = journey.behavior()
    _log(journey, "after", "7. A week that is different")
    versions, batched = _update(journey)
    heading("9. What changed")
    after = journey.behavior()
    _compare(before, after)
    _reason(versions[0])
    _differences(versions)
    kept = paths.STATE / "behavior.json"
    kept.write_text(json.dumps(after))
    print(dim(f"\n  The measured behaviour is in {os.path.relpath(kept)}; the README says how to draw it."))
    _costs(journey, began, versions[0]["cost_usd"] if batched else None, simulated)
    _report(journey)
    print(f"\n{bold('That was the whole journey.')} The stack is still up: "
          "try `infra/local/stack token me@example.com`, `infra/local/stack logs`, or the demo of another person: "
          + ", ".join(other for other in scenarios.names() if other != name) + ".")


def _sign_up(journey: Journey) -> None:
    heading("1. Signing up, and the gate")
    profile = journey.sign_up()
    targets = profile["targets"]
    print(f"  signed up as {journey.email}")
    print(f"  targets: {targets['daily_calories']} kcal, {targets['protein_g']} g protein, "
          f"{targets['carbs_g']} g carbs, {targets['fat_g']} g fat (from {targets['basis'].replace('_', ' ')})")
    refused = journey.user.post("/v1/consultation/start")
    print(f"  starting the consultation: {refused.status}, {refused.told}")
    journey.open_gate()
    print("  an administrator opens the consultation for this person")


def _log(journey: Journey, phase: str, title: str) -> None:
    heading(title)
    with step("Logging the meals"):
        meals, days = journey.log_meals(phase)
    print(f"  {meals} meals on {days} days logged")


def _titled(answer: dict) -> tuple[str, str]:
    """An answer of the coach with the prompt that it was written with."""
    version = answer["system_prompt_version_used"]
    return (f"with prompt version {version}" if version else "with the generic prompt"), answer["message"]


def _say(who: str, text: str) -> None:
    label = f"  {who:>6}  "
    lines = [line for part in text.splitlines() for line in textwrap.wrap(part, width() - 10) or [""]]
    for number, line in enumerate(lines):
        prefix = colour(label, 36 if who == "you" else 32) if number == 0 else " " * 10
        print(prefix + line)


def _consult(journey: Journey) -> None:
    heading("4. The consultation")
    session = journey.start_consultation()
    _say("coach", session["message"])
    for message, answer in journey.talk(session["session_id"]):
        _say("you", message)
        _say("coach", answer["message"])
        section = answer["current_section"] or "all sections done"
        facts = "; ".join(fact["summary"] for fact in answer.get("extracted", []))
        learned = f"  | learned: {facts}" if facts else ""
        print(dim(f"          {answer['progress_percentage']:3d} %  {section}{learned}"))
    print(flush=True)
    with step("Writing the profile and the prompt"):
        journey.complete(session["session_id"])


def _update(journey: Journey) -> tuple[list[dict], bool]:
    """The versions after a weekly run, and whether the new one was written in a message batch."""
    heading("8. The weekly update")
    run_id = journey.update_weekly()["run_id"]
    with step("Measuring everybody who is due, and rewriting what changed"):
        for record in weekly.follow(journey.stack, run_id):
            note(weekly.told(record))
    batched = record["state"] == "waiting_for_batch"
    if batched:
        _collect(journey, run_id)
    return journey.await_version(2), batched


def _collect(journey: Journey, run_id: str) -> None:
    """Waits for the message batch. The simulator's is ended at once; the real Claude takes minutes, and at most a day."""
    with step("Waiting for the message batch"):
        while weekly.run(journey.stack, run_id)["state"] == "waiting_for_batch":
            with contextlib.suppress(OSError):
                weekly.end_simulated_batches(journey.stack)
            functions.invoke(journey.stack, "batch-collector", b"{}")
            time.sleep(1)


def _compare(before: dict, after: dict) -> None:
    table(["metric", "before", "after"], [[name, _number(name, before.get(name)), _number(name, after.get(name))]
                                          for name in _METRICS])
    for label, behavior in (("before", before), ("after", after)):
        patterns = ", ".join(f"{pattern['kind']} ({pattern['severity']})" for pattern in behavior.get("patterns", []))
        print(f"  patterns {label}: {patterns or 'none'}")


def _number(name: str, value: object) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, int | float) and name.endswith("_rate"):
        return f"{value:.0%}"
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def _reason(version: dict) -> None:
    print(f"\n{bold('  Why version 2 was written')}: {version['reason']}")
    decision = version.get("decision") or {}
    if decision.get("summary"):
        paragraph(decision["summary"])
    for rule in decision.get("rules", []):
        print(f"    - {rule['explanation']}")


def _differences(versions: list[dict]) -> None:
    print(f"\n{bold('  Version 2 against version 1')}")
    for line in versions[0]["diff"].splitlines():
        shown = "\n".join(textwrap.wrap(line, width() - 4, subsequent_indent="  ")) or ""
        code = {"+": 32, "-": 31, "@": 36}.get(line[:1])
        for part in shown.splitlines():
            print("    " + (colour(part, code) if code else part))


def _costs(journey: Journey, began: datetime.date, in_batch: float | None, simulated: bool) -> None:
    """A row a purpose, whose sum is the total; and the sum that the person's budget rests on, which has to be the same but for
    what nobody has asked for. What was written in a message batch (`in_batch`, in USD) is nobody's call either."""
    heading("10. What Claude cost" + (" (simulated: the prices are real, the calls were not)" if simulated else ""))
    purposes, counted = costs.settled(journey.stack, journey.profile()["user_id"], began)
    total = costs.total(purposes)
    rows = [_row(purpose) for purpose in purposes]
    if in_batch is not None:
        rows.append(["prompt update, in a message batch", "", "", "", "", _usd(in_batch)])
    rows.append(_row(costs.together(purposes))[:-1] + [_usd(total + (in_batch or 0))])
    table(["for", "calls", "tokens read", "of these cached", "tokens written", "USD"], rows)
    own = costs.own(purposes)
    if costs.agree(own, counted):
        print(f"  The table `spending`, on which the budgets rest, has the same {_usd(counted)} for what this person asked for.")
    else:
        print(f"  The table `spending` has {_usd(counted)} for this person, of {_usd(own)} for what they asked for: they differ. "
              "`infra/local/stack logs --event spending_not_counted` tells what was not counted.")


def _row(purpose: costs.Purpose) -> list[str]:
    cached = f"{purpose.cached_tokens / purpose.input_tokens:.0%}" if purpose.input_tokens else ""
    return [purpose.name.replace("_", " "), str(purpose.calls), f"{purpose.input_tokens:,}", cached,
            f"{purpose.output_tokens:,}", _usd(purpose.cost_usd)]


def _usd(amount: float) -> str:
    return f"{amount:.6f}"


def _report(journey: Journey) -> None:
    heading("11. What the administrator sees")
    report = journey.report()
    versions = ", ".join(f"version {version}: {users}" for version, users in sorted(
        report["versions_in_use"].items(), key=lambda entry: int(entry[0])))
    table(["for the administrator", "now"], [
        ["users with a prompt of their own", str(report["users_with_prompts"])],
        ["versions in use", versions or "none"],
        ["next weekly run", report.get("next_run_at") or "none, automatic updates are off"],
        ["spent today on everybody, in USD", f"{report['spent_today_usd']:.4f}"]])


def _words(text: str) -> str:
    return f"({len(text.split())} words)"
