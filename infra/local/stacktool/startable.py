"""Whether the functions start with the settings that they are going to have. The rules across settings, such as that the fewest
words of a prompt are below the most, are the functions' own: `infra/check-settings` is a program that applies them."""

import subprocess
from pathlib import Path

from . import settings


def refused(checker: Path, values: dict[str, str]) -> str:
    """What the functions would refuse of the parameters `values`, a line each, with the functions that it stops; nothing if all
    of them would start."""
    variables = {settings.variable(name): value for name, value in values.items()}
    checked = subprocess.run([checker], env=variables, capture_output=True, text=True, check=False)
    return "" if checked.returncode == 0 else checked.stdout or checked.stderr
