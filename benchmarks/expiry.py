"""10,000 holds that end at the same moment: when are all seats free again, and when has a viewer been told?"""

import asyncio
import json
import time
from typing import Any

import psycopg
from websockets.asyncio.client import connect

from benchmarks import bare_hold, shop
from benchmarks.client import Address
from benchmarks.report import Figures
from benchmarks.shop import Cast

HOLDS_A_BLOCK = 100  # pairs, in each of 100 blocks
LEAD_SECONDS = 2.0  # from the last hold to the deadline
LIMIT_SECONDS = 60.0
LOOK_SECONDS = 0.02

# As hold.sql does it, so that the database is as after 10,000 holds over the API, only sooner.
HOLD = """
    SELECT pg_temp.bench_hold(block.id, buyer.id)
    FROM (SELECT id FROM events_subsection WHERE event_id = %(event)s) block
    CROSS JOIN generate_series(1, %(holds)s) number
    JOIN (
        SELECT id, row_number() OVER (ORDER BY id) AS turn FROM accounts_user WHERE email LIKE 'bench%%@example.com'
    ) buyer ON buyer.turn = number
"""
END_TOGETHER = """
    UPDATE bookings_booking SET expires_at = to_timestamp(%s) WHERE event_id = %s AND status = 'pending_payment'
"""
LEFT = "SELECT FROM events_subsection WHERE event_id = %s AND reserved > 0 LIMIT 1"


async def together(cast: Cast) -> Figures:
    """Seconds from the common deadline until the last seat is free in the database, and at a viewer over WebSocket.

    `shop.sign_in` must have made at least HOLDS_A_BLOCK buyers. Raises TimeoutError after LIMIT_SECONDS.
    """
    event = await shop.create(cast, shop.arena())
    total = len(event["sections"]) * HOLDS_A_BLOCK
    deadline = await asyncio.to_thread(_hold, event["id"])
    async with asyncio.timeout(LIMIT_SECONDS):
        released, told = await asyncio.gather(
            asyncio.to_thread(_released, event["id"], deadline + LIMIT_SECONDS), _told(cast.address, event["id"])
        )
    await shop.retire(cast, event)
    return {
        f"{total:,} holds end: released after (s)": released - deadline,
        f"{total:,} holds end: told after (s)": told - deadline,
    }


def _hold(event_id: int) -> float:
    """Makes the holds; returns their deadline, by the clock that we share with the database."""
    from django.conf import settings

    function = (bare_hold.HERE / "hold.sql").read_text().replace("FUNCTION bench_hold", "FUNCTION pg_temp.bench_hold")
    with psycopg.connect(settings.DATABASE_URL) as connection:
        connection.execute(function.encode())
        connection.execute(HOLD, {"event": event_id, "holds": HOLDS_A_BLOCK})
        deadline = time.time() + LEAD_SECONDS
        connection.execute(END_TOGETHER, [deadline, event_id])
    return deadline


def _released(event_id: int, end: float) -> float:
    from django.conf import settings

    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as connection:
        while connection.execute(LEFT, [event_id]).rowcount and time.time() < end:
            time.sleep(LOOK_SECONDS)
    return time.time()


async def _told(address: Address, event_id: int) -> float:
    """When the counts on the feed say that nothing is held any more; they must have said that something is."""
    host, port = address
    held: dict[tuple[str, int], int] = {}
    async with connect(f"ws://{host}:{port}/ws/event/{event_id}") as socket:
        async for text in socket:
            was_held = any(held.values())
            _note(held, json.loads(text))
            if was_held and not any(held.values()):
                return time.time()
    raise RuntimeError("the live feed ended")


def _note(held: dict[tuple[str, int], int], frame: dict[str, Any]) -> None:
    rows = frame["sections"] if frame["type"] == "snapshot" else [frame] if "reserved" in frame else []
    held.update({(row["section"], row["subsection"]): row["reserved"] for row in rows})
