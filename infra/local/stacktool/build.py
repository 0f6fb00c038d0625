"""Builds every function and the Claude simulator, in one `cargo lambda build`."""

import concurrent.futures
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys

from . import paths, tools
from .console import Problem, note, step

SIMULATOR = paths.BINARIES / "claude-simulator" / "bootstrap"


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


def environment() -> dict[str, str]:
    """The environment of cargo: the tools on the path, and the target that `cargo lambda build` names, so that every
    command shares what it compiles."""
    rustc = subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=False)
    host = re.search(r"^host: (.+)$", rustc.stdout, re.MULTILINE)
    target = {"CARGO_BUILD_TARGET": host.group(1)} if host else {}
    search = f"{paths.TOOLS / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return os.environ | target | {"CARGO_TARGET_DIR": str(paths.TARGET), "PATH": search}


def build() -> None:
    """Compiles for this machine in the profile that `cargo test` uses, so that both share what they compile."""
    if shutil.which("cargo") is None:
        raise Problem("There is no cargo. Install Rust from https://rustup.rs and try again.")
    log = paths.log("build")
    command = [tools.bin("cargo-lambda"), "lambda", "build", "--compiler", "cargo", "--locked",
               "--package", "functions", "--package", "claude-simulator"]
    with step("Building the functions (the first time takes minutes)"), open(log, "w") as output:
        cargo = subprocess.Popen(command, cwd=paths.ROOT, env=environment(), text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        compiled = 0
        for line in cargo.stdout:
            output.write(line)
            if line.strip().startswith("Compiling"):
                compiled += 1
                if compiled % 40 == 0:
                    note(f"{compiled} packages compiled")
        if cargo.wait() != 0:
            raise Problem("The functions could not be built. Mend what the compiler says and try again.", log)
    missing = [name for name in functions() if not (paths.BINARIES / name / "bootstrap").exists()]
    if missing:
        raise Problem(f"The build made no program for {', '.join(missing)}. Each function is a file of functions/src/bin/.", log)


def fingerprint() -> dict[str, str]:
    """Hashes of the programs as they were built. Their times tell nothing: each build copies every one of them."""
    def digest(name: str) -> str:
        return hashlib.sha256((paths.BINARIES / name / "bootstrap").read_bytes()).hexdigest()

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return dict(zip(functions(), pool.map(digest, functions()), strict=True))


def strip() -> None:
    """Takes the symbols out of the copies to deploy, which makes deploying twice as fast."""
    if sys.platform == "linux" and shutil.which("strip"):
        for name in functions():
            subprocess.run(["strip", str(paths.BINARIES / name / "bootstrap")], capture_output=True, check=False)
