"""Database work of the streams: in a few threads of its own, so that no stream ever holds a connection."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections

Result = TypeVar("Result")

DATABASE_AWAY = (OperationalError, InterfaceError)

_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="feed")


async def in_thread(work: Callable[..., Result], *args: Any) -> Result:
    """Runs `work(*args)` in a thread with a healthy database connection, which is given back afterwards."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _with_connection, work, args)


def _with_connection(work: Callable[..., Result], args: tuple[Any, ...]) -> Result:
    close_old_connections()
    try:
        return work(*args)
    finally:
        close_old_connections()
