"""Does a full database slow holds down? `python -m benchmarks.growth [--rounds 5]`, on a product of its own.

The same small event is sold repeatedly while the database holds 1,000, 50,000 and 1,000,000 tickets, in turn.
"""

import random
from typing import Any

import psycopg
import uvloop

from benchmarks.tools import shop
from benchmarks.tools.command import command
from benchmarks.tools.load import closed_loop, shared
from benchmarks.tools.shop import Cast
from benchmarks.tools.tally import Tally

ARENAS = {"1,000": 0, "50,000": 1, "1,000,000": 20}  # events of 50,000 seats, beside the one that is sold
EVENTS = 8  # small events that are sold one after the other
PAIRS_PER_SUBSECTION = 40  # of 50
CLIENTS = 32


def main() -> None:
    """Fill the database, sell, and empty it; publish medians and spread."""
    with command("growth", __doc__, own=True) as bench:
        for _ in bench.rounds:
            cast = shop.sign_in(bench.address)
            rates = {tickets: _round(cast, arenas) for tickets, arenas in ARENAS.items()}
            bench.report.add({f"holds with {tickets} tickets (/s)": rate for tickets, rate in rates.items()})
            bench.report.add({"holds with 1,000,000 / 1,000 tickets": rates["1,000,000"] / rates["1,000"]})
            bench.report.add({"holds with 1,000,000 / 50,000 tickets": rates["1,000,000"] / rates["50,000"]})


def _round(cast: Cast, arenas: int) -> float:
    """Return the holds per second with this many arenas in the database."""
    _empty()
    uvloop.run(_fill(cast, arenas))
    _settle()
    uvloop.run(_sell(cast))  # warm-up
    sold = [uvloop.run(_sell(cast)) for _ in range(EVENTS)]
    return sum(tally.statuses[201] for tally in sold) / sum(tally.seconds for tally in sold)


async def _fill(cast: Cast, arenas: int) -> None:
    for _ in range(arenas):
        await shop.create(cast, shop.arena())


async def _sell(cast: Cast) -> Tally:
    """Sell most of an event of 1,000 seats in 10 subsections, evenly, so that none sells out."""
    sections = [{"name": "A", "price": 5000, "subsections": 10}]
    event = await shop.create(cast, shop.new_event("Benchmark: growth", sections, rows=10, cols=10))
    tally = await closed_loop(cast.address, shared(_hold_requests(cast, event), CLIENTS))
    tally.expect(201)
    return tally


def _hold_requests(cast: Cast, event: dict[str, Any]) -> list[bytes]:
    subsections = shop.subsections_of(event) * PAIRS_PER_SUBSECTION
    random.Random(1).shuffle(subsections)
    buyers = len(cast.buyers)
    return [
        shop.best_available(event["id"], subsection, 2, cast.buyers[number % buyers])
        for number, subsection in enumerate(subsections)
    ]


def _empty() -> None:
    """Remove all events, bookings and tickets, including the demo's: the database belongs to the benchmark."""
    _execute("ALTER TABLE events_seatchange DISABLE TRIGGER append_only_truncate")  # it forbids emptying the audit log
    _execute("TRUNCATE events_event CASCADE")
    _execute("ALTER TABLE events_seatchange ENABLE TRIGGER append_only_truncate")


def _settle() -> None:
    """Do what autovacuum would otherwise do during the measurement."""
    _execute("VACUUM ANALYZE")
    _execute("CHECKPOINT")


def _execute(statement: str) -> None:
    from django.conf import settings

    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as connection:
        connection.execute(statement.encode())


if __name__ == "__main__":
    main()
