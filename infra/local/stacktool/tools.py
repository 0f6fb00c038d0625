"""Installs the pinned tools into `target/local/tools`, once. Needs nothing but Python with pip."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import node, paths
from .console import Problem, step

_CONSTRAINTS = paths.LOCAL / "constraints.txt"
_STAMP = paths.TOOLS / "installed"


def bin(name: str) -> str:
    """The path of an installed program."""
    return str(paths.TOOLS / "bin" / name)


def python() -> str:
    return bin("python")


def running_inside() -> bool:
    """Whether this process is the tools' own interpreter."""
    return sys.prefix == str(paths.TOOLS)


def enter(package: str) -> None:
    """Installs the tools unless they are installed, and starts `package` again with their interpreter."""
    ensure()
    if not running_inside():
        os.execv(python(), [python(), "-m", package, *sys.argv[1:]])


def installed() -> bool:
    """Whether what is installed is what the pins say."""
    return running_inside() or (_STAMP.exists() and _STAMP.read_text() == _pins())


def _pins() -> str:
    files = [*_requirements(), _CONSTRAINTS]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files) + sys.version.encode()).hexdigest()


def ensure() -> None:
    """Installs the tools unless they are installed."""
    if installed():
        return
    log = paths.log("tools")
    with step("Installing the tools under target/ (once; about 2 minutes)"), open(log, "w") as output:
        shutil.rmtree(paths.TOOLS, ignore_errors=True)
        _make_environment(output)
        install = ["install", "--disable-pip-version-check", "--progress-bar", "off", "-c", str(_CONSTRAINTS)]
        for file in _requirements():
            install += ["-r", str(file)]
        if _run([*_pip(), *install], output) != 0:
            raise Problem("The tools could not be installed. Check the network connection and try again.", log)
        _STAMP.write_text(_pins())


def _requirements() -> list[Path]:
    """What to install: Node only where the machine has none."""
    named = [paths.LOCAL / "requirements.txt"]
    return named if node.is_on_the_machine() else [*named, node.REQUIREMENTS]


def _make_environment(output) -> None:
    """Makes a virtual environment without a pip of its own, since not every Python comes with `ensurepip`."""
    if _run([sys.executable, "-m", "venv", "--without-pip", str(paths.TOOLS)], output) != 0:
        raise Problem("Python could not make a virtual environment. Install Python 3.11 or newer with its venv module.",
                      output.name)


def _pip() -> list[str]:
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode == 0:
        return [sys.executable, "-m", "pip", "--python", python()]
    if subprocess.run([python(), "-m", "ensurepip"], capture_output=True).returncode == 0:
        return [python(), "-m", "pip"]
    raise Problem("This Python has no pip. Install pip (on Debian: apt install python3-pip) and try again.")


def _run(command: list[str], output) -> int:
    return subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False).returncode
