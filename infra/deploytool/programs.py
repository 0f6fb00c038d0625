"""The functions' programs: built for the processor that they will run on, in a folder of the stage's own, and looked at.

`target/lambda` holds whatever was built last, for whatever machine. Lambda takes such programs without complaint, and then
none of them starts.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from stacktool import build, paths, tools
from stacktool.console import Problem, step

from . import elf
from .stage import Stage

# The processors of Lambda, as Rust calls them.
_TARGETS = {"arm64": "aarch64-unknown-linux-gnu", "x86_64": "x86_64-unknown-linux-gnu"}


def require_tools(architecture: str) -> None:
    """Names what is missing for a build, each with the next step. The pinned tools are installed by then."""
    found = []
    pinned = dict(re.findall(r"^([\w-]+)==(\S+)", (paths.LOCAL / "requirements.txt").read_text(), re.MULTILINE))
    for program, package in (("cargo-lambda", "cargo-lambda"), ("sam", "aws-sam-cli")):
        told = subprocess.run([tools.bin(program), *(["lambda"] if program == "cargo-lambda" else []), "--version"],
                              capture_output=True, text=True, check=False)
        if pinned[package] not in told.stdout:
            found.append(f"{program} is not {pinned[package]}. Delete {paths.TOOLS} and try again: it is installed anew.")
    target = _TARGETS[architecture]
    if shutil.which("rustc") and not _has(target):
        if shutil.which("rustup") is None:
            found.append(f"Rust has no libraries for {target}. Install Rust from https://rustup.rs, which can add them.")
        elif subprocess.run(["rustup", "target", "add", target], capture_output=True, check=False).returncode != 0:
            found.append(f"Rust has no libraries for {target}, and `rustup target add {target}` fails. Run it to see why.")
    if found:
        raise Problem("\n".join(found))


def _has(target: str) -> bool:
    """Whether Rust's libraries for a target are installed."""
    folder = subprocess.run(["rustc", "--print", "target-libdir", "--target", target],
                            capture_output=True, text=True, check=False).stdout.strip()
    return bool(folder) and any(Path(folder).glob("libcore-*"))


def release(stage: Stage, architecture: str) -> dict[str, Path]:
    """Builds every function for that processor; returns the programs by name."""
    folder = _folder(stage)
    shutil.rmtree(folder, ignore_errors=True)
    log = stage.log("build")
    # zig, which links for the other processor, is found beside Python.
    environment = {name: value for name, value in os.environ.items() if name != "CARGO_BUILD_TARGET"} | {
        "PATH": f"{paths.TOOLS / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}", "CARGO_TARGET_DIR": str(paths.TARGET)}
    command = [tools.bin("cargo-lambda"), "lambda", "build", "--release", "--locked", "--package", "functions",
               "--target", _TARGETS[architecture], "--lambda-dir", str(folder)]
    with step(f"Building the functions for {architecture} (the first time takes ten minutes)"), open(log, "w") as output:
        if subprocess.run(command, cwd=paths.ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT,
                          check=False).returncode != 0:
            raise Problem("The functions could not be built. Mend what the compiler says and try again.", log)
    return _built(folder)


def _folder(stage: Stage) -> Path:
    return stage.folder / "programs"


def _built(folder: Path) -> dict[str, Path]:
    return {name: folder / name / "bootstrap" for name in build.functions()}


def are_built(stage: Stage) -> bool:
    """Whether every function was built for the stage before, so that little is added to the disk."""
    return all(program.exists() for program in _built(_folder(stage)).values())


def debug() -> dict[str, Path]:
    """What the local stack has built for this machine."""
    programs = {name: build.programs_folder() / name for name in build.functions()}
    if missing := [name for name, program in programs.items() if not program.exists()]:
        raise Problem(f"There is no program of {', '.join(missing)}. `infra/local/stack up` builds them.")
    return programs


def verify(programs: dict[str, Path], architecture: str, is_release: bool) -> None:
    """Names the programs that would not run on Lambda, or are not release builds."""
    wrong = []
    for name, program in programs.items():
        if not program.exists():
            wrong.append(f"{name} was not built")
            continue
        built = elf.read(program)
        if built.machine != architecture:
            wrong.append(f"{name} is for {built.machine}, and the functions run on {architecture}")
        elif is_release and not built.is_stripped:
            wrong.append(f"{name} is a debug build")
    if wrong:
        raise Problem("These programs cannot be deployed: " + "; ".join(wrong) + ". Run `infra/deploy` again, which builds "
                      "all of them anew, or set Architecture in the stage's file.")


def check_settings() -> Path:
    """Builds the program that checks settings as the functions do when they start, for this machine."""
    if build.is_built():
        return build.programs_folder() / build.CHECKER
    # With the simulator, which needs more of some libraries: what the local stack and the tests have compiled serves again.
    command = ["cargo", "build", "--locked", "--quiet", "--package", build.CHECKER, "--package", build.SIMULATOR]
    with step("Building what checks the settings"):
        cargo = subprocess.run(command, cwd=paths.ROOT, env=build.environment(), capture_output=True, text=True, check=False)
    if cargo.returncode != 0:
        raise Problem(f"What checks the settings could not be built. Mend what the compiler says:\n{cargo.stderr[-4000:]}")
    return build.programs_folder() / build.CHECKER
