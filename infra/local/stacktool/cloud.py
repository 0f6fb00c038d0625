"""Starts MiniStack and the Claude simulator."""

import hashlib
import os
import shutil
from pathlib import Path

from . import aws, paths, processes, tools
from .console import note, step


def start(enforce_iam: bool) -> str:
    """Starts the local cloud unless it runs; returns its address."""

    def command(port: int) -> tuple[list[str], dict]:
        endpoint = f"http://127.0.0.1:{port}"
        scratch = paths.STATE / "cloud"
        scratch.mkdir(parents=True, exist_ok=True)
        # MiniStack hands AWS_ENDPOINT_URL to the functions, which is how they find it.
        environment = aws.environment(endpoint) | {
            "GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "MINISTACK_HOST": "127.0.0.1",
            "MINISTACK_REGION": aws.REGION, "TMPDIR": str(scratch), "S3_DATA_DIR": str(scratch / "s3"),
            "AUTH": str(enforce_iam).lower(), "LAMBDA_EXECUTOR": "local"}
        # The key goes into the local Secrets Manager, not into the functions' environment.
        environment.pop("ANTHROPIC_API_KEY", None)
        return [tools.bin("ministack")], environment

    known = processes.running("ministack")
    if known and known["facts"] != {"enforce_iam": enforce_iam}:
        with_policies = "held to" if enforce_iam else "not held to"
        note(f"the cloud that runs starts anew, now with functions {with_policies} their policies; what it held is gone")
    with step("Starting the local cloud (MiniStack)"):
        port, _ = processes.ensure("ministack", {"enforce_iam": enforce_iam}, "/_ministack/health", command)
    return f"http://127.0.0.1:{port}"


def has_key() -> bool:
    """Whether the environment has a key for the real Claude."""
    return bool(os.environ.get("ANTHROPIC_API_KEY", "").strip())


def claude(simulator: Path) -> tuple[str, str]:
    """Address and key of Claude: the real one if a key is set, else the simulator, which is started."""
    if has_key():
        processes.stop("claude-simulator")
        address = os.environ.get("ANTHROPIC_BASE_URL", "https://api.anthropic.com")
        return address.rstrip("/"), os.environ["ANTHROPIC_API_KEY"].strip()
    # What a language model has answered stands in for it, for the people of the demo.
    recorded = os.environ.get("CLAUDE_SIMULATOR_RECORDED", str(paths.RECORDED))
    facts = {"program": hashlib.sha256(simulator.read_bytes()).hexdigest(), "recorded": recorded}

    def command(port: int) -> tuple[list[str], dict]:
        # A copy, since the next build cannot write over a program that runs.
        program = paths.STATE / "claude-simulator"
        program.unlink(missing_ok=True)
        shutil.copy2(simulator, program)
        return [str(program), "--port", str(port)], os.environ | {"CLAUDE_SIMULATOR_RECORDED": recorded}

    with step("Starting the Claude simulator (no ANTHROPIC_API_KEY is set)"):
        port, _ = processes.ensure("claude-simulator", facts, "/_simulator/requests", command)
    return f"http://127.0.0.1:{port}", "simulator-local"
