"""Sample events with the token of a real person of the local user pool, in either shape of API Gateway's."""

import base64
import json
import urllib.parse

from . import paths, people
from .console import Problem


def sample(stack: dict, function: str, email: str, http_api: bool = False) -> dict:
    """The sample event of an API function as that person sends it. It works where an authorizer has seen it, as on the
    deployed stack, and where the function verifies the token by itself, as under `cargo lambda watch`."""
    try:
        event = json.loads((paths.EVENTS / f"{function}.json").read_text())
        claims = event["requestContext"]["authorizer"]["claims"]
    except (OSError, KeyError):
        raise Problem(f"{function} is no function of the API. events/ has a sample for each of those.") from None
    token = people.token(stack, email, admin="cognito:groups" in claims)
    event["requestContext"]["authorizer"] = {"claims": _claims(token)}
    event["headers"]["Authorization"] = f"Bearer {token}"
    event["multiValueHeaders"]["Authorization"] = [f"Bearer {token}"]
    return _http_api(event) if http_api else event


def _claims(token: str) -> dict[str, str]:
    """A token's claims the way API Gateway passes them on: as texts."""
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return {name: " ".join(value) if isinstance(value, list) else str(value) for name, value in claims.items()}


def _http_api(event: dict) -> dict:
    """The same request as an HTTP API sends it (payload format 2.0)."""
    context = event["requestContext"]
    query = event["queryStringParameters"] or {}
    return {
        "version": "2.0", "routeKey": "$default", "rawPath": event["path"],
        "rawQueryString": urllib.parse.urlencode(query),
        "headers": {name.lower(): value for name, value in event["headers"].items()},
        "queryStringParameters": query, "pathParameters": event["pathParameters"] or {},
        "body": event["body"], "isBase64Encoded": False,
        "requestContext": {
            "accountId": context["accountId"], "apiId": context["apiId"], "domainName": event["headers"]["Host"],
            "requestId": context["requestId"], "stage": "$default", "time": context["requestTime"],
            "timeEpoch": context["requestTimeEpoch"],
            "authorizer": {"jwt": {"claims": context["authorizer"]["claims"], "scopes": None}},
            "http": {"method": event["httpMethod"], "path": event["path"], "protocol": context["protocol"],
                     "sourceIp": context["identity"]["sourceIp"], "userAgent": context["identity"]["userAgent"]}},
    }
