"""Start, recognise and stop processes that outlive this one."""

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

# The child processes of this process, which it may have to reap.
_children: dict[int, subprocess.Popen[bytes]] = {}


def server_owner() -> pwd.struct_passwd | None:
    """Return the user to run servers as that refuse to run as root; None if this process is not root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def as_owner(owner: pwd.struct_passwd | None) -> dict[str, Any]:
    """Return arguments for `subprocess` to run as `owner` (None: as this user), in `/`, with a clean environment."""
    identity = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}
    return {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}, **identity}


def spawn(command: list[str], *, log: Path, owner: pwd.struct_passwd | None = None) -> int:
    """Start a server that survives this process and the terminal's Ctrl-C; return its process id."""
    with log.open("ab") as stream:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
            **as_owner(owner),
        )
    _children[child.pid] = child
    return child.pid


def reap() -> None:
    """Reap the child processes that have ended."""
    for pid, child in list(_children.items()):
        if child.poll() is not None:
            del _children[pid]


def is_running(pid: int) -> bool:
    """Return whether the process exists and is not a zombie."""
    reap()
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def command_of(pid: int) -> list[str]:
    """Return the command line of a process; empty if there is no such process."""
    try:
        return list(psutil.Process(pid).cmdline()) if is_running(pid) else []
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []


def find(matches: Callable[[list[str]], bool]) -> list[int]:
    """Return the ids of all processes whose command line matches.

    This is slower than reading a pid file, but also finds a process whose pid file was deleted.
    """
    commands = ((process.pid, process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"]))
    return [pid for pid, command in commands if matches(command)]


def read_pid(file: Path) -> int:
    """Return the process id in the first line of a pid file; 0 if there is none."""
    try:
        return int(file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return 0


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    """Check the condition until it is true or the time is over; return whether it became true."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def settled(pid: int, is_alive: Callable[[], bool], seconds: float) -> bool:
    """Wait until a new server is alive or its process `pid` has ended; return whether the server is alive.

    Waits at most `seconds`. `is_alive` says whether the server's process runs.
    """
    wait_for(lambda: is_alive() or not is_running(pid), seconds)
    return is_alive()


def end(pid: int, *signals: signal.Signals, seconds: float) -> None:
    """Send the signals one after the other until the process ends, waiting `seconds` after each.

    Raises RuntimeError if the process is still running after the last one.
    """
    for number in signals:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        if wait_for(lambda: not is_running(pid), seconds):
            return
    raise RuntimeError(f"Process {pid} does not end.")
