"""The template, as it is written and as CloudFormation gets it."""

import copy
import os
import pathlib

import pytest
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The managed policies that SAM may add, by name: whatever else it would add fails the transformation.
POLICIES = {name: f"arn:aws:iam::aws:policy/service-role/{name}" for name in (
    "AWSLambdaBasicExecutionRole", "AWSLambdaSQSQueueExecutionRole", "AWSLambdaDynamoDBExecutionRole")}


@pytest.fixture(scope="session")
def template() -> dict:
    return yaml_parse((ROOT / "template.yaml").read_text())


@pytest.fixture(scope="session")
def processed(template) -> dict:
    """The template after SAM's transformation."""
    written = copy.deepcopy(template)
    for resource in written["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/program.zip"
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")
    defaults = {name: parameter.get("Default", "") for name, parameter in template["Parameters"].items()}
    return Translator(POLICIES, Parser()).translate(written, defaults)


@pytest.fixture(scope="session")
def resources(processed):
    """The resources of a type, by logical id."""
    return lambda kind: {name: each for name, each in processed["Resources"].items() if each["Type"] == kind}
