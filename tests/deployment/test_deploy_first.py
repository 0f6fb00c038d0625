"""What `infra/deploy` finds out before minutes are spent, and how it tells what AWS refuses. Needs no stack, and no AWS."""

import json
import os
import pathlib
import subprocess
import sys

import botocore.exceptions
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "infra"), str(ROOT / "infra" / "local")]

from deploytool import __main__ as command_line  # noqa: E402
from deploytool import admins, commands, first, programs, smoke, stacks  # noqa: E402
from deploytool.account import Account, refused  # noqa: E402
from deploytool.stage import Stage  # noqa: E402
from stacktool import checks  # noqa: E402
from stacktool.console import Problem  # noqa: E402

KNOWN = {"region": "eu-central-1", "admin": "you@example.com"}
PARAMETERS = {"FrontendOrigin": "*", "DailyBudgetUsd": "10", "MailSender": ""}


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """The arguments of `infra/deploy staging ...`, with a file of what is known. There is Rust, Python and room."""
    monkeypatch.setattr(checks, "rust", lambda: [])
    monkeypatch.setattr(checks, "python", lambda: [])
    monkeypatch.setattr(checks, "disk", lambda is_built: [])
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)

    def ask(*words: str, parameters: dict[str, object] = PARAMETERS, **known: str):
        file = tmp_path / "staging.toml"
        lines = [f"{name} = {json.dumps(value)}" for name, value in known.items()]
        lines += ["[parameters]", *(f"{name} = {json.dumps(value)}" for name, value in parameters.items())]
        file.write_text("\n".join(lines))
        return command_line.parser().parse_args(["staging", *words, "--file", str(file)])

    return ask


def test_a_stage_of_which_everything_is_known_is_fine(asked):
    stage = first.look(asked("up", **KNOWN))
    assert (stage.region, stage.admin) == ("eu-central-1", "you@example.com")


@pytest.mark.parametrize(("words", "wrong", "told"), [
    (["up"], {"region": "nowhere"}, 'says region = "nowhere", but it takes a region of AWS'),
    (["smoke"], {"admin": "nobody"}, 'says admin = "nobody", but it takes an email address'),
    (["up"], {"parameters": PARAMETERS | {"DailyBudgetUsd": "a lot"}}, "DailyBudgetUsd is a lot, but it takes a number"),
    (["up"], {"parameters": PARAMETERS | {"FrontendOrigin": ["*"]}}, "has to set each parameter to one value"),
    (["up"], {"parameters": PARAMETERS | {"Nonsense": "1"}}, "Nonsense, which is no parameter"),
    (["enable"], {}, "needs a file"),
    (["enable", "/nowhere/people.txt"], {}, "cannot be read"),
    (["admin"], {}, "needs the address"),
    (["admin", "nobody"], {}, "nobody is not an email address"),
    (["up", "--debug-programs"], {}, "Debug programs are for an emulator"),
])
def test_what_is_known_to_be_wrong_is_told_before_anything_is_installed_or_built(asked, words, wrong, told):
    with pytest.raises(Problem, match=told):
        first.look(asked(*words, **(KNOWN | wrong)))


def test_a_stage_that_was_not_deployed_from_here_is_told_what_its_file_lacks(asked):
    with pytest.raises(Problem, match="does not say a region"):
        first.look(asked("rollback", admin="you@example.com"))
    with pytest.raises(Problem, match="does not say who is the admin"):
        first.look(asked("token", region="eu-central-1"))


def test_rust_and_the_disk_are_looked_at_together_and_less_room_is_needed_once_a_stage_was_built(asked, monkeypatch):
    needed = []
    monkeypatch.setattr(checks, "rust", lambda: ["There is no Rust."])
    monkeypatch.setattr(checks, "disk", lambda is_built: needed.append(is_built) or ["Make room."])
    for built in (False, True):
        monkeypatch.setattr(programs, "are_built", lambda _, built=built: built)
        with pytest.raises(Problem, match=r"There is no Rust\.\nMake room\."):
            first.look(asked("up", **KNOWN))
    assert needed == [False, True]


