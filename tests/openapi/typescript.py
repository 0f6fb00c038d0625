"""The TypeScript client of tests/client: its packages, its types, its programs. All of it is made under target/."""

import json
import pathlib
import shutil
import subprocess

from stacktool import node, paths

SOURCES = paths.ROOT / "tests" / "client"
_PLACE = paths.TARGET / "client"


class Client:
    """The client with its packages installed and its types generated from the published contract."""

    def __init__(self):
        _PLACE.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(_PLACE / "src", ignore_errors=True)
        shutil.rmtree(_PLACE / "dist", ignore_errors=True)
        shutil.copytree(SOURCES, _PLACE, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
        self._npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")
        self._npm("run", "generate")

    def types(self) -> str:
        """The generated types."""
        return (_PLACE / "src" / "schema.d.ts").read_text()

    def sources(self) -> list[pathlib.Path]:
        """What was written by hand."""
        return sorted((SOURCES / "src").glob("*.ts"))

    def compile(self) -> None:
        self._npm("run", "check")
        self._npm("run", "build")

    def run(self, program: str, **variables: str) -> dict:
        """What a compiled program of the client prints."""
        self.compile()
        return json.loads(_run("node", f"dist/{program}.js", **variables))

    def _npm(self, *arguments: str) -> None:
        _run("npm", *arguments)


def _run(*command: str, **variables: str) -> str:
    """The output of a program; its failure fails the test with all that it said."""
    done = subprocess.run(command, cwd=_PLACE, env=node.environment() | variables, capture_output=True, text=True,
                          timeout=300, check=False)
    assert done.returncode == 0, f"`{' '.join(command)}` failed:\n{done.stdout}\n{done.stderr}"
    return done.stdout
