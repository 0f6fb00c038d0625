"""Node and npm, with which the tests build and run a TypeScript client of the API.

The machine's own serve where they are new enough; otherwise `tools` installs them from PyPI beside the other tools.
"""

import functools
import os
import re
import shutil
import subprocess

from . import paths

REQUIREMENTS = paths.LOCAL / "requirements-node.txt"
# The oldest version that the generators of the client support.
_OLDEST = 20


@functools.cache
def is_on_the_machine() -> bool:
    """Whether the machine has npm, and Node in a version that is new enough."""
    return shutil.which("npm") is not None and _major("node") >= _OLDEST


def environment() -> dict[str, str]:
    """The environment in which `node` and `npm` are found."""
    if is_on_the_machine():
        return dict(os.environ)
    return os.environ | {"PATH": f"{paths.TOOLS / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}


def _major(program: str) -> int:
    """The first number of a program's version; 0 if there is no such program or it does not start."""
    try:
        told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    version = re.match(r"v(\d+)\.", told)
    return int(version.group(1)) if version else 0
