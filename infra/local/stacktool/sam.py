"""`sam deploy`, for the local stack and for the stages of an account alike."""

import json
import os
import subprocess
from pathlib import Path

from . import tools


def deploy(template: Path, stack: str, region: str, values: dict[str, str], environment: dict[str, str], poll: float,
           log: Path) -> bool:
    """Deploys a template as a stack with these parameters, and looks every `poll` seconds whether it is done. Returns whether it
    worked; the log tells why not.

    The parameters go through a private file that is deleted at once: a command line would show the Claude key to everybody on
    the machine. The project's samconfig.toml is neither read nor written.
    """
    config, given = template.with_name("samconfig.toml"), template.with_name("parameters.yaml")
    config.write_text("version = 0.1\n")
    given.unlink(missing_ok=True)
    with os.fdopen(os.open(given, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        json.dump(values, opened)  # which is YAML too
    command = [tools.bin("sam"), "deploy", "--template-file", str(template), "--config-file", str(config), "--stack-name", stack,
               "--region", region, "--resolve-s3", "--s3-prefix", stack, "--capabilities", "CAPABILITY_IAM",
               "--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar",
               "--parameter-overrides", f"file://{given}"]
    try:
        with open(log, "w") as output:
            done = subprocess.run(command, cwd=template.parent, env=environment | {"SAM_CLI_POLL_DELAY": str(poll)},
                                  stdout=output, stderr=subprocess.STDOUT, check=False)
    finally:
        given.unlink(missing_ok=True)
    return done.returncode == 0
