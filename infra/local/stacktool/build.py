"""Builds every function, the Claude simulator and what checks settings, in one `cargo build`."""

import functools
import os
import platform
import re
import subprocess
from pathlib import Path

from . import paths
from .console import Problem, Progress, step

# What is built beside the functions.
SIMULATOR, CHECKER = "claude-simulator", "check-settings"
# Cargo's progress, such as `Building [====>   ] 12/345: serde`. Python ends a line where Cargo returns to its begin.
_BAR = re.compile(r"Building \[[^\]]*\] (\d+)/(\d+)")


def functions() -> list[str]:
    """The functions' names: those of their binaries."""
    return sorted(binary.stem for binary in (paths.ROOT / "functions" / "src" / "bin").glob("*.rs"))


def architecture() -> str:
    """This machine's processor as Lambda calls it."""
    return "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x86_64"


def commit() -> str:
    """The commit of the sources, marked if they have changed since; `unknown` outside of a clone."""
    git = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        described = subprocess.run(git, cwd=paths.ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return "unknown"
    return described.stdout.strip() or "unknown"


@functools.cache
def _host() -> str | None:
    """This machine as Rust calls it."""
    try:
        rustc = subprocess.run(["rustc", "-vV"], cwd=paths.ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return None
    host = re.search(r"^host: (.+)$", rustc.stdout, re.MULTILINE)
    return host.group(1) if host else None


def environment() -> dict[str, str]:
    """The environment of cargo: the tools on the path, and the target that `cargo lambda` names, so that every command
    shares what it compiles."""
    host = _host()
    target = {"CARGO_BUILD_TARGET": host} if host else {}
    search = f"{paths.TOOLS / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return os.environ | target | {"CARGO_TARGET_DIR": str(paths.TARGET), "PATH": search}


def build() -> dict[str, Path]:
    """Compiles for this machine in the profile that `cargo test` uses, so that both share what they compile. Returns the
    programs by name.

    Where `STACK_BUILT` is set, they are taken as they are: `tests/run` compiles them with the tests. Alone they would be
    compiled once more, because Cargo gives a dependency the features that any package of a command asks for.

    `cargo lambda build` would do the same and then move each program away, so that the next build links all of them again;
    Cargo leaves alone what has not changed.
    """
    log = paths.log("build")
    if is_built():
        return _programs()
    command = ["cargo", "build", "--locked", "--package", "functions", "--package", SIMULATOR, "--package", CHECKER]
    # Cargo's own bar tells how much there is to do.
    told = {"CARGO_TERM_PROGRESS_WHEN": "always", "CARGO_TERM_PROGRESS_WIDTH": "80", "CARGO_TERM_COLOR": "never"}
    with step("Building the functions (the first time takes minutes)"), open(log, "w") as output:
        cargo = subprocess.Popen(command, cwd=paths.ROOT, env=environment() | told, text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        tell = Progress()
        for line in cargo.stdout:
            if bar := _BAR.search(line):
                tell.of(int(bar.group(1)), int(bar.group(2)), "compiled")
            else:
                output.write(line)
        if cargo.wait() != 0:
            raise Problem("The functions could not be built. Mend what the compiler says and try again.", log)
    return _programs()


def is_built() -> bool:
    """Whether the programs are there already, as `STACK_BUILT` says."""
    if not os.environ.get("STACK_BUILT"):
        return False
    missing = [name for name, program in _programs().items() if not program.is_file()]
    if missing:
        raise Problem(f"STACK_BUILT is set, and {missing[0]} is not in {programs_folder()}. Unset it, and everything is built.")
    return True


def _programs() -> dict[str, Path]:
    return {name: programs_folder() / name for name in [*functions(), SIMULATOR, CHECKER]}


def programs_folder() -> Path:
    """Where `build` leaves the programs."""
    return paths.TARGET / (_host() or "") / "debug"
