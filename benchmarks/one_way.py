"""What the fast path and the SQL functions gain: `python -m benchmarks.one_way [--rounds 5] [--checkout DIR]`.

Measures variants of the web process, each with one worker, on the same database. Each kind of call is measured for each
variant in turn, in short slices:

- fast path: the product's own application;
- REST framework: the same handlers, behind Django's middleware and the views of the REST framework;
- REST framework, ORM: the same, but a hold takes about twelve statements instead of one database function.

`--checkout` adds the application of another checkout of the product (an earlier version with the same migrations).
CPU is that of the web process, so neither Postgres nor other load on the machine counts.
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

from benchmarks.holds import hold_requests
from benchmarks.tools import shop
from benchmarks.tools.client import request
from benchmarks.tools.load import closed_loop, shared
from benchmarks.tools.report import Figures, Report
from benchmarks.tools.server import running
from benchmarks.tools.shop import Cast
from benchmarks.tools.stage import CHECKOUT, own_services
from benchmarks.tools.tally import Tally
from ticketing.embedded.state import free_port

CLIENTS = 8
BUYERS = 500
HOLDS, PAYMENTS, READS = 300, 100, 1_500  # calls per slice
LIST = 20  # events per page
FAST, VIEWS, ORM = "fast path", "REST framework", "REST framework, ORM"


@dataclass(frozen=True, slots=True)
class Variant:
    """A web process, its name in the figures, and its address with signed-in users."""

    name: str
    process: psutil.Process
    cast: Cast

    def cpu_seconds(self) -> float:
        """Return the CPU seconds that its worker has used."""
        times = [child.cpu_times() for child in self.process.children(recursive=True)]
        return float(sum(time.user + time.system for time in times))


Slice = Callable[[Variant], Awaitable[Tally]]


def main() -> None:
    """Measure in rounds; publish medians and spread."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.one_way", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--checkout", type=Path, help="another checkout, measured as well")
    options = parser.parse_args()
    report = Report()
    try:
        with own_services(), start_variants(options.checkout) as variants:
            uvloop.run(one_round(variants))  # a warm-up that does not count
            for number in range(1, options.rounds + 1):
                print(f"round {number} of {options.rounds}", flush=True)
                report.add(uvloop.run(one_round(variants)))
    except (RuntimeError, OSError) as error:
        sys.exit(f"Can't measure: {error}")
    report.publish("one_way")


@contextmanager
def start_variants(checkout: Path | None) -> Iterator[list[Variant]]:
    """Run the web processes; yield them with signed-in buyers."""
    from django.core.management import call_command

    call_command("seed_demo", verbosity=0)
    applications = [
        (FAST, "ticketing.wsgi:application", CHECKOUT, {}),
        (VIEWS, "benchmarks.baselines.one_way_app:application", CHECKOUT, {}),
        (ORM, "benchmarks.baselines.one_way_app:application", CHECKOUT, {"ONE_WAY_STATEMENTS": "orm"}),
    ]
    if checkout is not None:
        applications.append((str(checkout), "ticketing.wsgi:application", checkout, {}))
    with ExitStack() as stack:
        yield [_start(stack, *application) for application in applications]


def _start(stack: ExitStack, name: str, application: str, checkout: Path, environment: dict[str, str]) -> Variant:
    from django.conf import settings

    services = {"DATABASE_URL": settings.DATABASE_URL, "REDIS_URL": settings.REDIS_URL}
    services |= {"SECRET_KEY": settings.SECRET_KEY, "LOG_LEVEL": "WARNING"}
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", "8", "--backlog", "4096", "--log-level", "warning", application]
    process = stack.enter_context(running(command, port, checkout, **services, **environment))
    return Variant(name, process, shop.sign_in(("127.0.0.1", port), BUYERS))


async def one_round(variants: list[Variant]) -> Figures:
    """Measure one slice of each kind of call with each variant."""
    figures: Figures = {}
    event = await shop.create(variants[0].cast, shop.arena())
    shown = [await shop.create(variants[0].cast, shop.hot_subsection()) for _ in range(LIST)]
    held: dict[str, list[bytes]] = {variant.name: [] for variant in variants}
    slices: dict[str, Slice] = {
        "hold": lambda variant: _hold(variant, event, held[variant.name]),
        "pay": lambda variant: _pay(variant, held[variant.name]),
        "event list": lambda variant: _read(variant, f"/api/event?page_size={LIST}"),
        "event detail": lambda variant: _read(variant, f"/api/event/{event['id']}"),
        "seat map": lambda variant: _read(variant, f"/api/event/{event['id']}/seatmap"),
    }
    for name, slice_ in slices.items():
        for variant in variants:
            figures |= await _measured(name, variant, slice_)
    for old in [event, *shown]:
        await shop.retire(variants[0].cast, old)
    return figures


async def _measured(name: str, variant: Variant, slice_: Slice) -> Figures:
    before = variant.cpu_seconds()
    tally = await slice_(variant)
    calls = tally.statuses.total()
    cpu = (variant.cpu_seconds() - before) / calls
    return {
        f"{name}, {variant.name} (/s)": calls / tally.seconds,
        f"{name}, {variant.name}: CPU of web (ms)": cpu * 1000,
    }


async def _hold(variant: Variant, event: dict[str, object], held: list[bytes]) -> Tally:
    tally = await closed_loop(variant.cast.address, shared(hold_requests(event, variant.cast.buyers, HOLDS), CLIENTS))
    tally.expect(201)
    held += await _requests_to_pay(variant)
    return tally


async def _requests_to_pay(variant: Variant) -> list[bytes]:
    """Return requests to pay the latest holds, each by its buyer."""
    from asgiref.sync import sync_to_async

    return await sync_to_async(_payable)(variant)


def _payable(variant: Variant) -> list[bytes]:
    from django.db import connection

    from bookings.holds.models import Booking

    by_email = {f"bench{number}@example.com": token for number, token in enumerate(variant.cast.buyers, 1)}
    rows = Booking.objects.filter(status="pending_payment", buyer__email__in=by_email)
    latest = list(rows.order_by("-created_at").values_list("pk", "buyer__email")[:PAYMENTS])
    connection.close()
    return [shop.pay(str(booking), by_email[email]) for booking, email in latest]


async def _pay(variant: Variant, payments: list[bytes]) -> Tally:
    tally = await closed_loop(variant.cast.address, shared(payments, CLIENTS))
    tally.expect(200)
    return tally


async def _read(variant: Variant, path: str) -> Tally:
    reads = repeat(request("GET", path, headers={"Accept-Encoding": "gzip"}), READS)
    tally = await closed_loop(variant.cast.address, shared(reads, CLIENTS))
    tally.expect(200)
    return tally


if __name__ == "__main__":
    main()
