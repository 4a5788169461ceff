"""A Postgres and a Valkey that belong to this checkout, for the demo and the tests: real servers from PyPI wheels.

They are used where DATABASE_URL or REDIS_URL is unset, keep their data below STATE_DIR and listen on 127.0.0.1 only.
All processes of the checkout share them: each one takes a `lease()`; the first starts the servers, the last one stops
them. Imports no Django, because the settings need this package.
"""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Protocol

from ticketing.embedded import postgres, state, valkey

__all__ = ["database_url", "lease", "redis_url", "remove", "secret_key", "state_dir", "watch"]

WATCH_SECONDS = 0.5
READY_SECONDS = 120  # includes recovery after a crash


class Server(Protocol):
    """The interface of the modules `postgres` and `valkey`. Callers of `start` and `stop` hold the start lock."""

    def is_alive(self) -> bool: ...
    def start(self, *, may_move: bool) -> None: ...
    def is_ready(self) -> bool: ...
    def stop(self) -> None: ...
    def remove(self) -> None: ...


SERVERS: dict[str, Server] = {"DATABASE_URL": postgres, "REDIS_URL": valkey}  # stopped in reverse


def state_dir() -> Path:
    """Return the absolute path of STATE_DIR (default: `.state`), which contains all state of this checkout.

    Creates the folder if it is missing.
    """
    return state.state_dir()


def database_url() -> str:
    """Return the URL of the embedded Postgres, whether or not it runs."""
    return postgres.url()


def redis_url() -> str:
    """Return the URL of the embedded Valkey, whether or not it runs.

    REDIS_NUMBER (default 0) is its database number.
    """
    return valkey.url()


def secret_key() -> str:
    """Return a random secret that is created once for this STATE_DIR."""
    return str(state.services()["secret_key"])


@contextmanager
def lease() -> Iterator[None]:
    """Keep the needed embedded servers running inside the block: those whose URL (DATABASE_URL, REDIS_URL) is unset.

    The lease of a process that died does not count, because the kernel releases the lock of that process.
    """
    servers = _needed()
    if not servers:
        yield
        return
    with state.open_lock("lease") as descriptor:
        try:
            with state.lock("start"):
                is_only_holder = _try_exclusive_lock(descriptor)
                fcntl.flock(descriptor, fcntl.LOCK_SH)
                for server in servers:
                    _ensure(server, may_move=is_only_holder)
            yield
        finally:
            with state.lock("start"):
                if _try_exclusive_lock(descriptor):
                    _stop(servers)


def watch() -> None:
    """Restart servers that die, until SIGTERM or SIGINT."""
    signal.signal(signal.SIGTERM, _exit)
    signal.signal(signal.SIGINT, _exit)
    with lease():
        servers = _needed()
        while True:
            time.sleep(WATCH_SECONDS)
            for server in servers:
                if not server.is_alive():
                    with state.lock("start"):
                        _ensure(server, may_move=False)


def remove() -> None:
    """Stop the embedded servers, even if they are in use, and delete their data."""
    with state.lock("start"):
        _stop(list(SERVERS.values()))
        for server in SERVERS.values():
            server.remove()


def _needed() -> list[Server]:
    state.read_dotenv()
    return [server for variable, server in SERVERS.items() if not os.environ.get(variable)]


def _ensure(server: Server, *, may_move: bool) -> None:
    """Wait until the server is ready; start it if it is dead, or dies meanwhile. Raises TimeoutError.

    With `may_move`, the server may change to another port. Pass True only while no other process can know the old port.
    """
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        if not server.is_alive():
            server.start(may_move=may_move)
        if server.is_ready():
            return
        time.sleep(0.01)
    raise TimeoutError(f"An embedded server does not respond; see {state_dir() / 'logs'}.")


def _stop(servers: list[Server]) -> None:
    for server in reversed(servers):
        server.stop()


def _try_exclusive_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _exit(signum: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