def test_the_first_look_needs_nothing_that_is_not_installed_yet():
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'infra'}{os.pathsep}{ROOT / 'infra' / 'local'}"}
    # Without the packages of this interpreter.
    bare = [sys.executable, "-S", "-m", "deploytool", "Staging"]
    done = subprocess.run(bare, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert (done.returncode, "cannot be the name of a stage" in done.stderr) == (1, True), done.stderr


def test_credentials_are_tried_before_anything_is_built(asked, monkeypatch):
    def unknown(_: Account) -> str:
        raise botocore.exceptions.NoCredentialsError

    for late in ("require_tools", "check_settings", "release"):
        monkeypatch.setattr(programs, late, lambda *_: pytest.fail("too early"))
    monkeypatch.setattr(Account, "number", unknown)
    arguments = asked("up", **KNOWN)
    with pytest.raises(Problem, match="AWS does not know you.*Sign in"):
        commands.run(first.look(arguments), arguments)


def test_it_ends_with_a_sentence_and_no_traceback_where_aws_does_not_answer(asked):
    arguments = asked("smoke", region="us-east-1", admin="you@example.com")
    # Port 9 takes nothing.
    environment = os.environ | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}
    done = subprocess.run([ROOT / "infra" / "deploy", "staging", "smoke", "--file", arguments.file], env=environment,
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 1
    assert "AWS does not answer" in done.stderr and "try again" in done.stderr
    assert "Traceback" not in done.stderr


def answer(code: str) -> botocore.exceptions.ClientError:
    return botocore.exceptions.ClientError({"Error": {"Code": code, "Message": "What AWS says."}}, "DescribeTable")


@pytest.mark.parametrize(("error", "told"), [
    (answer("ExpiredToken"), "AWS does not know you"),
    (answer("AccessDeniedException"), "Your credentials do not allow it"),
    (answer("ThrottlingException"), "AWS refused it"),
    (botocore.exceptions.ProfileNotFound(profile="nobody"), "AWS does not know you"),
    (botocore.exceptions.EndpointConnectionError(endpoint_url="https://sts.nowhere"), "AWS does not answer"),
])
def test_what_aws_refuses_is_told_with_a_next_step_of_its_kind(error, told):
    sentence = refused(error)
    assert sentence.startswith(told) and "try again" in sentence
    assert str(error).rstrip(".") in sentence


def test_a_function_that_is_not_there_or_is_throttled_is_named_like_one_that_fails(monkeypatch, tmp_path):
    class Lambda:
        def invoke(self, FunctionName: str, **_: object):  # noqa: N803 (as boto3 names it)
            raise answer("ResourceNotFoundException")

    monkeypatch.setattr(Account, "client", lambda *_: Lambda())
    template = {"Resources": {"SignUpFunction": {"Type": "AWS::Serverless::Function", "Properties": {
        "FunctionName": {"Fn::Sub": "${AWS::StackName}-sign-up"}}}}}
    with pytest.raises(Problem, match="sign-up cannot be tried: .*ResourceNotFoundException"):
        smoke.run(Account("eu-central-1"), Stage("staging", tmp_path / "staging.toml"), template)


class Pool:
    """A user pool in which everybody has an account already."""

    class exceptions:  # noqa: N801 (as boto3 names it)
        class UsernameExistsException(Exception):
            pass

    def __init__(self):
        self.passwords: dict[str, str] = {}
        self.admins: set[str] = set()

    def admin_create_user(self, **_: object) -> None:
        raise self.exceptions.UsernameExistsException

    def admin_set_user_password(self, Username: str, Password: str, **_: object) -> None:  # noqa: N803
        self.passwords[Username] = Password

    def admin_add_user_to_group(self, Username: str, **_: object) -> None:  # noqa: N803
        self.admins.add(Username)


def test_an_admin_keeps_the_password_unless_a_new_one_is_asked_for_which_only_you_can_read(asked, tmp_path, monkeypatch):
    pool = Pool()
    monkeypatch.setattr(Account, "number", lambda _: "123456789012")
    monkeypatch.setattr(Account, "client", lambda *_: pool)
    monkeypatch.setattr(stacks, "outputs", lambda *_: {"UserPoolId": "pool"})
    monkeypatch.setattr(Stage, "folder", tmp_path)
    email = "you@example.com"
    for words, has_a_new_one in ((["admin", email], False), (["admin", email, "--new-password"], True)):
        arguments = asked(*words, **KNOWN)
        commands.run(first.look(arguments), arguments)
        assert (email in pool.passwords) is has_a_new_one
    assert pool.admins == {email}
    kept = tmp_path / "passwords.json"
    assert json.loads(kept.read_text()) == pool.passwords
    assert kept.stat().st_mode & 0o077 == 0
    assert admins._known(Stage("staging", tmp_path / "staging.toml")) == pool.passwords
