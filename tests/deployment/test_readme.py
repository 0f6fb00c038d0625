"""Checks that the README names every route and every setting as they are."""

import json
import pathlib
import re
import sys
import tomllib

import pytest
from samcli.yamlhelper import yaml_parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra" / "local"))
# Parameters of the deployment that are no settings of a function.
DEPLOYMENT = {"Stage", "Architecture", "LogRetentionDays", "AnthropicApiKey", "DeletionProtection", "UserPoolTier", "UserPoolMfa",
              "MailSender", "MailSenderIdentity", "ApiDomainName", "ApiCertificateArn", "ReservedConcurrency", "FirstPromptConcurrency",
              "AlarmEmail"}


@pytest.fixture(scope="module")
def readme() -> str:
    return (ROOT / "README.md").read_text()


def variable(parameter: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", parameter).upper()


def test_the_table_of_settings_is_the_templates(readme):
    parameters = yaml_parse((ROOT / "template.yaml").read_text())["Parameters"]
    expected = {variable(name): each["Default"] for name, each in parameters.items() if name not in DEPLOYMENT}
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]+) \|", readme, re.MULTILINE))
    assert set(rows) == set(expected)
    for name, default in expected.items():
        if name != "MODEL_PRICES":  # a price list does not fit into a table
            assert rows[name] == f"`{default}`", name


def test_the_table_of_endpoints_is_the_contracts(readme):
    paths = json.loads((ROOT / "infra" / "openapi.json").read_text())["paths"]
    expected = {(f"{method.upper()} {path}", each["operationId"]) for path, item in paths.items()
                for method, each in item.items()}
    rows = re.findall(r"^\| `([A-Z]+ /v1/[^`]+)` \| `([a-z-]+)` \|", readme, re.MULTILINE)
    assert set(rows) == expected


def test_what_a_first_build_needs_is_what_the_local_stack_asks_for(readme):
    from stacktool import checks

    manifest = tomllib.loads((ROOT / "Cargo.toml").read_text())
    assert f"Rust {manifest['workspace']['package']['rust-version']} or newer" in readme
    assert f"{checks.TOOLS_GB + checks.BUILD_GB + checks.WORK_GB} GB of free disk" in readme.replace("\n", " ")


def test_the_versions_of_the_tools_that_deploy_are_the_pinned_ones(readme):
    files = [ROOT / "infra" / "local" / name for name in ("requirements.txt", "constraints.txt")]
    pins = dict(re.findall(r"^([\w-]+)==(\S+)", "".join(file.read_text() for file in files), re.MULTILINE))
    assert f"cargo-lambda {pins['cargo-lambda']}, zig {pins['ziglang']}" in readme
    assert f"SAM CLI {pins['aws-sam-cli']}" in readme


def test_each_part_of_the_picture_has_a_name_of_its_own(readme):
    [picture] = re.findall(r"```mermaid(.*?)```", readme, re.DOTALL)
    drawn: dict[str, set[str]] = {}
    for name, label in re.findall(r"(\w+)[\[(]+([^\])]+)[\])]+", re.sub(r"\|[^|]*\|", "", picture)):
        drawn.setdefault(name, set()).add(label)
    assert {"weekly-updater", "streak-watcher", "profile-watcher"} <= set().union(*drawn.values())
    assert {name: labels for name, labels in drawn.items() if len(labels) > 1} == {}
