"""What is measured of the product, each measure in one function: {name with its unit: figure}."""

import asyncio
import itertools
import random
import time
from collections.abc import Iterator
from typing import Any

from benchmarks import shop
from benchmarks.client import Address, request
from benchmarks.load import Client, Say, closed_loop, open_loop
from events.positions import seat_name

CLIENTS = 32
HOLDS = 2_000  # pairs a round, of 25,000 in an arena: no block runs out
OPEN_LOOP_SECONDS = 4
NOT_MODIFIED = 2_000  # conditional requests a round
WHOLE_MAPS = 64  # requests a round
MAP_READERS = 8
BLOCKS_AT_ONCE = 4
GZIP = {"Accept-Encoding": "gzip"}

Figures = dict[str, float]


async def create_arena(address: Address, seller: str) -> tuple[dict[str, Any], Figures]:
    """Another event of 50,000 seats over the API, and how long that took."""
    started = time.perf_counter()
    answer = await shop.call(address, 201, "POST", "/api/event", token=seller, body=shop.arena())
    return answer.json(), {"create 50,000 seats (s)": time.perf_counter() - started}


async def cold_map(address: Address, event_id: int) -> Figures:
    """The seat map of an event that nobody has looked at yet."""
    started = time.perf_counter()
    await shop.call(address, 200, "GET", f"/api/event/{event_id}/seatmap", headers=GZIP)
    return {"seat map, 50,000 seats, cold (ms)": (time.perf_counter() - started) * 1000}


async def hold_pairs(address: Address, event: dict[str, Any], tokens: list[str], *, holds: int = HOLDS) -> Figures:
    """The best two seats of a random block, again and again, by 32 clients: how many a second the product can do."""
    wishes = _wishes(event, tokens, holds)

    async def client(say: Say) -> None:
        for wish in wishes:  # shared: whoever is free takes the next one
            await say(wish)

    tally = await closed_loop(address, [client] * CLIENTS)
    tally.expect(201)
    return {
        "holds (/s)": tally.rate(201),
        "hold p50 (ms)": tally.percentile(0.5, 201),
        "hold p95 (ms)": tally.percentile(0.95, 201),
        "hold p99 (ms)": tally.percentile(0.99, 201),
        "generator (% of a core)": tally.cpu_share * 100,
    }


async def hold_at_rate(address: Address, event: dict[str, Any], tokens: list[str], *, rate: float) -> Figures:
    """The same at a constant rate of arrival: what one buyer waits while so many others come every second."""
    wishes = list(_wishes(event, tokens, int(rate * OPEN_LOOP_SECONDS)))
    tally = await open_loop(address, wishes, rate=rate)
    tally.expect(201)
    return {f"hold p{share} at half that rate (ms)": tally.percentile(share / 100, 201) for share in (50, 95, 99)}


async def mixed_map(address: Address, event_id: int, seller: str) -> Figures:
    """The seat map when a random half of all free seats is gone (the hardest to compress): size and rates."""
    path = f"/api/event/{event_id}/seatmap"
    await _take_a_half(address, event_id, seller)
    answer = await shop.call(address, 200, "GET", path, headers=GZIP)
    unchanged = request("GET", path, headers=GZIP | {"If-None-Match": answer.header("ETag") or ""})
    not_modified = await closed_loop(address, [_repeat(unchanged, NOT_MODIFIED // CLIENTS)] * CLIENTS)
    not_modified.expect(304)
    whole = await closed_loop(
        address, [_repeat(request("GET", path, headers=GZIP), WHOLE_MAPS // MAP_READERS)] * MAP_READERS
    )
    whole.expect(200)
    return {
        "seat map, mixed, gzip (kB)": len(answer.body) / 1000,
        "seat map, 304 (/s)": not_modified.rate(304),
        "seat map, 200 (/s)": whole.rate(200),
    }


def _wishes(event: dict[str, Any], tokens: list[str], count: int) -> Iterator[bytes]:
    """Requests for pairs of seats, each of the next buyer in a random block; the same ones in every run."""
    blocks = shop.blocks_of(event)
    dice = random.Random(count)
    buyers = itertools.islice(itertools.cycle(tokens), count)
    return (shop.best_available(event["id"], dice.choice(blocks), 2, token) for token in buyers)


def _repeat(said: bytes, times: int) -> Client:
    async def client(say: Say) -> None:
        for _ in range(times):
            await say(said)

    return client


async def _take_a_half(address: Address, event_id: int, seller: str) -> None:
    """Blocks a random half of the free seats of each block."""
    seat_map = (await shop.call(address, 200, "GET", f"/api/event/{event_id}/seatmap")).json()
    dice = random.Random(event_id)
    turn = asyncio.Semaphore(BLOCKS_AT_ONCE)

    async def take(row: dict[str, Any]) -> None:
        free = [seat_name(position, row["cols"]) for position, seat in enumerate(row["seats"]) if seat == "a"]
        seats = {
            "section": row["section"],
            "subsection": row["subsection"],
            "seat_positions": dice.sample(free, len(free) // 2),
        }
        async with turn:
            await shop.call(address, 200, "POST", f"/api/event/{event_id}/block", token=seller, body=seats)

    await asyncio.gather(*(take(row) for row in seat_map["sections"]))
