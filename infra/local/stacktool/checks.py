"""What a command needs, looked at before it spends minutes. Runs on a bare Python: there is nothing installed yet."""

import argparse
import importlib.util
import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

from . import build, cohorts, paths, processes, scenarios, settings, since, tools
from .console import Problem

# What the first start takes on the disk, in GB, as measured and rounded up: the tools, and what is built.
TOOLS_GB = 1
BUILD_GB = 5
# For packages, logs and the database, at every start.
WORK_GB = 1
_NEEDS_A_STACK = ("enable", "event", "invoke", "logs", "token", "watch")


def before(arguments: argparse.Namespace) -> None:
    """Names everything that stands in the way of a command, each with the next step."""
    found = list(_problems(arguments))
    if found:
        raise Problem("\n".join(found))


def _problems(arguments: argparse.Namespace) -> Iterator[str]:
    command = arguments.command
    if command == "down":
        return
    yield from python()
    if command in ("up", "demo", "watch"):
        yield from rust()
    if command in ("up", "demo"):
        yield from disk(_is_built())
        yield from _told(settings.of_environment)
        yield from _told(_ports)
    yield from _told(lambda: _arguments(arguments))
    if command == "logs":
        yield from _told(lambda: since.seconds(arguments.since))
    if command in _NEEDS_A_STACK:
        yield from _told(deployed)


def _told(check) -> Iterator[str]:
    try:
        check()
    except Problem as problem:
        yield str(problem)


def _arguments(arguments: argparse.Namespace) -> None:
    """What was asked for is there."""
    match arguments.command:
        case "demo":
            scenarios.load(arguments.scenario)
        case "invoke" | "logs" | "event" if arguments.function and arguments.function not in build.functions():
            raise Problem(f"There is no function {arguments.function}. There are: {', '.join(build.functions())}.")
        case "enable":
            cohorts.read(Path(arguments.file))


def python() -> Iterator[str]:
    """What installs the tools, unless they are there."""
    if tools.installed():
        return
    if importlib.util.find_spec("venv") is None:
        yield "This Python cannot make virtual environments. Install its venv module (on Debian: apt install python3-venv)."
    if importlib.util.find_spec("pip") is None and importlib.util.find_spec("ensurepip") is None:
        yield "This Python has no pip. Install it (on Debian: apt install python3-pip)."


def rust() -> Iterator[str]:
    """Rust in the version that the workspace names, and a C compiler for the libraries that bring C."""
    needed = tomllib.loads(paths.MANIFEST.read_text())["workspace"]["package"]["rust-version"]
    if shutil.which("cargo") is None or shutil.which("rustc") is None:
        yield f"There is no Rust. Install {needed} or newer from https://rustup.rs."
    else:
        told = subprocess.run(["rustc", "--version"], cwd=paths.ROOT, capture_output=True, text=True, check=False)
        version = re.match(r"rustc (\d+)\.(\d+)\.(\d+)", told.stdout)
        if version is None:
            why = (told.stderr.strip().splitlines() or ["it says nothing"])[0]
            yield f"rustc does not start: {why}. `rustup default stable` sets up Rust; {needed} or newer is needed."
        elif tuple(map(int, version.groups())) < tuple(map(int, needed.split("."))):
            yield (f"Rust {needed} or newer is needed, and this is {'.'.join(version.groups())}. `rustup update stable` "
                   "brings it; without rustup, install it from https://rustup.rs.")
    if not any(shutil.which(compiler) for compiler in ("cc", "gcc", "clang")):
        yield ("There is no C compiler, which some libraries are built with. Install one (on Debian: apt install "
               "build-essential; on macOS: xcode-select --install).")


def disk(is_built: bool) -> Iterator[str]:
    """Room for what is not there yet."""
    needed = WORK_GB + (0 if tools.installed() else TOOLS_GB) + (0 if is_built else BUILD_GB)
    there = next(folder for folder in [paths.TARGET, *paths.TARGET.parents] if folder.exists())
    free = shutil.disk_usage(there).free / 1e9
    if free < needed:
        yield (f"There are {free:.1f} GB free where {paths.TARGET} is, and {needed} GB are needed. Make room, or make "
               "target/ a link to a disk that has it.")


def _is_built() -> bool:
    """Whether every function has been built before, so that little is added."""
    return all((build.programs_folder() / name).exists() for name in build.functions())


def _ports() -> None:
    for name in ("ministack", "claude-simulator"):
        if processes.running(name) is None:
            processes.free_port(name)


def deployed() -> dict:
    """The stack that `up` deployed, if it still runs."""
    try:
        stack = json.loads(paths.STACK_JSON.read_text())
    except (OSError, ValueError):
        raise Problem("The local stack is not up. Run `infra/local/stack up` first.") from None
    if processes.running("ministack") is None:
        raise Problem("The local stack was up, but its cloud does not run any more. Run `infra/local/stack up` again; "
                      "what it held is gone.")
    return stack
