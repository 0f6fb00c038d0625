"""Where the API of a stage is asked: at its own domain once that leads to it, and at API Gateway's address until then."""

from stacktool import api
from stacktool.console import Problem

# What only a signed-in person gets.
_PATH = "/v1/users/me"


def of(outputs: dict[str, str]) -> str:
    """The address at which the API of these outputs answers now."""
    own = outputs["ApiUrl"]
    # A deployment of an earlier version does not tell it.
    gateways = outputs.get("ApiGatewayUrl", own)
    return own if own == gateways or _answers(own) else gateways


def _answers(url: str) -> bool:
    """Whether this is the API, which refuses who sends no token."""
    try:
        return api.Api(url).get(_PATH).status == 401
    except Problem:
        return False
