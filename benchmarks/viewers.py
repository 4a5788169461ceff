"""From the commit to the viewers: `python -m benchmarks.viewers`, also a part of `make bench`.

A realtime process on the product's database and Redis serves many viewers, who all watch all seats of one event by
WebSocket or server-sent events. Seats change, one at a time or at a constant rate: when does each viewer have the
frame? In turn with it, a bare uvloop process writes as many bytes to as many sockets. The same lean reader reads both,
without a proxy.
"""

import argparse
import math
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import psutil

from benchmarks.tools.audience import Bare, Readers, bare_broadcast, readers, realtime
from benchmarks.tools.changes import Change, Changes
from benchmarks.tools.client import Address
from benchmarks.tools.report import Report
from benchmarks.tools.stage import stage

TRANSPORTS = {"WebSocket": ("ws", "/ws/event/{}"), "SSE": ("sse", "/api/event/{}/sse")}
AUDIENCES = (500, 1_000)
STEADY_AUDIENCE = 1_000  # viewers at the constant rate
MAX_ROUNDS = 100
WARM_UP = 2  # rounds that don't count
STEADY_ROUNDS = 5
RATE = 50  # changes a second
STEADY_SECONDS = 4
PAUSE_SECONDS = 0.1  # between two single changes
WANTED_FILES = 8_192

Sample = dict[str, float]


def main() -> None:
    """Measure both transports; publish medians and spread."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.viewers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, choices=range(MAX_ROUNDS + 1), metavar=f"0–{MAX_ROUNDS}")
    parser.add_argument(
        "--steady-rounds", type=int, default=STEADY_ROUNDS, choices=range(MAX_ROUNDS + 1), metavar=f"0–{MAX_ROUNDS}"
    )
    options = parser.parse_args()
    report = Report()
    try:
        with stage() as address:
            run(address, options.rounds, options.steady_rounds, report)
    except RuntimeError as error:
        sys.exit(f"Can't measure: {error}")
    report.publish("viewers")


def run(address: Address, rounds: int, steady_rounds: int, report: Report) -> None:
    """Measure every transport with every audience.

    The product's own realtime process, at `address`, has no viewers meanwhile.
    """
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(WANTED_FILES, hard), hard))
    for audience in AUDIENCES:
        for transport in TRANSPORTS:
            print(f"{audience:,} viewers by {transport}", flush=True)
            _measure(transport, audience, rounds, steady_rounds if audience == STEADY_AUDIENCE else 0, report)


def _measure(transport: str, audience: int, rounds: int, steady_rounds: int, report: Report) -> None:
    kind, path = TRANSPORTS[transport]
    changes = Changes()
    name = f"{audience:,} by {transport}"
    with realtime() as (port, process), bare_broadcast() as bare:
        before = process.memory_info().rss
        with (
            readers(audience, port, path.format(changes.event_id), kind) as product_readers,
            readers(audience, bare.port, "/", "bare") as bare_readers,
        ):
            report.add({f"{name}: memory a viewer (kB)": (process.memory_info().rss - before) / audience / 1000})
            if rounds:
                _single(name, rounds, report, changes, product_readers, bare, bare_readers)
            for number in range(steady_rounds + WARM_UP if steady_rounds else 0):
                seen = _steady(product_readers, changes.next, process)
                size = round(seen["bytes"] / (RATE * STEADY_SECONDS))
                baseline = _steady(bare_readers, lambda size=size: (0, *bare.fire(size)), bare.process)  # type: ignore[misc]
                if number >= WARM_UP:
                    report.add(_steady_figures(f"{name}, {RATE}/s", seen, baseline))


# --- One change at a time --------------------------------------------------------------------------


def _single(
    name: str,
    rounds: int,
    report: Report,
    changes: Changes,
    product_readers: Readers,
    bare: Bare,
    bare_readers: Readers,
) -> None:
    for number in range(rounds + WARM_UP):
        seen = product_readers.round(lambda: changes.next()[2])
        baseline = bare_readers.round(lambda size=seen["size"]: bare.fire(size)[1])  # type: ignore[misc]
        if number >= WARM_UP:
            report.add(_figures(name, seen, baseline, (50, 95)))
            report.add({f"{name}: reader (% of a core)": seen["cpu_share"] * 100, f"{name}: frame (B)": seen["size"]})
        time.sleep(PAUSE_SECONDS)


def _figures(name: str, seen: dict[str, Any], bare: dict[str, Any], shares: tuple[int, ...]) -> Sample:
    figures: Sample = {}
    for share in shares:
        own, baseline = (_percentile(each["delays"], share / 100) for each in (seen, bare))
        figures |= {
            f"{name}: p{share} (ms)": own,
            f"{name}: p{share}, bare broadcast (ms)": baseline,
            f"{name}: p{share} / bare": own / baseline,
        }
    return figures


# --- A constant rate -------------------------------------------------------------------------------


def _steady(viewers: Readers, change: Callable[[], Change], server: psutil.Process) -> dict[str, Any]:
    """Make changes on schedule, however slow the viewers are; return what they saw, and the CPU shares."""
    changes_made: list[Change] = []
    with viewers.recording() as stop:
        cpu, own_cpu = _cpu_seconds(server), time.process_time()
        start = time.monotonic()
        for number in range(RATE * STEADY_SECONDS):
            time.sleep(max(0.0, start + number / RATE - time.monotonic()))
            changes_made.append(change())
        took = time.monotonic() - start
        shares = {"server": (_cpu_seconds(server) - cpu) / took, "source": (time.process_time() - own_cpu) / took}
        return stop(changes_made) | shares | {"rate": len(changes_made) / took}


def _steady_figures(name: str, seen: dict[str, Any], bare: dict[str, Any]) -> Sample:
    return _figures(name, seen, bare, (50, 95, 99)) | {
        f"{name}: changes (/s)": seen["rate"],
        f"{name}: changes a frame": RATE * STEADY_SECONDS / seen["frames"],
        f"{name}: realtime (% of a core)": seen["server"] * 100,
        f"{name}: bare broadcast (% of a core)": bare["server"] * 100,
        f"{name}: reader (% of a core)": seen["cpu_share"] * 100,
        f"{name}: reader of the bare broadcast (% of a core)": bare["cpu_share"] * 100,
        f"{name}: source of changes (% of a core)": seen["source"] * 100,
    }


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _percentile(values: list[float], share: float) -> float:
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


if __name__ == "__main__":
    main()
