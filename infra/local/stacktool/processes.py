"""The stack's background processes: started once, found again, and stopped by their own ids only.

Runs on a bare Python, since `down` does.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from . import paths
from .console import Problem, note

_STATE = paths.STATE / "processes.json"


def hold_alone() -> None:
    """Refuses where another process sets up this stack; else keeps others from it until this process ends."""
    paths.STATE.mkdir(parents=True, exist_ok=True)
    lock = os.open(paths.STATE / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Problem("Another `infra/local/stack up` or `demo` is at work on this stack. Wait until it has ended.") from None
    # It outlasts the start of another program in this process, and no process that this one begins has it.
    os.set_inheritable(lock, True)


def state() -> dict:
    """What is known of the processes, by name: pid, when it started, port, and the facts it was started with."""
    try:
        return json.loads(_STATE.read_text())
    except (OSError, ValueError):
        return {}


def _save(processes: dict) -> None:
    _STATE.parent.mkdir(parents=True, exist_ok=True)
    _STATE.write_text(json.dumps(processes, indent=2) + "\n")


def _born(pid: int) -> str | None:
    """When a process began, as the system puts it: process ids are used again, their beginnings are not."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return None if fields[0] == "Z" else fields[19]
    with contextlib.suppress(OSError):
        shown = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return shown.stdout.strip() or None
    return None


def running(name: str) -> dict | None:
    """The process of that name, if it is still the one that was started."""
    process = state().get(name)
    return process if process and _born(process["pid"]) == process["born"] else None


def answers(url: str) -> bool:
    """Whether anything but a server error comes back."""
    try:
        with urllib.request.urlopen(url, timeout=3):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except (OSError, ValueError):
        return False


def free_port(name: str) -> int:
    """A port that nobody listens on."""
    ports = _ports(name)
    for port in ports:
        with socket.socket() as probe:
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise Problem(f"Every port from {ports[0]} to {ports[-1]} is taken. Stop what uses them and try again.")


def _ports(name: str) -> range:
    """Where to look for a port. The search begins where the checkout says, so that two of them rarely meet."""
    begin = 20_000 + int(hashlib.sha256(f"{paths.STATE}:{name}".encode()).hexdigest(), 16) % 20_000
    return range(begin, begin + 200)


def ensure(name: str, facts: dict, health: str, command: Callable[[int], tuple[list[str], dict]]) -> tuple[int, bool]:
    """Starts a process unless it runs, is healthy and was started with the same facts.

    `health` is the path that tells; `command` makes the command line and environment for a port. Returns the port and
    whether the process is a new one.
    """
    process = running(name)
    if process and process["facts"] == facts and answers(f"http://127.0.0.1:{process['port']}{health}"):
        return process["port"], False
    if process:
        stop(name)
    port = free_port(name)
    line, environment = command(port)
    log = paths.log(name)
    with open(log, "w") as output:
        started = subprocess.Popen(line, env=environment, cwd=paths.STATE, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT, start_new_session=True)
    _save(state() | {name: {"pid": started.pid, "born": _born(started.pid), "port": port, "facts": facts}})
    for _ in range(300):
        if answers(f"http://127.0.0.1:{port}{health}"):
            return port, True
        if started.poll() is not None:
            break
        time.sleep(0.1)
    raise Problem(f"{name} did not start. Its log tells why; then run `infra/local/stack up` again.", log)


def stop(name: str) -> bool:
    """Stops a process with all of its children, if it is still ours."""
    process = running(name)
    if process:
        _signal(process["pid"], signal.SIGTERM)
        for _ in range(100):
            if _born(process["pid"]) != process["born"]:
                break
            time.sleep(0.1)
        # The group is the process's own (it leads its session): what is left in it are functions it started.
        _signal(process["pid"], signal.SIGKILL)
    processes = state()
    if processes.pop(name, None):
        _save(processes)
    return process is not None


def _signal(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(group, os.WNOHANG)


def stop_all() -> None:
    """Stops everything that `up` started."""
    for name in list(state()):
        note(f"stopped {name}" if stop(name) else f"{name} was not running")
    for left in (paths.STACK_JSON, paths.STATE / "deployed.json"):
        left.unlink(missing_ok=True)
