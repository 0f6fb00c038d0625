"""`infra/deploy`, on the local stack's cloud: stages beside each other, one that is deployed again, goes back, is deleted and
comes back with its people. The tests of this file follow one another."""

import contextlib
import json
import pathlib
import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator

import pytest
from stacktool import aws
from stacktool.api import Api

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "infra" / "deploy"
ADMIN = "operator@example.com"
# The longest that one deployment may take, in seconds.
PATIENCE = 400
OTHER_DEFAULT = ("Description: USD a day for one user's calls to Claude; 0 means no limit\n    Default: 1\n",
                 "Description: USD a day for one user's calls to Claude; 0 means no limit\n    Default: 2\n")


class Stage:
    """A stage whose file and template are in a folder of the test's own."""

    def __init__(self, stack: dict, folder: pathlib.Path, name: str, **parameters: str):
        self.stack, self.folder, self.name = stack, folder, f"{name}-{uuid.uuid4().hex[:8]}"
        self.file = folder / f"{self.name}.toml"
        answers = {"FrontendOrigin": "*", "DailyBudgetUsd": "10", "MailSender": "", "AnthropicBaseUrl": stack["claude_url"]}
        lines = ['region = "us-east-1"', f'admin = "{ADMIN}"', "[parameters]",
                 *(f"{key} = {json.dumps(value)}" for key, value in (answers | parameters).items())]
        self.file.write_text("\n".join(lines) + "\n")

    def run(self, *arguments: object) -> subprocess.CompletedProcess:
        """Runs `infra/deploy` for this stage, with nobody at a terminal."""
        environment = aws.environment(self.stack["aws_endpoint"]) | {"ANTHROPIC_API_KEY": "simulator-local"}
        return subprocess.run([DEPLOY, self.name, *map(str, arguments), "--file", self.file], cwd=ROOT, env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False)

    def deploy(self, *arguments: object) -> str:
        """Deploys the programs that the local stack has built, and returns what is printed."""
        done = self.run("up", "--debug-programs", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def client(self, service: str):
        return aws.client(service, self.stack["aws_endpoint"])

    def outputs(self) -> dict[str, str]:
        [found] = self.client("cloudformation").describe_stacks(StackName=f"sharpened-{self.name}")["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}

    def variables(self, function: str) -> dict[str, str]:
        configuration = self.client("lambda").get_function_configuration(FunctionName=f"sharpened-{self.name}-{function}")
        return configuration["Environment"]["Variables"]

    def delete(self) -> None:
        """Deletes the stack; what it keeps stays."""
        cloudformation = self.client("cloudformation")
        cloudformation.delete_stack(StackName=f"sharpened-{self.name}")
        for _ in range(300):
            try:
                [found] = cloudformation.describe_stacks(StackName=f"sharpened-{self.name}")["Stacks"]
            except cloudformation.exceptions.ClientError:
                return
            if found["StackStatus"] == "DELETE_COMPLETE":
                return
            time.sleep(0.2)
        raise AssertionError("the stack is not deleted")


@pytest.fixture(scope="module")
def first(stack, tmp_path_factory) -> Iterator[Stage]:
    stage = Stage(stack, tmp_path_factory.mktemp("stages"), "first", DeletionProtection="false")
    yield stage
    with contextlib.suppress(AssertionError):
        stage.delete()


@pytest.fixture(scope="module")
def second(stack, tmp_path_factory) -> Iterator[Stage]:
    stage = Stage(stack, tmp_path_factory.mktemp("stages"), "second")
    yield stage
    with contextlib.suppress(AssertionError):
        stage.delete()


def test_settings_that_do_not_go_together_are_refused_before_anything_is_deployed(stack, tmp_path):
    stage = Stage(stack, tmp_path, "wrong", PromptMinWords="900", CoachModel="claude-unheard-of")
    done = stage.run("up", "--debug-programs")
    assert done.returncode == 1
    assert "PROMPT_MIN_WORDS is 900, but it must be below PROMPT_MAX_WORDS (800)" in done.stderr
    assert "COACH_MODEL is \"claude-unheard-of\", but MODEL_PRICES lists no price" in done.stderr
    assert "It stops send-coach-message" in done.stderr
    with pytest.raises(stage.client("cloudformation").exceptions.ClientError, match="does not exist"):
        stage.outputs()


def test_a_first_deployment_ends_with_a_curl_that_works(first):
    config = (ROOT / "samconfig.toml").read_bytes()
    told = first.deploy()
    assert (ROOT / "samconfig.toml").read_bytes() == config
    assert first.variables("get-report")["STAGE"] == first.name
    curl = told.split("Try: ", 1)[1].strip()
    if shutil.which("curl") is None:
        pytest.skip("there is no curl here")
    shown = subprocess.run(["sh", "-c", f"{curl} --silent --fail"], cwd=ROOT, capture_output=True, text=True,
                           timeout=PATIENCE, check=False)
    assert shown.returncode == 0, shown.stderr
    assert json.loads(shown.stdout)


def test_a_second_stage_stands_beside_the_first_and_is_protected(first, second):
    second.deploy()
    pools = {stage.name: stage.outputs()["UserPoolId"] for stage in (first, second)}
    assert len(set(pools.values())) == 2
    schedules = second.client("scheduler").list_schedules()["Schedules"]
    for stage in (first, second):
        own = {each["Target"]["Arn"].rsplit(":", 1)[1] for each in schedules if f"sharpened-{stage.name}-" in each["Name"]}
        assert {f"sharpened-{stage.name}-{name}" for name in ("weekly-updater", "batch-collector")} <= own
        assert all(target.startswith(f"sharpened-{stage.name}-") for target in own)
    for stage, protected in ((first, False), (second, True)):
        table = stage.client("dynamodb").describe_table(TableName=f"sharpened-{stage.name}-profiles")["Table"]
        assert table["DeletionProtectionEnabled"] is protected
    token = first.run("token").stdout.strip()
    assert Api(_url(first), token).get("/v1/admin/report").status == 200
    assert Api(_url(second), token).get("/v1/admin/report").status == 401


def test_a_default_that_has_changed_arrives_with_the_next_deployment_of_that_stage_alone(first, second):
    template = first.folder / "template.yaml"
    text = (ROOT / "template.yaml").read_text()
    assert OTHER_DEFAULT[0] in text
    template.write_text(text.replace(*OTHER_DEFAULT))
    first.deploy("--template", template)
    assert first.variables("send-coach-message")["USER_DAILY_BUDGET_USD"] == "2"
    assert second.variables("send-coach-message")["USER_DAILY_BUDGET_USD"] == "1"


def test_a_function_that_does_not_start_is_named_with_the_line_of_its_log(first):
    function, kept = f"sharpened-{first.name}-send-coach-message", first.variables("send-coach-message")
    client = first.client("lambda")
    client.update_function_configuration(FunctionName=function, Environment={"Variables": kept | {"COACH_MODEL": "no-such"}})
    done = first.run("smoke")
    client.update_function_configuration(FunctionName=function, Environment={"Variables": kept})
    assert done.returncode == 1
    [line] = [line for line in done.stderr.splitlines() if " fails: " in line]
    assert line.startswith("send-coach-message fails: ")
    assert "cold_start_failed" in line and "MODEL_PRICES lists no price" in line
    assert first.run("smoke").returncode == 0


def test_a_rollback_brings_back_what_was_deployed_before_and_goes_no_further_than_the_first(first):
    done = first.run("rollback")
    assert done.returncode == 0, done.stderr
    assert first.variables("send-coach-message")["USER_DAILY_BUDGET_USD"] == "1"
    done = first.run("rollback")
    assert done.returncode == 1
    assert "There is no deployment" in done.stderr


def test_a_stack_that_was_deleted_comes_back_with_the_same_people_and_what_they_entered(first):
    before = first.outputs()
    person = first.client("cognito-idp").admin_get_user(UserPoolId=before["UserPoolId"], Username=ADMIN)["Username"]
    token = first.run("token").stdout.strip()
    body = {"name": "Olu", "email": ADMIN, "age": 41, "weight_kg": 80, "goal": "maintain"}
    assert Api(_url(first), token).post("/v1/users", body).status == 201
    first.delete()
    first.deploy()
    after = first.outputs()
    assert [after[name] for name in ("UserPoolId", "UserPoolClientId")] == [
        before[name] for name in ("UserPoolId", "UserPoolClientId")]
    assert first.client("cognito-idp").admin_get_user(
        UserPoolId=after["UserPoolId"], Username=ADMIN)["Username"] == person
    profile = Api(_url(first), first.run("token").stdout.strip()).get("/v1/users/me")
    assert (profile.status, profile.json["name"]) == (200, "Olu")


def test_everybody_whom_a_file_names_is_let_in_and_who_is_nobody_is_named(first):
    people = first.folder / "people.txt"
    people.write_text(f"# the first one\n{ADMIN}\n")
    for result in ("enabled", "unchanged"):
        done = first.run("enable", people)
        assert done.returncode == 0, done.stderr
        assert done.stdout.split() == ["1", result, ADMIN]
    people.write_text("stranger@example.com\n")
    done = first.run("enable", people)
    assert done.returncode == 1
    assert "Nobody has signed up with this" in done.stderr


def test_an_admin_whose_password_is_lost_gets_a_new_one(first):
    done = first.run("admin", ADMIN, "--new-password")
    assert done.returncode == 0, done.stderr
    token = first.run("token").stdout.strip()
    assert Api(_url(first), token).get("/v1/admin/report").status == 200


def _url(stage: Stage) -> str:
    """The address of a stage's API in the local cloud."""
    return f"{stage.stack['aws_endpoint']}/_aws/execute-api/{stage.outputs()['ApiId']}/api"
