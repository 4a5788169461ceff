"""The yardstick of the API: what an expert would write by hand for nothing but this one call, and no more.

FastAPI, asyncpg, one round trip to the function of hold.sql. No login, limits, idempotency, news or problem+json.
"""

import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal
from uuid import UUID

import asyncpg
from fastapi import FastAPI
from pydantic import BaseModel

POOL = 8  # connections of each worker: with 4 or 16 it is not faster
HOLD = """
    SELECT bench_hold(id, $4) FROM events_subsection WHERE event_id = $1 AND section = $2 AND number = $3
"""

pool: asyncpg.Pool


class Wish(BaseModel):
    """The body of POST /api/booking."""

    event_id: int
    section: str
    subsection: int
    seat_selection_mode: Literal["best_available"]
    quantity: Literal[2]


class Held(BaseModel):
    """The answer."""

    id: UUID


@asynccontextmanager
async def connected(app: FastAPI) -> AsyncIterator[None]:
    """The pool, as long as the worker lives."""
    global pool
    async with asyncpg.create_pool(
        os.environ["BARE_DATABASE_URL"], min_size=POOL, max_size=POOL, reset=_nothing_to_reset
    ) as pool:
        yield


async def _nothing_to_reset(connection: Any) -> None:
    """Asyncpg's own reset would be a second round trip."""


app = FastAPI(lifespan=connected, openapi_url=None)


@app.post("/api/booking", status_code=201)
async def hold(wish: Wish) -> Held:
    """Two seats of that block for one of the demo's people."""
    buyer = random.randint(1, 20)
    return Held(id=await pool.fetchval(HOLD, wish.event_id, wish.section, wish.subsection, buyer))
