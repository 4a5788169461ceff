"""The processes for measuring the live feed: a realtime process, the bare broadcast, and the viewers of each."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from benchmarks.tools.server import running
from benchmarks.tools.stage import CHECKOUT
from ticketing.embedded.state import free_port

Fire = Callable[[], float]  # makes a change and returns when (monotonic clock)


class Readers:
    """The process with the viewers, and what they received."""

    def __init__(self, process: subprocess.Popen[str], count: int) -> None:
        self._process = process
        self._count = count

    def expect(self, word: str) -> None:
        """Wait for this line from the process; raises RuntimeError if another one comes."""
        if (line := self._read_line()) != word:
            raise RuntimeError(f"the readers printed {line!r} instead of {word!r}")

    def round(self, fire: Fire) -> dict[str, Any]:
        """Make one change; return `delays` of all viewers in ms, `size` and `cpu_share`."""
        self._send("next")
        self.expect("listening")
        fired = fire()
        seen: dict[str, Any] = json.loads(self._read_line())
        if len(seen["times"]) != self._count:
            raise RuntimeError(f"{len(seen['times'])} of {self._count} viewers received it")
        return seen | {"delays": [(arrived - fired) * 1000 for arrived in seen["times"]]}

    @contextmanager
    def recording(self) -> Iterator[Callable[[list[tuple[int, int, float]]], dict[str, Any]]]:
        """Record all messages inside the `with` block.

        Yields a function that ends the recording. It takes all changes (subsection number, version, time) and returns
        `delays` in ms of each change at each viewer, `frames` and `bytes` per viewer, and `cpu_share`.
        """
        self._send("record")
        self.expect("listening")

        def stop(changes: list[tuple[int, int, float]]) -> dict[str, Any]:
            self._send(json.dumps(changes))
            seen: dict[str, Any] = json.loads(self._read_line())
            if seen["missed"]:
                raise RuntimeError(f"{seen['missed']} changes of {len(changes)} x {self._count} never arrived")
            return seen

        yield stop

    def _send(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def _read_line(self) -> str:
        assert self._process.stdout is not None
        return str(self._process.stdout.readline()).strip()


@contextmanager
def readers(count: int, port: int, path: str, kind: str) -> Iterator[Readers]:
    """Start `count` viewers; yield when all are connected and have received the current state."""
    command = [sys.executable, "-m", "benchmarks.tools.readers", str(count), str(port), path, kind]
    process = subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        audience = Readers(process, count)
        audience.expect("ready")
        yield audience
    finally:
        process.kill()
        process.wait()


@contextmanager
def realtime() -> Iterator[tuple[int, psutil.Process]]:
    """Start a realtime process as `make run` does; yield its port and the process."""
    port = free_port()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with running(["ticketing/processes/realtime"], port, REALTIME_ADDRESS=f"127.0.0.1:{port}", PATH=path) as process:
        yield port, process


class Bare:
    """A connection that makes the bare broadcast send."""

    def __init__(self, port: int, process: psutil.Process, control: socket.socket) -> None:
        self.port, self.process = port, process
        self._control = control
        self._version = 0
        control.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def fire(self, size: int) -> tuple[int, float]:
        """Make it send `size` bytes to all viewers; return the version in them, and when (monotonic clock)."""
        self._version += 1
        fired = time.monotonic()
        self._control.sendall(b"fire %d %d\n" % (self._version, size))
        return self._version, fired


@contextmanager
def bare_broadcast() -> Iterator[Bare]:
    """Run the bare broadcast."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.baselines.broadcast", str(port)]
    with (
        running(command, port) as process,
        socket.create_connection(("127.0.0.1", port)) as control,
    ):
        bare = Bare(port, process, control)
        bare.fire(1)  # the connection that sends this is no viewer
        yield bare
