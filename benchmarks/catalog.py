"""Creating and reading events: creation, the detail, the list, the seat map, the geometry of a seating plan."""

import asyncio
import itertools
import random
import time
from typing import Any

from benchmarks.tools import shop
from benchmarks.tools.client import Address, request
from benchmarks.tools.load import closed_loop, shared
from benchmarks.tools.parts import Parts
from benchmarks.tools.report import Figures
from benchmarks.tools.shop import Cast
from benchmarks.tools.tally import Tally
from events.seating.positions import seat_name

READERS = 32
MAP_READERS = 8  # readers of full maps
READING_SECONDS = 1.5
LIST = 20  # events per page
CONCURRENT_CALLS = 4
GZIP = {"Accept-Encoding": "gzip"}


async def creation(cast: Cast) -> Figures:
    """Create events of 50,000 and 200,000 seats over the API; measure the growth of the web processes' memory."""
    parts = Parts(cast.address)
    figures: Figures = {}
    before = parts.memory("web")
    for size, body in (("50,000", shop.arena()), ("200,000", shop.stadium())):
        started = time.perf_counter()
        event = await shop.create(cast, body)
        figures[f"create {size} seats (s)"] = time.perf_counter() - started
        await shop.retire(cast, event)
    growth = parts.memory("web") - before
    return figures | {"memory of web before (MB)": before, "memory of web, growth by creating (MB)": growth}


async def reading(cast: Cast) -> Figures:
    """Read a seat map uncached; then, with a random half of its seats taken, map, detail and a full page of the list.

    A map with randomly taken seats is the hardest to compress. Resources without an ETag have no figure for 304.
    """
    event = await shop.create(cast, shop.arena())
    seat_map, detail = f"/api/event/{event['id']}/seatmap", f"/api/event/{event['id']}"
    started = time.perf_counter()
    await shop.call(cast.address, 200, "GET", seat_map, headers=GZIP)
    figures = {"seat map, 50,000 seats, cold (ms)": (time.perf_counter() - started) * 1000}

    await _block_half(cast, event["id"])
    shown = [await shop.create(cast, shop.hot_subsection()) for _ in range(LIST)]
    size = len((await shop.call(cast.address, 200, "GET", seat_map, headers=GZIP)).body)
    figures["seat map, mixed, gzip (kB)"] = size / 1000
    figures |= await _rates(cast.address, "seat map", seat_map, MAP_READERS)
    figures |= await _rates(cast.address, "event detail", detail, READERS)
    figures |= await _rates(cast.address, "event list", f"/api/event?page_size={LIST}", READERS)
    for old in [event, *shown]:
        await shop.retire(cast, old)
    return figures


async def geometry(cast: Cast) -> Figures:
    """Read the geometry of a seating plan with 50,000 seats, which maps load once."""
    path = await shop.publish_plan(cast, shop.drawn_arena())
    size = len((await shop.call(cast.address, 200, "GET", path, headers=GZIP)).body)
    figures = {"geometry, 50,000 seats, gzip (kB)": size / 1000}
    return figures | await _rates(cast.address, "geometry", path, READERS)


async def _rates(address: Address, name: str, path: str, readers: int) -> Figures:
    full = await _read(address, request("GET", path, headers=GZIP), readers, 200)
    figures = {f"{name}, 200 (/s)": full.rate(200), f"{name}, 200: generator (% of a core)": full.cpu_share * 100}
    etag = (await shop.call(address, 200, "GET", path, headers=GZIP)).header("ETag")
    if etag is None:
        return figures
    conditional = request("GET", path, headers=GZIP | {"If-None-Match": etag})
    unchanged = await _read(address, conditional, READERS, 304)
    share = {f"{name}, 304: generator (% of a core)": unchanged.cpu_share * 100}
    return figures | {f"{name}, 304 (/s)": unchanged.rate(304)} | share


async def _read(address: Address, request_bytes: bytes, readers: int, status: int) -> Tally:
    tally = await closed_loop(address, shared(itertools.repeat(request_bytes), readers, seconds=READING_SECONDS))
    tally.expect(status)
    return tally


async def _block_half(cast: Cast, event_id: int) -> None:
    """Block a random half of the seats of each subsection."""
    seat_map = (await shop.call(cast.address, 200, "GET", f"/api/event/{event_id}/seatmap")).json()
    dice = random.Random(event_id)
    path = f"/api/event/{event_id}/block"
    slots = asyncio.Semaphore(CONCURRENT_CALLS)

    async def block_half(row: dict[str, Any]) -> None:
        free = [seat_name(position, row["cols"]) for position in range(len(row["seats"]))]
        seats = {
            "section": row["section"],
            "subsection": row["subsection"],
            "seat_positions": dice.sample(free, len(free) // 2),
        }
        async with slots:
            await shop.call(cast.address, 200, "POST", path, token=cast.seller, body=seats)

    await asyncio.gather(*(block_half(row) for row in seat_map["sections"]))
