"""Database work of the streams: in a few threads of its own, each of which keeps one connection."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections, connection

Result = TypeVar("Result")

DATABASE_AWAY = (OperationalError, InterfaceError)
WAIT_SECONDS = 5  # at most, a free thread included; what the database does for a thread ends then as well


async def in_thread(work: Callable[..., Result], *args: Any) -> Result:
    """Runs `work(*args)` in one of the threads, with a connection that was asked whether it still lives.

    Raises one of DATABASE_AWAY when there is no database, or none that answers within WAIT_SECONDS.
    """
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            return await asyncio.get_running_loop().run_in_executor(_threads, _with_connection, work, args)
    except TimeoutError:
        raise OperationalError("The database takes too long to answer.") from None


def _with_connection(work: Callable[..., Result], args: tuple[Any, ...]) -> Result:
    close_old_connections()  # the next statement asks first whether the connection is alive, and renews it if not
    return work(*args)


def _keep_one() -> None:
    """Takes this thread's connection out of the pool that Django's own requests share in this process.

    The pool (psycopg_pool 3.3) tries its connections one by one, with waits of a second and more between: after a
    restart of the database it is away for as long as it has broken ones.
    """
    ours = {name: value for name, value in connection.settings_dict["OPTIONS"].items() if name != "pool"}
    ours["options"] += f" -c statement_timeout={WAIT_SECONDS}s"
    connection.settings_dict = connection.settings_dict | {"CONN_MAX_AGE": None, "OPTIONS": ours}


_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="feed", initializer=_keep_one)
