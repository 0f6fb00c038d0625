"""Opening the consultation for everybody in a file. Needs no stack."""

import json
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra" / "local"))

from stacktool import cohorts  # noqa: E402
from stacktool.api import Answer  # noqa: E402
from stacktool.console import Problem  # noqa: E402


class Admin:
    """The API as an admin sees it: it knows nobody called `stranger`, and refuses from some request on."""

    def __init__(self, refuses_from: int = 1000):
        self.requests: list[tuple[str, dict]] = []
        self._refuses_from = refuses_from

    def put(self, path: str, body: dict) -> Answer:
        self.requests.append((path, body))
        if len(self.requests) > self._refuses_from:
            return Answer(503, {}, json.dumps({"detail": "The database does not answer. Try again."}))
        items = [{"user": user, "result": "not_found" if user == "stranger" else "enabled"} for user in body["users"]]
        return Answer(200, {}, json.dumps({"items": items}))


def write(tmp_path: pathlib.Path, text: str) -> pathlib.Path:
    file = tmp_path / "cohort.txt"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_names_a_person_a_line_with_remarks_and_each_once(tmp_path):
    file = write(tmp_path, "\ufeff# the first ten\nnora@example.com\n\n 7c9e6679 # Ana\nnora@example.com\r\n")
    assert cohorts.read(file) == ["nora@example.com", "7c9e6679"]


@pytest.mark.parametrize(("text", "told"), [("# nobody yet\n\n", "names nobody"), ("nora ana\n", "more than one word")])
def test_a_file_that_cannot_be_meant_is_told_with_the_next_step(tmp_path, text, told):
    with pytest.raises(Problem, match=told) as problem:
        cohorts.read(write(tmp_path, text))
    assert "Write" in str(problem.value)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(Problem, match="cannot be read"):
        cohorts.read(tmp_path / "nothing.txt")


def test_people_are_sent_a_hundred_at_a_time_and_each_has_a_result():
    admin = Admin()
    people = [f"person-{number}@example.com" for number in range(230)]
    results = list(cohorts.enable(admin, [*people, "stranger"]))
    assert [result["user"] for result in results] == [*people, "stranger"]
    assert results[-1]["result"] == "not_found"
    assert [len(body["users"]) for _, body in admin.requests] == [100, 100, 31]
    assert all(path == "/v1/admin/consultation-access" and body["enabled"] for path, body in admin.requests)
    assert cohorts.summary(result["result"] for result in results) == "230 enabled, 1 not found"


def test_a_refusal_in_the_middle_says_from_whom_on_nothing_was_changed():
    results = []
    with pytest.raises(Problem) as problem:
        for result in cohorts.enable(Admin(refuses_from=1), [f"p{number}" for number in range(150)]):
            results.append(result)
    assert len(results) == 100
    for told in ("From p100 on", "503", "The database does not answer", "can be used again"):
        assert told in str(problem.value)
