"""Checks that the local stack packs functions as Lambda takes them. Needs no stack."""

import os
import pathlib
import re
import sys
import zipfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra" / "local"))

from stacktool import build, packages  # noqa: E402
from stacktool.console import Problem  # noqa: E402


@pytest.fixture
def program(tmp_path, monkeypatch) -> pathlib.Path:
    """What a build might have made; its packages go to a folder of the test's own."""
    monkeypatch.setattr(packages, "_FOLDER", tmp_path / "packages")
    program = tmp_path / "get-profile"
    program.write_bytes(b"first")
    return program


def content(package: pathlib.Path) -> bytes:
    with zipfile.ZipFile(package) as archive:
        return archive.read("bootstrap")


def test_a_package_holds_the_program_and_may_run(program):
    package = packages.pack({"get-profile": program})["get-profile"]
    [entry] = zipfile.ZipFile(package).infolist()
    assert (entry.filename, entry.external_attr >> 16 & 0o777) == ("bootstrap", 0o755)
    assert content(package) == b"first"


def test_a_program_is_packed_again_when_it_was_built_again_and_not_otherwise(program):
    packages.pack({"get-profile": program})
    before = program.stat()
    program.write_bytes(b"second")
    os.utime(program, ns=(before.st_atime_ns, before.st_mtime_ns))
    [package] = packages.pack({"get-profile": program}).values()
    assert content(package) == b"first", "by its time it is the same"
    os.utime(program, ns=(before.st_atime_ns, before.st_mtime_ns + 1_000_000_000))
    [package] = packages.pack({"get-profile": program}).values()
    assert content(package) == b"second"


def test_the_packed_template_differs_from_the_projects_in_nothing_but_where_the_code_is():
    made = {name: pathlib.Path(f"/packages/{name}.zip") for name in build.functions()}
    unpacked = re.sub(r"CodeUri: /packages/([a-z0-9-]+)\.zip", r"CodeUri: target/lambda/\1/", packages.template(made))
    assert unpacked == (ROOT / "template.yaml").read_text()


@pytest.mark.parametrize("apart", ["nobody", "get-profile"])
def test_functions_and_template_that_differ_are_a_problem_that_names_the_function(apart):
    made = {name: pathlib.Path(f"/packages/{name}.zip") for name in {*build.functions()} ^ {apart}}
    with pytest.raises(Problem, match=f"differ in {apart}"):
        packages.template(made)
