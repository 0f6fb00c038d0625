"""What Schemathesis does for this project beside what it does for everybody."""

import itertools
import urllib.parse

import schemathesis
from answers import published
from schemathesis.checks import CheckContext
from schemathesis.core.transport import Response
from schemathesis.generation.case import Case
from schemathesis.generation.meta import REQUEST_SHAPE_PROBES, CoverageScenario, coverage_scenario

KEY_HEADER = "Idempotency-Key"
MOST_KEY_CHARACTERS = 128
_numbers = itertools.count()


@schemathesis.hook
def before_call(_, case: Case, __: dict) -> None:
    """Gives each request a key of its own. A repeated one gets the answer of the first request, whatever has happened
    since: a meal that was deleted would seem to be created, and then to be missing."""
    key = (case.headers or {}).get(KEY_HEADER)
    own = f"{key}-{next(_numbers)}"
    if isinstance(key, str) and key and len(own) <= MOST_KEY_CHARACTERS:
        case.headers[KEY_HEADER] = own


@schemathesis.check
def nothing_undocumented(_: CheckContext, response: Response, case: Case) -> None:
    """An answer holds what the contract names and nothing else; the built-in check lets undocumented fields pass."""
    if coverage_scenario(case) in REQUEST_SHAPE_PROBES:
        return
    base = urllib.parse.urlsplit(case.operation.base_url).path.rstrip("/")
    path = urllib.parse.urlsplit(response.request.url).path.removeprefix(base)
    content_type = next(iter(response.headers.get("content-type", [])), None)
    published().check(response.request.method, path, response.status_code, content_type, response.text)


@schemathesis.check
def undeclared_method_is_not_found(_: CheckContext, response: Response, case: Case) -> None:
    """API Gateway does not tell a method that a path does not have from a path that is not there. Both are answered with
    404, where the built-in check `unsupported_method` wants 405."""
    if coverage_scenario(case) is CoverageScenario.UNSPECIFIED_HTTP_METHOD and response.request.method != "OPTIONS":
        assert response.status_code == 404, f"{response.request.method} was answered with {response.status_code}"
        assert response.json()["code"] == "not_found", response.text
