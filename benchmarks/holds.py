"""Holding seats: `python -m benchmarks.holds [--rounds 5]`.

Measures the product, the bare API and the bare SQL function, in turn. Each hold takes the two best available seats in
a random one of 100 subsections, or all holds are in one subsection.
"""

import itertools
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvloop

from benchmarks.baselines import bare_hold
from benchmarks.baselines.bare_api import bare_api
from benchmarks.tools import shop
from benchmarks.tools.client import Address
from benchmarks.tools.command import Bench, command
from benchmarks.tools.load import closed_loop, open_loop, shared
from benchmarks.tools.report import Figures
from benchmarks.tools.shop import Cast
from benchmarks.tools.tally import Tally

SECONDS = 6  # maximum duration of one closed loop
OPEN_LOOP_SECONDS = 4


@dataclass(frozen=True, slots=True)
class Rush:
    """A load: `clients` take at most `holds` pairs in random subsections of a new event, over either API.

    `holds` and `bare_holds` (those of pgbench) are low enough that no subsection sells out.
    """

    name: str
    event: dict[str, Any]
    clients: int
    holds: int
    bare_holds: int


MANY_SUBSECTIONS = Rush("holds", shop.arena(), clients=32, holds=4_000, bare_holds=16_000)  # of 25,000 pairs
ONE_SUBSECTION = Rush(
    "holds in one subsection", shop.hot_subsection(), clients=64, holds=1_200, bare_holds=1_200
)  # of 1,500
WARM_UP = Rush("warm-up", shop.arena(), clients=32, holds=500, bare_holds=0)


@dataclass(frozen=True, slots=True)
class Baselines:
    """The baselines: the scratch database with the hold as a function, and the bare API on it."""

    url: str
    api: Address


def main() -> None:
    """Measure in rounds; publish medians and spread."""
    with command("holds", __doc__) as bench, baselines(bench) as baseline:
        warm_up(shop.sign_in(bench.address), baseline)
        for _ in bench.rounds:
            cast = shop.sign_in(bench.address)
            for rush in (MANY_SUBSECTIONS, ONE_SUBSECTION):
                bench.report.add(in_turn(rush, cast, baseline))


@contextmanager
def baselines(bench: Bench) -> Iterator[Baselines]:
    """Run both baselines."""
    with bare_hold.scratch_database() as url, bare_api(url) as api:
        bench.report.note(postgres=bare_hold.server_settings(url))
        yield Baselines(url, api)


def warm_up(cast: Cast, baseline: Baselines) -> None:
    """Make some holds that don't count."""
    uvloop.run(product(WARM_UP, cast))
    uvloop.run(pairs(WARM_UP, baseline.api, bare_hold.new_event(baseline.url, WARM_UP.event), cast.buyers))


def in_turn(rush: Rush, cast: Cast, baseline: Baselines) -> Figures:
    """Measure the product, then the bare API, then the bare SQL function, each on a new event."""
    own = uvloop.run(product(rush, cast))
    api = uvloop.run(pairs(rush, baseline.api, bare_hold.new_event(baseline.url, rush.event), cast.buyers))
    sql = bare_hold.holds_per_second(baseline.url, bare_hold.new_event(baseline.url, rush.event), holds=rush.bare_holds)
    return {
        **own.figures(rush.name, 201),
        **api.figures(f"{rush.name}, bare API", 201),
        f"{rush.name}, bare SQL (/s)": sql,
        f"{rush.name} / bare API": own.rate(201) / api.rate(201),
        f"{rush.name} / bare SQL": own.rate(201) / sql,
    }


async def product(rush: Rush, cast: Cast) -> Tally:
    """Run a rush on a new event of the product."""
    event = await shop.create(cast, rush.event)
    tally = await pairs(rush, cast.address, event, cast.buyers)
    await shop.retire(cast, event)
    return tally


async def at_rate(cast: Cast, *, rate: float) -> Figures:
    """Hold pairs in many subsections at a constant rate (per second); return the latency percentiles."""
    event = await shop.create(cast, shop.arena())
    tally = await open_loop(cast.address, hold_requests(event, cast.buyers, int(rate * OPEN_LOOP_SECONDS)), rate=rate)
    tally.expect(201)
    await shop.retire(cast, event)
    return tally.latencies("holds at half that rate", 201)


async def pairs(rush: Rush, address: Address, event: dict[str, Any], tokens: list[str]) -> Tally:
    """Run a rush on an event of either API; every response must be 201."""
    tally = await closed_loop(address, shared(hold_requests(event, tokens, rush.holds), rush.clients, seconds=SECONDS))
    tally.expect(201)
    return tally


def hold_requests(event: dict[str, Any], tokens: list[str], count: int) -> list[bytes]:
    """Return requests for pairs of seats, each for the next buyer in a random subsection; the same in every run."""
    subsections = shop.subsections_of(event)
    dice = random.Random(count)
    buyers = itertools.islice(itertools.cycle(tokens), count)
    return [shop.best_available(event["id"], dice.choice(subsections), 2, token) for token in buyers]


if __name__ == "__main__":
    main()
