"""STATE_DIR: its path, the values chosen once for it (services.json), and its locks."""

import fcntl
import functools
import hashlib
import json
import os
import random
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import environ

CHECKOUT = Path(__file__).resolve().parent.parent.parent
LARGE_LOG = 10_000_000  # bytes

# Below the ports that the kernel uses for outgoing connections (32768 and up), so that a server that restarts under
# load finds its own port free.
PORTS = range(20_000, 32_000)


@functools.cache
def read_dotenv() -> None:
    """Read `.env` once, as the settings do: the environment takes precedence."""
    if (CHECKOUT / ".env").exists():
        environ.Env.read_env(CHECKOUT / ".env")


def state_dir() -> Path:
    """Return STATE_DIR as an absolute path; a relative one starts at the checkout. Creates the folder."""
    read_dotenv()
    folder = (CHECKOUT / (os.environ.get("STATE_DIR") or ".state")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def identity() -> str:
    """Return a short name of this STATE_DIR, for the names of processes and folders outside it."""
    return "ticketing-" + hashlib.sha256(bytes(state_dir())).hexdigest()[:12]


def services() -> dict[str, Any]:
    """Return the values chosen for this STATE_DIR: the secret key, and each server's port and password.

    Chooses them the first time.
    """
    with lock("services"):
        if not _file().exists():
            _write(
                {
                    "secret_key": secrets.token_urlsafe(50),
                    "postgres": {"port": free_port(), "password": secrets.token_urlsafe(24)},
                    "valkey": {"port": free_port(), "password": secrets.token_urlsafe(24)},
                }
            )
        chosen: dict[str, Any] = json.loads(_file().read_text())
    return chosen


def choose(server: str, **values: Any) -> None:
    """Change values chosen for one server ("postgres" or "valkey"), such as its port."""
    chosen = services()
    with lock("services"):
        chosen[server] |= values
        _write(chosen)


def free_port() -> int:
    """Return a port of 127.0.0.1 that is free now."""
    while True:
        port = random.choice(PORTS)  # noqa: S311  (no secret)
        if is_free(port):
            return port


def is_free(port: int) -> bool:
    """Return whether a server could listen on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closed connections don't count
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextmanager
def open_lock(name: str) -> Iterator[int]:
    """Open the lock file `name` for flock inside the block, and yield its descriptor.

    Closing the file at the end releases the lock. Child processes don't inherit the descriptor.
    """
    descriptor = os.open(state_dir() / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def lock(name: str) -> Iterator[None]:
    """Hold the lock `name` inside the block, after waiting for it. Lock order: "start", then "services"."""
    with open_lock(name) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


def log_file(name: str) -> Path:
    """Return the path STATE_DIR/logs/`name`.log; rename a large old log first."""
    path = state_dir() / "logs" / f"{name}.log"
    path.parent.mkdir(exist_ok=True)
    if path.exists() and path.stat().st_size > LARGE_LOG:
        path.replace(path.with_suffix(".log.1"))
    return path


def _file() -> Path:
    return state_dir() / "services.json"


def _write(chosen: dict[str, Any]) -> None:
    """Write services.json completely or not at all, readable only by its owner."""
    draft = _file().with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        json.dump(chosen, stream, indent=2)
    draft.replace(_file())
