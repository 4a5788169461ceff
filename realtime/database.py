"""Run database work for the event loop in a few threads, each of which keeps one connection."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections, connection

Result = TypeVar("Result")

DATABASE_AWAY = (OperationalError, InterfaceError)
WAIT_SECONDS = 5  # for a free thread and the result together; also the threads' statement timeout


async def in_thread(work: Callable[..., Result], *args: Any) -> Result:
    """Run `work(*args)` in one of the database threads and return its result.

    If the thread's connection is broken, it is replaced first. Raises one of `DATABASE_AWAY` if the database can't be
    reached or doesn't answer within `WAIT_SECONDS`.
    """
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            return await asyncio.get_running_loop().run_in_executor(_threads, _with_connection, work, args)
    except TimeoutError:
        raise OperationalError("The database takes too long to answer.") from None


def _with_connection(work: Callable[..., Result], args: tuple[Any, ...]) -> Result:
    close_old_connections()  # makes Django check the connection before the next query and replace a broken one
    return work(*args)


def _use_own_connection() -> None:
    """Give this thread a database connection outside the pool that Django's requests share in this process.

    The pool (psycopg_pool 3.3) checks its connections one by one and waits a second or more between attempts. After
    a restart of the database the pool stays unavailable for as long as it has broken connections.
    """
    options = {name: value for name, value in connection.settings_dict["OPTIONS"].items() if name != "pool"}
    options["options"] += f" -c statement_timeout={WAIT_SECONDS}s"
    connection.settings_dict = connection.settings_dict | {"CONN_MAX_AGE": None, "OPTIONS": options}


_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="feed", initializer=_use_own_connection)
