"""The whole journey of one person, told on the terminal."""

import json
import os
import textwrap
import time

from . import paths, scenarios, weekly
from .console import bold, colour, dim, heading, paragraph, table, width
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

    _sign_up(journey)
    _log(journey, "before", "2. A month of meals")
    before_answer = journey.ask_coach()
    heading("3. The coach before it knows anything: the generic prompt")
    _coach(scenario["coach_question"], before_answer)
    _consult(journey)
    first = journey.prompts()[0]
    heading("5. What was written from the talk")
    print(bold("  The psychological profile"))
    paragraph(journey.profile()["conversational_profile"])
    print(f"\n{bold('  The coaching prompt, version 1')} {dim(_words(first['prompt']))}")
    paragraph(first["prompt"])
    heading("6. The coach with the prompt written for one person")
    _coach(scenario["coach_question"], journey.ask_coach())
    before = journey.behavior()
    _log(journey, "after", "7. A week that is different")
    versions = _update(journey)
    heading("9. What changed")
    after = journey.behavior()
    _compare(before, after)
    _reason(versions[0])
    _differences(versions)
    kept = paths.STATE / "behavior.json"
    kept.write_text(json.dumps(after))
    print(dim(f"\n  The measured behaviour is in {os.path.relpath(kept)}; the README says how to draw it."))
    _costs(journey, versions, simulated)
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
    print(f"  starting the consultation: {refused.status}, {refused.json.get('detail', refused.text)}")
    journey.open_gate()
    print("  an administrator opens the consultation for this person")


def _log(journey: Journey, phase: str, title: str) -> None:
    heading(title)
    meals, days = journey.log_meals(phase)
    print(f"  {meals} meals on {days} days logged")


def _coach(question: str, answer: dict) -> None:
    _say("you", question)
    _say("coach", answer["message"])
    version = answer["system_prompt_version_used"]
    print(dim(f"  personalised: {answer['personalized']}, prompt version: {version or 'generic'}"))


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
    print("\n  writing profile and prompt ...", flush=True)
    start = time.monotonic()
    journey.complete(session["session_id"])
    print(f"  done in {time.monotonic() - start:.1f} s")


def _update(journey: Journey) -> list[dict]:
    heading("8. The weekly update")
    result = journey.update_weekly()
    print(f"  {json.dumps(result)}")
    for record in weekly.follow(journey.stack, result["run_id"]):
        print(f"  {json.dumps(record)}")
    return journey.await_version(2)


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


def _costs(journey: Journey, versions: list[dict], simulated: bool) -> None:
    heading("10. What it cost" + (" (simulated: the prices are real, the calls were not)" if simulated else ""))
    table(["prompt", "model", "USD"], [
        [f"version {version['version']} ({version['reason']})", version.get("model") or "",
         f"{version['cost_usd']:.4f}"]
        for version in reversed(versions)])
    print(f"  the administrator's report: {json.dumps(journey.report(), ensure_ascii=False)[:900]}")


def _words(text: str) -> str:
    return f"({len(text.split())} words)"
