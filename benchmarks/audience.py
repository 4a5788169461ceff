"""The processes of the live feed's measures: a realtime process, the bare broadcast, and the viewers of either."""

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

from benchmarks.server import running
from benchmarks.stage import CHECKOUT
from ticketing.embedded.state import free_port

Fire = Callable[[], float]  # lets something happen and says when, on the monotonic clock


class Readers:
    """The viewers' process, and what it saw."""

    def __init__(self, process: subprocess.Popen[str], count: int) -> None:
        self._process = process
        self._count = count

    def expect(self, word: str) -> None:
        """Waits for it to say that."""
        if (line := self._answer()) != word:
            raise RuntimeError(f"the readers said {line!r} instead of {word!r}")

    def round(self, fire: Fire) -> dict[str, Any]:
        """Lets it happen once: `delays` of all viewers in ms, `size`, `cpu_share`."""
        self._order("next")
        self.expect("listening")
        fired = fire()
        seen: dict[str, Any] = json.loads(self._answer())
        if len(seen["times"]) != self._count:
            raise RuntimeError(f"{len(seen['times'])} of {self._count} viewers were told")
        return seen | {"delays": [(arrived - fired) * 1000 for arrived in seen["times"]]}

    @contextmanager
    def recording(self) -> Iterator[Callable[[list[tuple[int, int, float]]], dict[str, Any]]]:
        """Notes all that comes. What is yielded ends that: told of all changes (block, version, time), it gives
        `delays` in ms of each change at each viewer, `frames` and `bytes` a viewer, and `cpu_share`."""
        self._order("record")
        self.expect("listening")

        def stop(changes: list[tuple[int, int, float]]) -> dict[str, Any]:
            self._order(json.dumps(changes))
            seen: dict[str, Any] = json.loads(self._answer())
            if seen["missed"]:
                raise RuntimeError(f"{seen['missed']} changes of {len(changes)} x {self._count} never came")
            return seen

        yield stop

    def _order(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@contextmanager
def readers(count: int, port: int, path: str, kind: str) -> Iterator[Readers]:
    """So many viewers, all connected and greeted."""
    command = [sys.executable, "-m", "benchmarks.readers", str(count), str(port), path, kind]
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
    """A realtime process as `make run` starts it, warm; its port, and the process."""
    port = free_port()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with running(["ticketing/processes/realtime"], port, REALTIME_ADDRESS=f"127.0.0.1:{port}", PATH=path) as process:
        yield port, process


class Bare:
    """The bare broadcast, from where it is told what to send."""

    def __init__(self, port: int, process: psutil.Process, control: socket.socket) -> None:
        self.port, self.process = port, process
        self._control = control
        self._version = 0
        control.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def fire(self, size: int) -> tuple[int, float]:
        """Has so many bytes sent to everybody; the version they carry, and when."""
        self._version += 1
        fired = time.monotonic()
        self._control.sendall(b"fire %d %d\n" % (self._version, size))
        return self._version, fired


@contextmanager
def bare_broadcast() -> Iterator[Bare]:
    """The yardstick, running."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.broadcast", str(port)]
    with (
        running(command, port) as process,
        socket.create_connection(("127.0.0.1", port)) as control,
    ):
        bare = Bare(port, process, control)
        bare.fire(1)  # whoever says so is no viewer
        yield bare
