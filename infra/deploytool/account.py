"""The account that is deployed to: the one of the environment's credentials, or an emulator of AWS."""

import dataclasses
import functools
import os

import boto3
import botocore.exceptions
from stacktool import aws
from stacktool.console import Problem


# No credentials, or such as are not valid any more.
_UNKNOWN = (botocore.exceptions.NoCredentialsError, botocore.exceptions.PartialCredentialsError,
            botocore.exceptions.CredentialRetrievalError, botocore.exceptions.ProfileNotFound,
            botocore.exceptions.SSOError, botocore.exceptions.TokenRetrievalError)
_UNKNOWN_CODES = ("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException",
                  "SignatureDoesNotMatch", "AuthFailure", "InvalidAccessKeyId", "InvalidToken")
_FORBIDDEN_CODES = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


@dataclasses.dataclass(frozen=True)
class Account:
    """A region of an account. `endpoint` is the address of an emulator, if it is one."""

    region: str
    endpoint: str | None = None

    def __post_init__(self) -> None:
        if self.endpoint and self.region != aws.REGION:
            raise Problem(f"The emulator is in {aws.REGION}, and the stage in {self.region}. Change the stage's region.")

    @functools.cache
    def client(self, service: str):
        if self.endpoint:
            return aws.client(service, self.endpoint)
        return boto3.client(service, region_name=self.region)

    def environment(self) -> dict[str, str]:
        """The environment of a process that works on the account."""
        if self.endpoint:
            return aws.environment(self.endpoint)
        return os.environ | {"AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region, "SAM_CLI_TELEMETRY": "0"}

    def number(self) -> str:
        """The account's number, which AWS tells whoever it knows."""
        return self.client("sts").get_caller_identity()["Account"]


def refused(error: botocore.exceptions.BotoCoreError | botocore.exceptions.ClientError) -> str:
    """What AWS refuses, in a sentence with the next step."""
    told = str(error).rstrip(".")
    if isinstance(error, _UNKNOWN) or _code(error) in _UNKNOWN_CODES:
        return f"AWS does not know you: {told}. Sign in (`aws sso login`, AWS_PROFILE, ...) and try again."
    if _code(error) in _FORBIDDEN_CODES:
        return f"Your credentials do not allow it: {told}. Use others, or have that action allowed, and try again."
    if isinstance(error, botocore.exceptions.HTTPClientError | botocore.exceptions.ConnectionError):
        return f"AWS does not answer: {told}. Look at the network and the stage's region, and try again."
    return f"AWS refused it: {told}. Mend that and try again; what was done before stays."


def _code(error: Exception) -> str:
    return getattr(error, "response", {}).get("Error", {}).get("Code", "")
