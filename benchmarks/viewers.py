"""From the commit to the viewers: `python -m benchmarks.viewers`, also a part of `make bench`.

A realtime process of its own on the product's database and Redis has so many viewers, all watching all seats of one
event, by WebSocket or by server-sent events. Seats change, one at a time or at a constant rate; when does each viewer
have the frame? In turn with it, a bare uvloop process writes as many bytes to as many sockets. Both are read by the
same lean reader, without a proxy.
"""

import argparse
import math
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import psutil

from benchmarks.audience import Bare, Readers, bare_broadcast, readers, realtime
from benchmarks.changes import Change, Changes
from benchmarks.client import Address
from benchmarks.report import Report
from benchmarks.stage import stage

SPOUTS = {"WebSocket": ("ws", "/ws/event/{}"), "SSE": ("sse", "/api/event/{}/sse")}
AUDIENCES = (500, 1_000)
CROWD = 1_000  # viewers of the constant rate
MAX_ROUNDS = 100
WARM_UP = 2  # rounds that don't count
STEADY_ROUNDS = 5
RATE = 50  # changes a second
STEADY_SECONDS = 4
PAUSE_SECONDS = 0.1  # between two single changes
FILES = 8_192

Sample = dict[str, float]


def main() -> None:
    """Measures both spouts and publishes medians and spread."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.viewers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, choices=range(MAX_ROUNDS + 1), metavar=f"0–{MAX_ROUNDS}")
    parser.add_argument(
        "--steady-rounds", type=int, default=STEADY_ROUNDS, choices=range(MAX_ROUNDS + 1), metavar=f"0–{MAX_ROUNDS}"
    )
    asked = parser.parse_args()
    report = Report()
    try:
        with stage() as address:
            run(address, asked.rounds, asked.steady_rounds, report)
    except RuntimeError as error:
        sys.exit(f"Can't measure: {error}")
    report.publish("viewers")


def run(address: Address, rounds: int, steady_rounds: int, report: Report) -> None:
    """Every spout with every audience; the product's own realtime, at `address`, has nobody to tell meanwhile."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, hard), hard))
    for audience in AUDIENCES:
        for spout in SPOUTS:
            print(f"{audience:,} viewers by {spout}", flush=True)
            _measure(spout, audience, rounds, steady_rounds if audience == CROWD else 0, report)


def _measure(spout: str, audience: int, rounds: int, steady_rounds: int, report: Report) -> None:
    kind, path = SPOUTS[spout]
    changes = Changes()
    name = f"{audience:,} by {spout}"
    with realtime() as (port, process), bare_broadcast() as bare:
        before = process.memory_info().rss
        with (
            readers(audience, port, path.format(changes.event_id), kind) as ours,
            readers(audience, bare.port, "/", "bare") as theirs,
        ):
            report.add({f"{name}: memory a viewer (kB)": (process.memory_info().rss - before) / audience / 1000})
            if rounds:
                _single(name, rounds, report, changes, ours, bare, theirs)
            for number in range(steady_rounds + WARM_UP if steady_rounds else 0):
                told = _steady(ours, changes.next, process)
                size = round(told["bytes"] / (RATE * STEADY_SECONDS))
                yardstick = _steady(theirs, lambda size=size: (0, *bare.fire(size)), bare.process)  # type: ignore[misc]
                if number >= WARM_UP:
                    report.add(_steady_figures(f"{name}, {RATE}/s", told, yardstick))


# --- One change at a time --------------------------------------------------------------------------


def _single(
    name: str, rounds: int, report: Report, changes: Changes, ours: Readers, bare: Bare, theirs: Readers
) -> None:
    for number in range(rounds + WARM_UP):
        told = ours.round(lambda: changes.next()[2])
        yardstick = theirs.round(lambda size=told["size"]: bare.fire(size)[1])  # type: ignore[misc]
        if number >= WARM_UP:
            report.add(_figures(name, told, yardstick, (50, 95)))
            report.add({f"{name}: reader (% of a core)": told["cpu_share"] * 100, f"{name}: frame (B)": told["size"]})
        time.sleep(PAUSE_SECONDS)


def _figures(name: str, told: dict[str, Any], bare: dict[str, Any], shares: tuple[int, ...]) -> Sample:
    figures: Sample = {}
    for share in shares:
        ours, yardstick = (_percentile(each["delays"], share / 100) for each in (told, bare))
        figures |= {
            f"{name}: p{share} (ms)": ours,
            f"{name}: p{share}, bare broadcast (ms)": yardstick,
            f"{name}: p{share} / bare": ours / yardstick,
        }
    return figures


# --- A constant rate -------------------------------------------------------------------------------


def _steady(viewers: Readers, change: Callable[[], Change], server: psutil.Process) -> dict[str, Any]:
    """Changes on schedule, whatever becomes of them; what the viewers saw, and the CPU it took."""
    happened: list[Change] = []
    with viewers.recording() as stop:
        cpu, own_cpu = _cpu_seconds(server), time.process_time()
        start = time.monotonic()
        for number in range(RATE * STEADY_SECONDS):
            time.sleep(max(0.0, start + number / RATE - time.monotonic()))
            happened.append(change())
        took = time.monotonic() - start
        shares = {"server": (_cpu_seconds(server) - cpu) / took, "source": (time.process_time() - own_cpu) / took}
        return stop(happened) | shares | {"rate": len(happened) / took}


def _steady_figures(name: str, told: dict[str, Any], bare: dict[str, Any]) -> Sample:
    return _figures(name, told, bare, (50, 95, 99)) | {
        f"{name}: changes (/s)": told["rate"],
        f"{name}: changes a frame": RATE * STEADY_SECONDS / told["frames"],
        f"{name}: realtime (% of a core)": told["server"] * 100,
        f"{name}: bare broadcast (% of a core)": bare["server"] * 100,
        f"{name}: reader (% of a core)": told["cpu_share"] * 100,
        f"{name}: reader of the bare broadcast (% of a core)": bare["cpu_share"] * 100,
        f"{name}: source of changes (% of a core)": told["source"] * 100,
    }


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _percentile(values: list[float], share: float) -> float:
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


if __name__ == "__main__":
    main()
