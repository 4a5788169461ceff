"""A Postgres and a Valkey of this checkout's own, for the demo and the tests: real servers, from PyPI wheels.

Used where DATABASE_URL or REDIS_URL is unset. Both keep their data under STATE_DIR, listen on 127.0.0.1 only and
are shared by all processes of the checkout: whoever needs them takes a `lease()`; the first one in starts them,
the last one out stops them. Imports no Django, because the settings are made from it.
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
READY_SECONDS = 120  # after a crash they have to recover first


class Server(Protocol):
    """What the modules `postgres` and `valkey` offer. Callers of `start` and `stop` hold the start lock."""

    def is_alive(self) -> bool: ...
    def start(self, *, may_move: bool) -> None: ...
    def is_ready(self) -> bool: ...
    def stop(self) -> None: ...
    def remove(self) -> None: ...


SERVERS: dict[str, Server] = {"DATABASE_URL": postgres, "REDIS_URL": valkey}  # stopped in reverse


def state_dir() -> Path:
    """The folder that keeps everything of this checkout: STATE_DIR, `.state` by default. Absolute; made if missing."""
    return state.state_dir()


def database_url() -> str:
    """Address of the embedded Postgres, whether or not it runs."""
    return postgres.url()


def redis_url() -> str:
    """Address of the embedded Valkey, whether or not it runs; REDIS_NUMBER (default 0) is its database number."""
    return valkey.url()


def secret_key() -> str:
    """A random secret, chosen once for this STATE_DIR."""
    return str(state.services()["secret_key"])


@contextmanager
def lease() -> Iterator[None]:
    """While it is open, the embedded servers that are needed run. Does nothing where both URLs are set.

    Processes that died without closing theirs hold nothing back: the kernel takes their lock away.
    """
    servers = _needed()
    if not servers:
        yield
        return
    with state.open_lock("lease") as held:
        try:
            with state.lock("start"):
                alone = _try_alone(held)
                fcntl.flock(held, fcntl.LOCK_SH)
                for server in servers:
                    _ensure(server, may_move=alone)
            yield
        finally:
            with state.lock("start"):
                if _try_alone(held):
                    _stop(servers)


def watch() -> None:
    """Starts again what died, until SIGTERM or SIGINT."""
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    with lease():
        servers = _needed()
        while True:
            time.sleep(WATCH_SECONDS)
            for server in servers:
                if not server.is_alive():
                    with state.lock("start"):
                        _ensure(server, may_move=False)


def remove() -> None:
    """Stops the embedded servers, whoever may use them, and deletes their data for ever."""
    with state.lock("start"):
        _stop(list(SERVERS.values()))
        for server in SERVERS.values():
            server.remove()


def _needed() -> list[Server]:
    state.read_dotenv()
    return [server for variable, server in SERVERS.items() if not os.environ.get(variable)]


def _ensure(server: Server, *, may_move: bool) -> None:
    """Returns when it answers; starts it if it is dead, or dies meanwhile.

    It may move to another port only while nobody else can know the old one.
    """
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        if not server.is_alive():
            server.start(may_move=may_move)
        if server.is_ready():
            return
        time.sleep(0.01)
    raise TimeoutError(f"An embedded server does not answer; see {state_dir() / 'logs'}.")


def _stop(servers: list[Server]) -> None:
    for server in reversed(servers):
        server.stop()


def _try_alone(held: int) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _leave(signum: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
