"""Real servers for tests, on the test database and the test run's Redis; and clients that speak to them.

A pytest plugin (loaded by the root conftest.py): `live_server_of_streams` is one Daphne for the whole run.
`daphne()` and `granian()` start further ones, with an environment of their own.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import psutil
import pytest
from websockets.sync.client import ClientConnection, connect

START_SECONDS = 60
TIMEOUT = 5.0  # seconds to wait for a message that must come


@dataclass(frozen=True)
class Server:
    """A running server process."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def memory(self) -> int:
        """Return the resident memory in bytes."""
        return psutil.Process(self.process.pid).memory_info().rss

    @contextmanager
    def socket(self, path: str, **options: Any) -> Iterator["Socket"]:
        """Open a WebSocket to `path`."""
        with connect(f"ws://127.0.0.1:{self.port}{path}", open_timeout=TIMEOUT, **options) as connection:
            yield Socket(connection)

    @contextmanager
    def stream(self, path: str, **headers: str) -> Iterator["Stream"]:
        """Open the SSE stream at `path`."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        with httpx.stream("GET", f"{self.url}{path}", headers=headers, timeout=TIMEOUT) as response:
            assert response.status_code == 200, response.read()
            yield Stream(response)


@contextmanager
def daphne(
    application: str = "ticketing.asgi:application",
    *,
    port: int | None = None,
    options: tuple[str, ...] = (),
    log: Path | None = None,
    **environment: str,
) -> Iterator[Server]:
    """Run the ASGI application in a process of its own, at `port` or at a free one."""
    port = port or free_port()
    command = ["-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(port), *options, application]
    with _running(command, port, environment, log) as server:
        yield server


@contextmanager
def granian(*, port: int | None = None, **environment: str) -> Iterator[Server]:
    """Run the WSGI application as `make run` does, at `port` or at a free one."""
    port = port or free_port()
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws", "--blocking-threads", "8"]
    command = ["-m", "granian", *options, "ticketing.wsgi:application"]
    with _running(command, port, environment) as server:
        yield server


@contextmanager
def granian_asgi(application: str, *, log: Path | None = None, **environment: str) -> Iterator[Server]:
    """Run an ASGI application on granian, a server other than Daphne, at a free port."""
    port = free_port()
    command = ["-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port), application]
    with _running(command, port, environment, log) as server:
        yield server


@contextmanager
def valkey(port: int, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Valkey that the test may kill: without a password, and without storing anything on disk."""
    from ticketing.embedded.valkey import _binary

    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder), "--loglevel", "warning"]
    process = subprocess.Popen([str(_binary()), *options])
    try:
        _wait_until(lambda: _accepts(port), "valkey")
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def live_server_of_streams(django_db_setup: None) -> Iterator[Server]:
    """One Daphne for the whole test run. Tests that use it must commit: `@pytest.mark.django_db(transaction=True)`."""
    with daphne() as server:
        yield server


def free_port() -> int:
    """Return a port of 127.0.0.1 that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Socket:
    """A WebSocket that speaks JSON and waits at most TIMEOUT."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def send(self, type: str, **members: Any) -> None:
        self.connection.send(json.dumps({"type": type, **members}))

    def receive(self, timeout: float = TIMEOUT) -> dict[str, Any]:
        """Return the next frame. Raises TimeoutError if none comes."""
        return json.loads(self.connection.recv(timeout))

    def expect(self, *types: str, timeout: float = TIMEOUT) -> dict[str, Any]:
        """Return the next frame of one of these types; skip others."""
        end = time.monotonic() + timeout
        while True:
            frame = self.receive(end - time.monotonic())
            if frame["type"] in types:
                return frame


@dataclass(frozen=True)
class Message:
    """One message of an SSE stream."""

    event: str
    data: dict[str, Any]
    id: str


class Stream:
    """The messages of an SSE stream, in order."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.iter_lines()

    def wait_for_comment(self) -> None:
        """Skip everything up to a comment, which the server sends after the current state."""
        while not next(self._lines).startswith(":"):
            pass

    def wait_for_end(self) -> None:
        """Skip everything until the server ends the stream in the regular way."""
        for _ in self._lines:
            pass

    def receive(self) -> Message:
        """Return the next message. Raises httpx.ReadTimeout if none comes within TIMEOUT."""
        fields: dict[str, str] = {}
        for line in self._lines:
            name, _, value = line.partition(": ")
            if line and name:  # a comment has no name
                fields[name] = value
            elif "data" in fields:
                return Message(fields["event"], json.loads(fields["data"]), fields.get("id", ""))
            else:
                fields = {}
        raise AssertionError("the stream ended")


@contextmanager
def _running(command: list[str], port: int, environment: dict[str, str], log: Path | None = None) -> Iterator[Server]:
    """Run a server process; its output goes to `log`, or to that of the tests."""
    output = open(log, "wb") if log else None  # noqa: SIM115
    process = subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, **own_services(), **environment},
        stdout=output,
        stderr=output and subprocess.STDOUT,
    )
    try:
        _wait_until(lambda: process.poll() is not None or _is_healthy(port), " ".join(command))
        assert process.poll() is None, f"{command} ended at once"
        yield Server(process, port)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def own_services() -> dict[str, str]:
    """Return the URLs of the test database and of the Redis of this process, and the demo's rules, as environment."""
    from django.conf import settings
    from django.db import connection

    database = urlunsplit(urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}"))
    services = {"DATABASE_URL": database, "REDIS_URL": settings.REDIS_URL, "SECRET_KEY": settings.SECRET_KEY}
    return services | {"CONFIRMED_SELLERS_ONLY": "off"}


def _wait_until(ready: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + START_SECONDS
    while not ready():
        assert time.monotonic() < end, f"{what} does not start"
        time.sleep(0.05)


def _is_healthy(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
