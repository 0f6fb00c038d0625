"""What the local stack looks at before it spends minutes: each obstacle is named with the next step. Needs no stack."""

import argparse
import collections
import json
import os
import pathlib
import socket
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
STACK = ROOT / "infra" / "local" / "stack"
sys.path.insert(0, str(ROOT / "infra" / "local"))

from stacktool import __main__ as command_line  # noqa: E402
from stacktool import build, checks, paths, processes, scenarios, tools  # noqa: E402
from stacktool.console import Problem  # noqa: E402


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess:
    """The tool itself, with nothing of the stack that may be up."""
    return subprocess.run([STACK, *arguments], env=os.environ | variables, capture_output=True, text=True, timeout=60,
                          check=False)


def asked(command: str, **values: object) -> argparse.Namespace:
    return argparse.Namespace(command=command, **values)


@pytest.fixture
def state(tmp_path, monkeypatch) -> pathlib.Path:
    """A stack of the test's own, which is not up."""
    monkeypatch.setattr(paths, "STACK_JSON", tmp_path / "stack.json")
    monkeypatch.setattr(paths, "STATE", tmp_path)
    monkeypatch.setattr(processes, "_STATE", tmp_path / "processes.json")
    return tmp_path


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Puts programs that say what a test decides on an otherwise empty path."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def put(name: str, says: str = "", fails: bool = False) -> None:
        program = folder / name
        stream, code = ("2", 1) if fails else ("1", 0)
        program.write_text(f"#!/bin/sh\necho '{says}' >&{stream}\nexit {code}\n")
        program.chmod(0o755)

    return put


def test_without_a_command_all_commands_are_listed_the_most_usual_first():
    shown = run()
    assert shown.returncode == 0
    listed = [line.split()[0] for line in shown.stdout.splitlines() if line.startswith("  ")]
    assert listed == list(command_line.COMMANDS)
    assert listed[:3] == ["demo", "up", "logs"]


def test_every_listed_command_can_be_asked_for():
    for command in command_line.COMMANDS:
        with pytest.raises(SystemExit) as ended:
            command_line.parse([command, "--help"])
        assert ended.value.code == 0


def test_a_wrong_setting_a_wrong_scenario_and_a_stack_that_is_not_up_are_told_at_once(tmp_path):
    wrong = {"STACK_STATE": str(tmp_path), "ADHERENCE_CHANGE_THRESHOLD": "3"}
    told = run("demo", "nobody", **wrong)
    assert told.returncode == 1
    assert "ADHERENCE_CHANGE_THRESHOLD=3 cannot be used. It takes a number from 0 to 1." in told.stderr
    assert all(name in told.stderr for name in scenarios.names())
    told = run("logs", STACK_STATE=str(tmp_path))
    assert told.returncode == 1
    assert "Run `infra/local/stack up` first" in told.stderr


def test_rust_that_is_missing_is_named_with_the_version_and_where_to_get_it(programs):
    programs("cc")
    [told] = checks.rust()
    assert "1." in told
    assert "https://rustup.rs" in told


@pytest.mark.parametrize("version", ["1.70.0 (90c541806 2023-05-31)", "1.9.0"])
def test_rust_that_is_too_old_is_told_with_both_versions(programs, version):
    programs("cc")
    programs("cargo")
    programs("rustc", f"rustc {version}")
    [told] = checks.rust()
    assert version.split()[0] in told
    assert "rustup update stable" in told


def test_rust_that_is_new_enough_is_fine(programs):
    programs("gcc")
    programs("cargo")
    programs("rustc", "rustc 1.999.0-nightly (59807616e 2026-04-14)")
    assert list(checks.rust()) == []


def test_rustup_without_a_toolchain_is_told_with_what_it_says(programs):
    programs("cc")
    programs("cargo")
    programs("rustc", "error: no default is configured", fails=True)
    [told] = checks.rust()
    assert "error: no default is configured" in told
    assert "rustup default stable" in told


def test_a_missing_c_compiler_is_named(programs):
    programs("cargo")
    programs("rustc", "rustc 1.999.0 (59807616e 2026-04-14)")
    [told] = checks.rust()
    assert "C compiler" in told


@pytest.mark.parametrize(("built", "free", "enough"), [(True, 2, True), (False, 2, False), (False, 40, True), (True, 0.2, False)])
def test_the_disk_has_to_hold_what_is_not_there_yet(monkeypatch, built, free, enough):
    usage = collections.namedtuple("usage", "free")
    monkeypatch.setattr(checks.shutil, "disk_usage", lambda _: usage(free * 1e9))
    monkeypatch.setattr(tools, "installed", lambda: built)
    told = list(checks.disk(built))
    assert (told == []) is enough
    assert all("GB" in problem and "Make room" in problem for problem in told)


def test_a_python_that_cannot_install_the_tools_is_told_what_it_lacks(monkeypatch):
    monkeypatch.setattr(checks.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(tools, "installed", lambda: False)
    told = " ".join(checks.python())
    assert "python3-venv" in told
    assert "python3-pip" in told
    monkeypatch.setattr(tools, "installed", lambda: True)
    assert list(checks.python()) == []


def test_ports_that_are_all_taken_are_told(state, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setattr(processes, "_ports", lambda name: range(taken.getsockname()[1], taken.getsockname()[1] + 1))
        with pytest.raises(Problem, match="taken"):
            checks._ports()


def test_a_second_process_does_not_set_up_the_same_stack(state):
    holder = "import sys; from stacktool import processes; processes.hold_alone(); print('held', flush=True); sys.stdin.read()"
    environment = os.environ | {"STACK_STATE": str(state), "PYTHONPATH": str(ROOT / "infra" / "local")}
    with subprocess.Popen([sys.executable, "-c", holder], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as first:
        assert first.stdout.readline() == "held\n"
        with pytest.raises(Problem, match="at work on this stack"):
            processes.hold_alone()
        first.stdin.close()
        first.wait(30)
    processes.hold_alone()


@pytest.mark.parametrize("command", ["invoke", "logs", "event"])
def test_a_function_that_is_not_there_is_answered_with_those_that_are(state, command):
    with pytest.raises(Problem) as problem:
        checks.before(asked(command, function="get-nothing", since=None))
    assert all(name in str(problem.value) for name in build.functions())


def test_a_stack_whose_cloud_has_ended_is_told_apart_from_one_that_was_never_up(state):
    with pytest.raises(Problem, match="is not up"):
        checks.deployed()
    paths.STACK_JSON.write_text(json.dumps({"api_url": "http://127.0.0.1:1/api"}))
    with pytest.raises(Problem, match="does not run any more"):
        checks.deployed()


def test_a_time_to_look_back_that_is_none_is_told_before_the_tools_are_installed(state):
    with pytest.raises(Problem, match="such as 10m"):
        checks.before(asked("logs", function=None, since="yesterday"))
