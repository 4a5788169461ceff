"""Holding seats: `python -m benchmarks.holds [--rounds 5]`. The product, the bare API, the bare SQL function, in turn.

Two seats, the best available, of a random one of 100 blocks, or all of one block that everybody wants.
"""

import itertools
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvloop

from benchmarks import bare_hold, shop
from benchmarks.bare_api import bare_api
from benchmarks.client import Address
from benchmarks.command import Bench, command
from benchmarks.load import closed_loop, open_loop, shared
from benchmarks.report import Figures
from benchmarks.shop import Cast
from benchmarks.tally import Tally

SECONDS = 6  # of one closed loop, if it did not have all holds by then
OPEN_LOOP_SECONDS = 4


@dataclass(frozen=True, slots=True)
class Rush:
    """Who holds where: `clients` take at most `holds` pairs in random blocks of a new event, over either API.

    `holds` and `bare_holds` (pgbench's) are so few that no block runs out.
    """

    name: str
    event: dict[str, Any]
    clients: int
    holds: int
    bare_holds: int


MANY_BLOCKS = Rush("holds", shop.arena(), clients=32, holds=4_000, bare_holds=16_000)  # of 25,000 pairs
ONE_BLOCK = Rush("holds in one block", shop.hot_block(), clients=64, holds=1_200, bare_holds=1_200)  # of 1,500
WARM_UP = Rush("warm-up", shop.arena(), clients=32, holds=500, bare_holds=0)


@dataclass(frozen=True, slots=True)
class Yardsticks:
    """The scratch database with the hold as a function, and the bare API on it."""

    url: str
    api: Address


def main() -> None:
    """Measures round after round and publishes medians and spread."""
    with command("holds", __doc__) as bench, yardsticks(bench) as bare:
        warm_up(shop.sign_in(bench.address), bare)
        for _ in bench.rounds:
            cast = shop.sign_in(bench.address)
            for rush in (MANY_BLOCKS, ONE_BLOCK):
                bench.report.add(in_turn(rush, cast, bare))


@contextmanager
def yardsticks(bench: Bench) -> Iterator[Yardsticks]:
    """Both, running."""
    with bare_hold.scratch_database() as url, bare_api(url) as api:
        bench.report.note(postgres=bare_hold.server_settings(url))
        yield Yardsticks(url, api)


def warm_up(cast: Cast, bare: Yardsticks) -> None:
    """Some holds that don't count."""
    uvloop.run(product(WARM_UP, cast))
    uvloop.run(pairs(WARM_UP, bare.api, bare_hold.new_event(bare.url, WARM_UP.event), cast.buyers))


def in_turn(rush: Rush, cast: Cast, bare: Yardsticks) -> Figures:
    """The product, then the bare API, then the bare SQL function, each on a new event."""
    ours = uvloop.run(product(rush, cast))
    api = uvloop.run(pairs(rush, bare.api, bare_hold.new_event(bare.url, rush.event), cast.buyers))
    sql = bare_hold.holds_per_second(bare.url, bare_hold.new_event(bare.url, rush.event), holds=rush.bare_holds)
    return {
        **ours.figures(rush.name, 201),
        **api.figures(f"{rush.name}, bare API", 201),
        f"{rush.name}, bare SQL (/s)": sql,
        f"{rush.name} / bare API": ours.rate(201) / api.rate(201),
        f"{rush.name} / bare SQL": ours.rate(201) / sql,
    }


async def product(rush: Rush, cast: Cast) -> Tally:
    """A rush on a new event of the product."""
    event = await shop.create(cast, rush.event)
    tally = await pairs(rush, cast.address, event, cast.buyers)
    await shop.retire(cast, event)
    return tally


async def at_rate(cast: Cast, *, rate: float) -> Figures:
    """Pairs in many blocks at a constant rate of arrival: what one buyer waits while so many others come a second."""
    event = await shop.create(cast, shop.arena())
    tally = await open_loop(cast.address, wishes(event, cast.buyers, int(rate * OPEN_LOOP_SECONDS)), rate=rate)
    tally.expect(201)
    await shop.retire(cast, event)
    return tally.latencies("holds at half that rate", 201)


async def pairs(rush: Rush, address: Address, event: dict[str, Any], tokens: list[str]) -> Tally:
    """A rush on an event at either API; all are 201."""
    tally = await closed_loop(address, shared(wishes(event, tokens, rush.holds), rush.clients, seconds=SECONDS))
    tally.expect(201)
    return tally


def wishes(event: dict[str, Any], tokens: list[str], count: int) -> list[bytes]:
    """Requests for pairs of seats, each of the next buyer in a random block; the same ones in every run."""
    blocks = shop.blocks_of(event)
    dice = random.Random(count)
    buyers = itertools.islice(itertools.cycle(tokens), count)
    return [shop.best_available(event["id"], dice.choice(blocks), 2, token) for token in buyers]


if __name__ == "__main__":
    main()
