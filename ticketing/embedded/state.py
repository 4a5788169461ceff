"""STATE_DIR: where it is, what was chosen for it once (services.json), and the locks around it."""

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

# Outside the ports that the kernel hands to outgoing connections (32768 and up): a server that restarts under load
# must find its own port free.
PORTS = range(20_000, 32_000)


@functools.cache
def read_dotenv() -> None:
    """Reads `.env` as the settings do, once: what is set in the environment wins."""
    if (CHECKOUT / ".env").exists():
        environ.Env.read_env(CHECKOUT / ".env")


def state_dir() -> Path:
    """STATE_DIR, absolute; a relative one is meant from the checkout, wherever the process was started."""
    read_dotenv()
    folder = (CHECKOUT / (os.environ.get("STATE_DIR") or ".state")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def identity() -> str:
    """A short name of this state folder, for what has to lie or be named outside it."""
    return "ticketing-" + hashlib.sha256(bytes(state_dir())).hexdigest()[:12]


def services() -> dict[str, Any]:
    """What was chosen for the embedded servers of this folder; chosen now if it never was."""
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
    """Changes what was chosen for one server."""
    chosen = services()
    with lock("services"):
        chosen[server] |= values
        _write(chosen)


def free_port() -> int:
    """A port of 127.0.0.1 where nobody listens now."""
    while True:
        port = random.choice(PORTS)
        if is_free(port):
            return port


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of the past don't count
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextmanager
def open_lock(name: str) -> Iterator[int]:
    """A file to flock, closed (and so released) at the end. Children that are started don't inherit it."""
    descriptor = os.open(state_dir() / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def lock(name: str) -> Iterator[None]:
    """One process at a time. Order: start, then services."""
    with open_lock(name) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


def log_file(name: str) -> Path:
    """STATE_DIR/logs/`name`.log; a large one is put aside first."""
    path = state_dir() / "logs" / f"{name}.log"
    path.parent.mkdir(exist_ok=True)
    if path.exists() and path.stat().st_size > LARGE_LOG:
        path.replace(path.with_suffix(".log.1"))
    return path


def _file() -> Path:
    return state_dir() / "services.json"


def _write(chosen: dict[str, Any]) -> None:
    """Whole or not at all, and for our eyes only."""
    draft = _file().with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        json.dump(chosen, stream, indent=2)
    draft.replace(_file())
