"""The baseline of the API: what an expert would write by hand for only this endpoint.

FastAPI, asyncpg, one round trip to the function in hold.sql. No login, limits, idempotency, live updates or
problem+json.
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

POOL = 8  # connections of each worker; 4 or 16 are no faster
HOLD = """
    SELECT bench_hold(id, $4) FROM events_subsection WHERE event_id = $1 AND section = $2 AND number = $3
"""

pool: asyncpg.Pool


class HoldRequest(BaseModel):
    """The body of POST /api/booking."""

    event_id: int
    section: str
    subsection: int
    seat_selection_mode: Literal["best_available"]
    quantity: Literal[2]


class Held(BaseModel):
    """The body of the response."""

    id: UUID


@asynccontextmanager
async def connected(app: FastAPI) -> AsyncIterator[None]:
    """Open the connection pool for the lifetime of the worker."""
    global pool
    async with asyncpg.create_pool(
        os.environ["BARE_DATABASE_URL"], min_size=POOL, max_size=POOL, reset=_skip_reset
    ) as pool:
        yield


async def _skip_reset(connection: Any) -> None:
    """Do nothing: asyncpg's own reset would be a second round trip."""


app = FastAPI(lifespan=connected, openapi_url=None)


@app.post("/api/booking", status_code=201)
async def hold(hold_request: HoldRequest) -> Held:
    """Hold two seats of the subsection for a random user of the demo."""
    buyer = random.randint(1, 20)
    return Held(
        id=await pool.fetchval(HOLD, hold_request.event_id, hold_request.section, hold_request.subsection, buyer)
    )
