"""Run the baseline of the API (bare_app.py) on granian and the scratch database, beside the product."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.tools.client import Address
from benchmarks.tools.server import running
from ticketing.embedded.state import free_port

WORKERS = 2  # as in the product


@contextmanager
def bare_api(database_url: str) -> Iterator[Address]:
    """Yield the address of the bare API while it runs."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--http", "1", "--no-ws", "--loop", "uvloop"]
    command += ["--port", str(port), "--workers", str(WORKERS), "--backlog", "4096", "--log-level", "warning"]
    with running([*command, "benchmarks.baselines.bare_app:app"], port, BARE_DATABASE_URL=database_url):
        yield "127.0.0.1", port
