"""A setting of the environment reaches the deployed functions, and leaves them again."""

import os
import subprocess

from stacktool import aws, functions, paths, processes

SETTING = "ADHERENCE_CHANGE_THRESHOLD"


def up(**variables: str) -> str:
    """Deploys again onto the stack that runs; answers with what was told."""
    strict = ["--enforce-iam"] if processes.running("ministack")["facts"]["enforce_iam"] else []
    inherited = {name: value for name, value in os.environ.items() if name != SETTING}
    done = subprocess.run([paths.LOCAL / "stack", "up", *strict], env=inherited | variables, capture_output=True, text=True,
                          timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


def threshold(stack: dict) -> float:
    """The setting as the deployed worker has it."""
    deployed = aws.client("lambda", stack["aws_endpoint"]).get_function_configuration(
        FunctionName=functions.physical_name(stack, "prompt-worker"))
    return float(deployed["Environment"]["Variables"][SETTING])


def test_a_setting_of_the_environment_has_effect_until_it_is_unset(stack):
    default = threshold(stack)
    assert default != 0.15
    told = up(**{SETTING: "0.15"})
    assert f"{SETTING}=0.15" in told
    assert threshold(stack) == 0.15
    told = up()
    assert f"{SETTING} is not set any more" in told
    assert threshold(stack) == default
