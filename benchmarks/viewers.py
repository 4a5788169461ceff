"""From the commit to the viewers: `python -m benchmarks.viewers`, also a part of `make bench`.

A realtime process of its own on the product's database and Redis has so many viewers, all watching all seats of one
event, by WebSocket or by server-sent events. One seat changes; when does each viewer have the frame? In turn with it, a
bare uvloop process writes as many bytes to as many sockets. Both are read by the same lean reader, without a proxy.
"""

import argparse
import json
import math
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import psutil

from benchmarks.client import Address
from benchmarks.report import Report
from benchmarks.stage import CHECKOUT, stage
from ticketing.embedded.state import free_port

SPOUTS = {"WebSocket": ("ws", "/ws/event/{}"), "SSE": ("sse", "/api/event/{}/sse")}
AUDIENCES = (500, 1_000)
MAX_ROUNDS = 100
WARM_UP = 2  # rounds that don't count
START_SECONDS = 20
PAUSE_SECONDS = 0.1  # between two changes; closer ones may travel merged
FILES = 8_192

Fire = Callable[[], float]  # lets something happen and says when, on the monotonic clock


def main() -> None:
    """Measures both spouts and publishes medians and spread."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.viewers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, choices=range(1, MAX_ROUNDS + 1), metavar=f"1–{MAX_ROUNDS}")
    rounds = parser.parse_args().rounds
    report = Report()
    try:
        with stage() as address:
            run(address, rounds, report)
    except RuntimeError as error:
        sys.exit(f"Can't measure: {error}")
    report.publish("viewers")


def run(address: Address, rounds: int, report: Report) -> None:
    """Every spout with every audience; the product's own realtime, at `address`, has nobody to tell meanwhile."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, hard), hard))
    for audience in AUDIENCES:
        for spout in SPOUTS:
            print(f"{audience:,} viewers by {spout}", flush=True)
            _measure(spout, audience, rounds, report)


def _measure(spout: str, audience: int, rounds: int, report: Report) -> None:
    kind, path = SPOUTS[spout]
    event_id, change = _new_event()
    name = f"{audience:,} by {spout}"
    with _realtime() as (port, process), _bare_broadcast() as (bare_port, control):
        before = process.memory_info().rss
        with (
            _readers(audience, port, path.format(event_id), kind) as ours,
            _readers(audience, bare_port, "/", "bare") as bare,
        ):
            report.add({f"{name}: memory a viewer (kB)": (process.memory_info().rss - before) / audience / 1000})
            for number in range(rounds + WARM_UP):
                told = ours.round(change)
                yardstick = bare.round(lambda size=told["size"]: control(size))  # type: ignore[misc]
                if number >= WARM_UP:
                    report.add(_figures(name, told, yardstick))
                time.sleep(PAUSE_SECONDS)


def _figures(name: str, told: dict[str, Any], bare: dict[str, Any]) -> dict[str, float]:
    figures: dict[str, float] = {}
    for share in (50, 95):
        ours, yardstick = (_percentile(each["delays"], share / 100) for each in (told, bare))
        figures |= {
            f"{name}: p{share} (ms)": ours,
            f"{name}: p{share}, bare broadcast (ms)": yardstick,
            f"{name}: p{share} / bare": ours / yardstick,
        }
    return figures | {f"{name}: reader (% of a core)": told["cpu_share"] * 100, f"{name}: frame (B)": told["size"]}


class Readers:
    """The viewers' process, and what it saw."""

    def __init__(self, process: subprocess.Popen[str], count: int) -> None:
        self._process = process
        self._count = count

    def expect(self, word: str) -> None:
        """Waits for it to say that."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if line != word:
            raise RuntimeError(f"the readers said {line!r} instead of {word!r}")

    def round(self, fire: Fire) -> dict[str, Any]:
        """Lets it happen once: `delays` of all viewers in ms, `size`, `cpu_share`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("next\n")
        self._process.stdin.flush()
        self.expect("listening")
        fired = fire()
        seen: dict[str, Any] = json.loads(self._process.stdout.readline())
        if len(seen["times"]) != self._count:
            raise RuntimeError(f"{len(seen['times'])} of {self._count} viewers were told")
        return seen | {"delays": [(arrived - fired) * 1000 for arrived in seen["times"]]}


@contextmanager
def _readers(count: int, port: int, path: str, kind: str) -> Iterator[Readers]:
    command = [sys.executable, "-m", "benchmarks.readers", str(count), str(port), path, kind]
    process = subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        readers = Readers(process, count)
        readers.expect("ready")
        yield readers
    finally:
        process.kill()
        process.wait()


@contextmanager
def _realtime() -> Iterator[tuple[int, psutil.Process]]:
    """A realtime process as `make run` starts it, warm; its port, and the process."""
    port = free_port()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"REALTIME_ADDRESS": f"127.0.0.1:{port}", "PATH": path}
    with _process(["ticketing/processes/realtime"], port, environment) as process:
        yield port, psutil.Process(process.pid)


@contextmanager
def _bare_broadcast() -> Iterator[tuple[int, Callable[[int], float]]]:
    """Its port, and what makes it send so many bytes to everybody and says when."""
    port = free_port()
    bare = [sys.executable, "-m", "benchmarks.broadcast", str(port)]
    with _process(bare, port, dict(os.environ)), socket.create_connection(("127.0.0.1", port)) as control:
        control.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def fire(size: int) -> float:
            fired = time.monotonic()
            control.sendall(b"fire %d" % size)
            return fired

        fire(1)  # whoever says so is no viewer
        yield port, fire


@contextmanager
def _process(command: list[str], port: int, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, cwd=CHECKOUT, env=environment)
    try:
        end = time.monotonic() + START_SECONDS
        while not _accepts(port):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{command} does not start")
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait()


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _new_event() -> tuple[int, Fire]:
    """A new event's id, and what changes one seat of it and says when that was committed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings")
    import django

    django.setup()
    from accounts.models import User
    from benchmarks import shop
    from events.operations.blocking import block_seats, unblock_seats
    from events.operations.create import create_event
    from events.seating import read_seating
    from realtime.news import publish

    seller = User.objects.get(email=shop.SELLER)
    fields = shop.new_event("Benchmark: viewers", [{"name": "A", "price": 5000, "subsections": 4}], rows=5, cols=10)
    seating = read_seating(fields.pop("seating_config"), max_seats=200_000)
    event = create_event(seller=seller, seating=seating, is_active=False, **fields)
    where: dict[str, Any] = {"event_id": event.pk, "seller": seller, "section": "A", "subsection": 1, "seats": ["1-1"]}
    blocked = False

    def change() -> float:
        nonlocal blocked
        committed = math.nan

        def note(group: str, message: dict[str, Any]) -> None:
            nonlocal committed
            committed = time.monotonic()  # this runs as soon as the transaction is committed
            publish(group, message)

        with mock.patch("events.news.publish", note):
            (unblock_seats if blocked else block_seats)(**where)
        blocked = not blocked
        return committed

    return event.pk, change


def _percentile(values: list[float], share: float) -> float:
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


if __name__ == "__main__":
    main()
