"""A small HTTP client for the deployed API."""

import dataclasses
import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import ClassVar

from .console import Problem


@dataclasses.dataclass(frozen=True)
class Answer:
    """What came back: the status, the headers (names in lower case) and the body, parsed if it is JSON."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> dict:
        return json.loads(self.text)

    @property
    def told(self) -> str:
        """What a refusal says, in words; what came back where it is no problem document."""
        try:
            problem = self.json
            fields = "".join(f" {error['field']}: {error['message']}." for error in problem.get("errors", []))
            return f"{problem['detail']}{fields}"
        except (ValueError, KeyError, TypeError, AttributeError):
            return self.text[:300]


class Api:
    """The API as one caller sees it."""

    # Is shown the method, the path and the answer of every request of every caller. The tests hold each answer against
    # the published contract with it.
    observer: ClassVar[Callable[[str, str, Answer], None] | None] = None

    def __init__(self, url: str, token: str | None = None):
        self.url = url
        self.token = token

    def get(self, path: str, **query: object) -> Answer:
        return self.send("GET", path + (f"?{urllib.parse.urlencode(query)}" if query else ""))

    def post(self, path: str, body: object = None, **headers: str) -> Answer:
        return self.send("POST", path, body, headers)

    def patch(self, path: str, body: object) -> Answer:
        return self.send("PATCH", path, body)

    def put(self, path: str, body: object) -> Answer:
        return self.send("PUT", path, body)

    def delete(self, path: str) -> Answer:
        return self.send("DELETE", path)

    def send(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> Answer:
        """Sends a request; `body` is JSON, or bytes that go out as they are."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        if data is not None:
            named.setdefault("Content-Type", "application/json")
        if self.token:
            named["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=named)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                answer = _answer(response)
        except urllib.error.HTTPError as error:
            answer = _answer(error)
        except (OSError, http.client.HTTPException) as error:
            raise Problem(f"{self.url} does not answer: {getattr(error, 'reason', error)}. Try again; if it stays like that, "
                          "look whether this machine reaches that address.") from None
        if Api.observer:
            Api.observer(method, path, answer)
        return answer


def _answer(response) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status, headers, response.read().decode())
