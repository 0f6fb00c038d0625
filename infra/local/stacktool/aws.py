"""Clients for the local cloud."""

import functools
import os

import boto3
from botocore.config import Config

REGION = "us-east-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION,
               "AWS_REGION": REGION}


@functools.cache
def client(service: str, endpoint: str):
    """A client that talks to the local cloud and to nothing else."""
    return boto3.client(service, endpoint_url=endpoint, region_name=REGION,
                        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
                        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
                        config=Config(retries={"max_attempts": 2}, read_timeout=900))


def environment(endpoint: str) -> dict[str, str]:
    """A process environment in which nothing can reach a real account."""
    inherited = {name: value for name, value in os.environ.items()
                 if not name.startswith("AWS_") or name == "AWS_CA_BUNDLE"}
    return inherited | CREDENTIALS | {"AWS_ENDPOINT_URL": endpoint, "AWS_EC2_METADATA_DISABLED": "true",
                                      "SAM_CLI_TELEMETRY": "0"}
