"""The account that is deployed to: the one of the environment's credentials, or an emulator of AWS."""

import dataclasses
import functools
import os

import boto3
import botocore.exceptions
from stacktool import aws
from stacktool.console import Problem


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
        """The account's number; a problem where the credentials do not work."""
        try:
            return self.client("sts").get_caller_identity()["Account"]
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
            raise Problem(f"AWS does not know you: {error}. Sign in (`aws sso login`, AWS_PROFILE, ...) and try again.") from None
