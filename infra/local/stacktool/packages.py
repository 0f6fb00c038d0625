"""Packs each function as Lambda takes it: a zip with its program, named `bootstrap`.

`sam deploy` would pack every folder again at each deployment, one after the other. Here only what was built anew is packed,
on all processors, without its symbols where they can be taken out, and compressed little: more would take longer than the bytes
that it saves take on their way.
"""

import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from . import paths
from .console import Problem

_FOLDER = paths.TARGET / "local" / "packages"
_CODE_URI = re.compile(r"(?<=CodeUri: )target/lambda/([a-z0-9-]+)/")


def pack(programs: dict[str, Path], folder: Path | None = None) -> dict[str, Path]:
    """The functions' packages by name, in a folder: that of this machine's programs, or of others."""
    packages = {name: (folder or _FOLDER) / f"{name}.zip" for name in programs}
    (folder or _FOLDER).mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(programs, pool.map(_pack, packages.values(), programs.values()), strict=True))


def _pack(package: Path, program: Path) -> Path:
    """A package has the time of its program, which tells whether it is that one's."""
    built = program.stat().st_mtime_ns
    if package.exists() and package.stat().st_mtime_ns == built:
        return package
    entry = zipfile.ZipInfo("bootstrap")
    entry.external_attr = 0o755 << 16
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr(entry, _without_symbols(program), zipfile.ZIP_DEFLATED, compresslevel=1)
    os.utime(package, ns=(built, built))
    return package


def _without_symbols(program: Path) -> bytes:
    """The program's content, without its symbols where there is a tool that takes them out: little more than half."""
    if sys.platform == "linux" and shutil.which("strip"):
        with tempfile.TemporaryDirectory() as folder:
            stripped = Path(folder) / "bootstrap"
            if subprocess.run(["strip", "-o", stripped, program], capture_output=True, check=False).returncode == 0:
                return stripped.read_bytes()
    return program.read_bytes()


def template(packages: dict[str, Path], text: str | None = None) -> str:
    """The project's template, or another, with packages in place of the folders that `cargo lambda build` makes."""
    text = text or paths.TEMPLATE.read_text()
    if apart := set(packages) ^ set(_CODE_URI.findall(text)):
        raise Problem(f"functions/src/bin and template.yaml differ in {', '.join(sorted(apart))}. Give each function a resource "
                      "whose CodeUri is target/lambda/<name>/, and each such resource a function.")
    return _CODE_URI.sub(lambda folder: str(packages[folder.group(1)]), text)
