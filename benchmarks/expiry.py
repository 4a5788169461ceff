"""10,000 holds expire at the same moment: when are all seats available, and when does a viewer know?"""

import asyncio
import json
import time
from typing import Any

import psycopg
from websockets.asyncio.client import connect

from benchmarks.baselines import bare_hold
from benchmarks.tools import shop
from benchmarks.tools.client import Address
from benchmarks.tools.report import Figures
from benchmarks.tools.shop import Cast

HOLDS_PER_SUBSECTION = 100  # pairs, in each of 100 subsections
LEAD_SECONDS = 2.0  # from the last hold to the deadline
LIMIT_SECONDS = 60.0
POLL_SECONDS = 0.02

# Same as hold.sql: leaves the database as after 10,000 holds over the API, but faster.
HOLD = """
    SELECT pg_temp.bench_hold(subsection.id, buyer.id)
    FROM (SELECT id FROM events_subsection WHERE event_id = %(event)s) subsection
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
    """Return the seconds from the common deadline until all seats are available.

    Measured in the database, and by a viewer over WebSocket. `shop.sign_in` must have created at least
    HOLDS_PER_SUBSECTION buyers. Raises TimeoutError after LIMIT_SECONDS.
    """
    event = await shop.create(cast, shop.arena())
    total = len(event["sections"]) * HOLDS_PER_SUBSECTION
    deadline = await asyncio.to_thread(_create_holds, event["id"])
    async with asyncio.timeout(LIMIT_SECONDS):
        released, known_to_viewer = await asyncio.gather(
            asyncio.to_thread(_wait_until_released, event["id"], deadline + LIMIT_SECONDS),
            _wait_until_viewer_knows(cast.address, event["id"]),
        )
    await shop.retire(cast, event)
    return {
        f"{total:,} holds end: released after (s)": released - deadline,
        f"{total:,} holds end: published after (s)": known_to_viewer - deadline,
    }


def _create_holds(event_id: int) -> float:
    """Create the holds; return their deadline, by the clock that this process shares with the database."""
    from django.conf import settings

    function = (bare_hold.HERE / "hold.sql").read_text().replace("FUNCTION bench_hold", "FUNCTION pg_temp.bench_hold")
    with psycopg.connect(settings.DATABASE_URL) as connection:
        connection.execute(function.encode())
        connection.execute(HOLD, {"event": event_id, "holds": HOLDS_PER_SUBSECTION})
        deadline = time.time() + LEAD_SECONDS
        connection.execute(END_TOGETHER, [deadline, event_id])
    return deadline


def _wait_until_released(event_id: int, end: float) -> float:
    from django.conf import settings

    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as connection:
        while connection.execute(LEFT, [event_id]).rowcount and time.time() < end:
            time.sleep(POLL_SECONDS)
    return time.time()


async def _wait_until_viewer_knows(address: Address, event_id: int) -> float:
    """Return when the counts in the feed, after showing held seats, show none."""
    host, port = address
    held: dict[tuple[str, int], int] = {}
    async with connect(f"ws://{host}:{port}/ws/event/{event_id}") as socket:
        async for text in socket:
            was_held = any(held.values())
            _update_held(held, json.loads(text))
            if was_held and not any(held.values()):
                return time.time()
    raise RuntimeError("the live feed ended")


def _update_held(held: dict[tuple[str, int], int], frame: dict[str, Any]) -> None:
    rows = frame["sections"] if frame["type"] == "snapshot" else [frame] if "reserved" in frame else []
    held.update({(row["section"], row["subsection"]): row["reserved"] for row in rows})
