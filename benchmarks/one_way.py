"""What the fast path and the SQL functions gain: `python -m benchmarks.one_way [--rounds 5] [--checkout DIR]`.

Web processes of one worker each answer the same calls on the same database, in turn, one short slice after the other:

- fast path: the product's own application;
- REST framework: the same handlers behind Django's middleware and the views of the REST framework;
- REST framework, ORM: the same, and a hold is some twelve statements instead of one database function.

`--checkout` adds the application of another checkout of the product (an earlier version with the same migrations).
CPU is that of the web process, so that neither Postgres nor other people's work on the machine counts.
"""

import argparse
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import psutil
import uvloop

from benchmarks import shop
from benchmarks.client import request
from benchmarks.holds import hold_requests
from benchmarks.load import closed_loop, shared
from benchmarks.report import Figures, Report
from benchmarks.server import running
from benchmarks.shop import Cast
from benchmarks.stage import CHECKOUT, own_services
from benchmarks.tally import Tally
from ticketing.embedded.state import free_port

CLIENTS = 8
BUYERS = 500
HOLDS, PAYMENTS, READS = 300, 100, 1_500  # calls of a slice
LIST = 20  # events, a page
FAST, VIEWS, ORM = "fast path", "REST framework", "REST framework, ORM"


@dataclass(frozen=True, slots=True)
class Way:
    """One web process: what it is called, and who plays there."""

    name: str
    process: psutil.Process
    cast: Cast

    def cpu_seconds(self) -> float:
        """What its worker has used since it began."""
        times = [child.cpu_times() for child in self.process.children(recursive=True)]
        return float(sum(time.user + time.system for time in times))


Slice = Callable[[Way], Awaitable[Tally]]


def main() -> None:
    """Measures round after round and publishes medians and spread."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.one_way", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--checkout", type=Path, help="another checkout, measured as well")
    asked = parser.parse_args()
    report = Report()
    try:
        with own_services(), ways(asked.checkout) as those:
            uvloop.run(one_round(those))  # warms up, and does not count
            for number in range(1, asked.rounds + 1):
                print(f"round {number} of {asked.rounds}", flush=True)
                report.add(uvloop.run(one_round(those)))
    except (RuntimeError, OSError) as error:
        sys.exit(f"Can't measure: {error}")
    report.publish("one_way")


@contextmanager
def ways(checkout: Path | None) -> Iterator[list[Way]]:
    """The web processes, running, with buyers who are signed in."""
    from django.core.management import call_command

    call_command("seed_demo", verbosity=0)
    applications = [
        (FAST, "ticketing.wsgi:application", CHECKOUT, {}),
        (VIEWS, "benchmarks.one_way_app:application", CHECKOUT, {}),
        (ORM, "benchmarks.one_way_app:application", CHECKOUT, {"ONE_WAY_STATEMENTS": "orm"}),
    ]
    if checkout is not None:
        applications.append((str(checkout), "ticketing.wsgi:application", checkout, {}))
    with ExitStack() as stack:
        yield [_start(stack, *application) for application in applications]


def _start(stack: ExitStack, name: str, application: str, checkout: Path, environment: dict[str, str]) -> Way:
    from django.conf import settings

    services = {"DATABASE_URL": settings.DATABASE_URL, "REDIS_URL": settings.REDIS_URL}
    services |= {"SECRET_KEY": settings.SECRET_KEY, "LOG_LEVEL": "WARNING"}
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", "8", "--backlog", "4096", "--log-level", "warning", application]
    process = stack.enter_context(running(command, port, checkout, **services, **environment))
    return Way(name, process, shop.sign_in(("127.0.0.1", port), BUYERS))


async def one_round(those: list[Way]) -> Figures:
    """A slice of each call with each of them."""
    figures: Figures = {}
    event = await shop.create(those[0].cast, shop.arena())
    shown = [await shop.create(those[0].cast, shop.hot_block()) for _ in range(LIST)]
    held: dict[str, list[bytes]] = {way.name: [] for way in those}
    slices: dict[str, Slice] = {
        "hold": lambda way: _hold(way, event, held[way.name]),
        "pay": lambda way: _pay(way, held[way.name]),
        "event list": lambda way: _read(way, f"/api/event?page_size={LIST}"),
        "event detail": lambda way: _read(way, f"/api/event/{event['id']}"),
        "seat map": lambda way: _read(way, f"/api/event/{event['id']}/seatmap"),
    }
    for name, slice_ in slices.items():
        for way in those:
            figures |= await _measured(name, way, slice_)
    for one in [event, *shown]:
        await shop.retire(those[0].cast, one)
    return figures


async def _measured(name: str, way: Way, slice_: Slice) -> Figures:
    before = way.cpu_seconds()
    tally = await slice_(way)
    calls = tally.statuses.total()
    cpu = (way.cpu_seconds() - before) / calls
    return {f"{name}, {way.name} (/s)": calls / tally.seconds, f"{name}, {way.name}: CPU of web (ms)": cpu * 1000}


async def _hold(way: Way, event: dict[str, object], held: list[bytes]) -> Tally:
    tally = await closed_loop(way.cast.address, shared(hold_requests(event, way.cast.buyers, HOLDS), CLIENTS))
    tally.expect(201)
    held += await _requests_to_pay(way)
    return tally


async def _requests_to_pay(way: Way) -> list[bytes]:
    """Payments of holds, each by its buyer."""
    from asgiref.sync import sync_to_async

    return await sync_to_async(_payable)(way)


def _payable(way: Way) -> list[bytes]:
    from django.db import connection

    from bookings.holds.models import Booking

    by_email = {f"bench{number}@example.com": token for number, token in enumerate(way.cast.buyers, 1)}
    rows = Booking.objects.filter(status="pending_payment", buyer__email__in=by_email)
    latest = list(rows.order_by("-created_at").values_list("pk", "buyer__email")[:PAYMENTS])
    connection.close()
    return [shop.pay(str(booking), by_email[email]) for booking, email in latest]


async def _pay(way: Way, payments: list[bytes]) -> Tally:
    tally = await closed_loop(way.cast.address, shared(payments, CLIENTS))
    tally.expect(200)
    return tally


async def _read(way: Way, path: str) -> Tally:
    said = request("GET", path, headers={"Accept-Encoding": "gzip"})
    reads = repeat(said, READS)
    tally = await closed_loop(way.cast.address, shared(reads, CLIENTS))
    tally.expect(200)
    return tally


if __name__ == "__main__":
    main()
