"""What an error has to look like (RFC 9457)."""

from stacktool.api import Answer


def assert_problem(answer: Answer, status: int, field: str | None = None) -> dict:
    """A problem document of that status, naming the field if there is one, and showing nothing of the inside."""
    assert answer.status == status, f"{answer.status}: {answer.text[:500]}"
    assert answer.headers["content-type"].startswith("application/problem+json"), answer.headers
    problem = answer.json
    assert {"type", "title", "status", "detail", "code", "request_id"} <= problem.keys(), problem
    assert problem["status"] == status
    assert problem["request_id"]
    for inside in ("panicked", ".rs:", "DynamoDb", "SdkError", "stack backtrace"):
        assert inside not in answer.text
    if field:
        named = [error["field"] for error in problem["errors"]]
        assert any(name == field or name.startswith((f"{field}.", f"{field}[")) for name in named), problem
    return problem
