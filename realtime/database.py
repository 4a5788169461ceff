"""Database work of the streams: in a few threads of its own, so that no stream ever holds a connection."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections, connection
from psycopg_pool import PoolTimeout

Result = TypeVar("Result")

DATABASE_AWAY = (OperationalError, InterfaceError)

LOST = "connections_lost"  # as the pool counts them

_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="feed")


async def in_thread(work: Callable[..., Result], *args: Any) -> Result:
    """Runs `work(*args)` in a thread with a healthy database connection, which is given back afterwards."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _with_connection, work, args)


async def renew_connections() -> None:
    """Has the pool look at all of its connections at once and replace those that are broken.

    Asked for one, it tries them one by one, with growing waits between (psycopg_pool 3.3): after an outage it would
    send everybody away who comes, until the last of the broken ones was tried.
    """
    await asyncio.get_running_loop().run_in_executor(_threads, _renew)


def _with_connection(work: Callable[..., Result], args: tuple[Any, ...]) -> Result:
    close_old_connections()
    try:
        return work(*args)
    except OperationalError as error:
        begun = not isinstance(error.__cause__, PoolTimeout)
        if begun or not _renew():
            raise
        return work(*args)
    finally:
        close_old_connections()


def _renew() -> bool:
    """Whether any was broken."""
    pool = getattr(connection, "pool", None)
    if pool is None:
        return False
    before = pool.get_stats().get(LOST, 0)
    pool.check()
    return bool(pool.get_stats().get(LOST, 0) > before)
