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
        """Resident bytes."""
        return psutil.Process(self.process.pid).memory_info().rss

    @contextmanager
    def socket(self, path: str, **options: Any) -> Iterator["Socket"]:
        """A WebSocket to `path`."""
        with connect(f"ws://127.0.0.1:{self.port}{path}", open_timeout=TIMEOUT, **options) as connection:
            yield Socket(connection)

    @contextmanager
    def stream(self, path: str, **headers: str) -> Iterator["Stream"]:
        """An SSE stream of `path`."""
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
    """The streams, and everything else, in a process of their own; at `port`, or at a free one."""
    port = port or free_port()
    command = ["-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(port), *options, application]
    with _running(command, port, environment, log) as server:
        yield server


@contextmanager
def granian(*, port: int | None = None, **environment: str) -> Iterator[Server]:
    """The API and the pages, as `make run` serves them; at `port`, or at a free one."""
    port = port or free_port()
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws", "--blocking-threads", "8"]
    command = ["-m", "granian", *options, "ticketing.wsgi:application"]
    with _running(command, port, environment) as server:
        yield server


@contextmanager
def granian_asgi(application: str, *, log: Path | None = None, **environment: str) -> Iterator[Server]:
    """Another ASGI server than Daphne; at a free port."""
    port = free_port()
    command = ["-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port), application]
    with _running(command, port, environment, log) as server:
        yield server


@contextmanager
def valkey(port: int, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A Redis of the test's own, to be killed; without a password, and it forgets everything."""
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
    """One Daphne for the whole run. Tests that use it commit: `@pytest.mark.django_db(transaction=True)`."""
    with daphne() as server:
        yield server


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses now."""
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
        """The next frame; TimeoutError if none comes."""
        return json.loads(self.connection.recv(timeout))

    def expect(self, *types: str, timeout: float = TIMEOUT) -> dict[str, Any]:
        """The next frame of one of these types; others are passed over."""
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
        """Passes over everything up to a comment: then the server has told all there was to begin with."""
        while not next(self._lines).startswith(":"):
            pass

    def wait_for_end(self) -> None:
        """Passes over everything until the server ends the stream, as it should be ended."""
        for _ in self._lines:
            pass

    def receive(self) -> Message:
        """The next message; httpx.ReadTimeout if none comes within TIMEOUT."""
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
    """A server process; its logs go to `log`, or else to where the tests' own go."""
    output = open(log, "wb") if log else None  # noqa: SIM115
    process = subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, **own_services(), **environment},
        stdout=output,
        stderr=output and subprocess.STDOUT,
    )
    try:
        _wait_until(lambda: process.poll() is not None or _answers(port), " ".join(command))
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
    """The addresses of the test database, and of the Redis that this process uses."""
    from django.conf import settings
    from django.db import connection

    database = urlunsplit(urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}"))
    return {"DATABASE_URL": database, "REDIS_URL": settings.REDIS_URL, "SECRET_KEY": settings.SECRET_KEY}


def _wait_until(ready: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + START_SECONDS
    while not ready():
        assert time.monotonic() < end, f"{what} does not start"
        time.sleep(0.05)


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
