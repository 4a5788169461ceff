"""Starting, recognising and stopping processes that outlive us."""

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

# What this process started and may have to reap.
_children: dict[int, subprocess.Popen[bytes]] = {}


def server_owner() -> pwd.struct_passwd | None:
    """Whom to become for a server that refuses to run as root; None (stay who we are) for everybody else."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def as_owner(owner: pwd.struct_passwd | None) -> dict[str, Any]:
    """Arguments for `subprocess`: as this user, from a folder anybody may enter, with none of our environment."""
    identity = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}
    return {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}, **identity}


def spawn(command: list[str], *, log: Path, owner: pwd.struct_passwd | None = None) -> int:
    """Starts a server that neither our end nor the terminal's Ctrl-C reaches. Returns its process id."""
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
    """Lets those of our children that ended go for good."""
    for pid, child in list(_children.items()):
        if child.poll() is not None:
            del _children[pid]


def is_running(pid: int) -> bool:
    """Whether there is such a process, and not only its zombie."""
    reap()
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def command_of(pid: int) -> list[str]:
    """Its command line as it shows itself; empty when there is no such process."""
    try:
        return list(psutil.Process(pid).cmdline()) if is_running(pid) else []
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []


def find(is_meant: Callable[[list[str]], bool]) -> list[int]:
    """All processes with such a command line; slower than a pid file, but nobody can have deleted it."""
    commands = ((process.pid, process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"]))
    return [pid for pid, command in commands if is_meant(command)]


def read_pid(file: Path) -> int:
    """The process id in the first line of a pid file; 0 when there is none."""
    try:
        return int(file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return 0


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    """Looks until it is true or the time is over; returns which."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def settled(pid: int, is_alive: Callable[[], bool], seconds: float) -> bool:
    """Waits until the process just started is recognised as the server, or has ended; returns whether it is."""
    wait_for(lambda: is_alive() or not is_running(pid), seconds)
    return is_alive()


def end(pid: int, *signals: signal.Signals, seconds: float) -> None:
    """Sends the signals one after the other, giving the process so long after each, until it is gone."""
    for number in signals:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        if wait_for(lambda: not is_running(pid), seconds):
            return
    raise RuntimeError(f"Process {pid} does not end.")
