"""The steps of a person's journey over HTTP, shared by the demo and the tests."""

import concurrent.futures
import time
import urllib.parse
from collections.abc import Callable, Iterator
from typing import TypeVar

from . import functions, people, scenarios, weekly
from .api import Answer, Api
from .console import Problem


Found = TypeVar("Found")


class Refused(Problem):
    """An answer that the journey did not expect."""

    def __init__(self, what: str, answer: Answer):
        super().__init__(f"{what} was answered with {answer.status}: {answer.told} `infra/local/stack logs` may tell more.")
        self.answer = answer


def expect(answer: Answer, what: str, *statuses: int) -> dict:
    """The answer's body, if its status is one of those."""
    if answer.status not in (statuses or (200,)):
        raise Refused(what, answer)
    return answer.json if answer.text else {}


def poll(what: str, look: Callable[[], Found | None], seconds: float = 90) -> Found:
    """Looks until something is found."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if (found := look()) is not None:
            return found
        time.sleep(0.3)
    raise Problem(f"{what} did not happen within {seconds:.0f} s. `infra/local/stack logs` may tell why.")


class Journey:
    """One person of a scenario, with an administrator at hand."""

    def __init__(self, stack: dict, scenario: dict, email: str):
        self.stack = stack
        self.scenario = scenario
        self.email = email
        self.user = Api(stack["api_url"], people.token(stack, email))
        self.admin = Api(stack["api_url"], people.token(stack, people.ADMIN, admin=True))

    def sign_up(self) -> dict:
        return expect(self.user.post("/v1/users", self.scenario["person"] | {"email": self.email}), "Signing up", 201)

    def profile(self) -> dict:
        return expect(self.user.get("/v1/users/me"), "The profile")

    def open_gate(self) -> dict:
        path = f"/v1/admin/users/{urllib.parse.quote(self.email)}/consultation-access"
        return expect(self.admin.put(path, {"enabled": True}), "Opening the consultation")

    def start_consultation(self) -> dict:
        return expect(self.user.post("/v1/consultation/start"), "Starting the consultation", 200, 201)

    def talk(self, session_id: str) -> Iterator[tuple[str, dict]]:
        """Sends the scenario's messages; yields each with its answer."""
        for message in self.scenario["consultation"]:
            body = {"session_id": session_id, "message": message}
            yield message, expect(self.user.post("/v1/consultation/message", body), "A consultation message")

    def complete(self, session_id: str) -> dict:
        """Completes the consultation and waits until its prompt is there."""
        expect(self.user.post(f"/v1/consultation/{session_id}/complete"), "Completing the consultation", 200, 202)

        def finished() -> dict | None:
            session = expect(self.user.get(f"/v1/consultation/{session_id}"), "The consultation")
            if session["status"] == "failed":
                raise Problem("The profile and the prompt could not be written. "
                              "`infra/local/stack logs first-prompt-worker` tells why.")
            return session if session["status"] == "complete" else None

        return poll("The personal prompt", finished)

    def ask_coach(self) -> dict:
        body = {"message": self.scenario["coach_question"]}
        return expect(self.user.post("/v1/coach/message", body), "Asking the coach")

    def log_meals(self, phase: str) -> tuple[int, int]:
        """Logs a phase's meals, several days at a time; returns the numbers of meals and days."""

        def log_day(meals: list[dict]) -> int:
            for meal in meals:
                expect(self.user.post("/v1/meals", meal), "Logging a meal", 201)
            return len(meals)

        days = list(scenarios.days(self.scenario, phase))
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            return sum(pool.map(log_day, days)), len(days)

    def behavior(self) -> dict:
        return expect(self.user.get("/v1/users/me/behavior"), "The behaviour")

    def prompts(self) -> list[dict]:
        """All versions of the prompt, newest first."""
        return expect(self.user.get("/v1/users/me/prompts"), "The prompts")["items"]

    def update_weekly(self) -> dict:
        """Runs the weekly update."""
        result, failed = functions.invoke(self.stack, "weekly-updater", weekly.scheduled_event(self.stack))
        if failed:
            raise Problem(f"The weekly update failed: {result}. `infra/local/stack logs weekly-updater` tells why.")
        return result

    def await_version(self, version: int) -> list[dict]:
        """All versions of the prompt, as soon as that one is the newest."""

        def there() -> list[dict] | None:
            versions = self.prompts()
            return versions if versions and versions[0]["version"] >= version else None

        return poll(f"Prompt version {version}", there)

    def report(self) -> dict:
        """The admin's report, as soon as its counters have followed the person's newest prompt."""
        newest = self.prompts()[0]["version"]

        def counted() -> dict | None:
            report = expect(self.admin.get("/v1/admin/report", limit=1000), "The report")
            versions = {user["email"]: user["system_prompt_version"] for user in report["users"]}
            return report if versions.get(self.email) == newest else None

        return poll("Counting the newest prompt", counted)
