"""Embedded servers for the length of a test run; each process of pytest-xdist holds a lease of its own.

Works at import (`-p ticketing.embedded.pytest_plugin`), because pytest-django reads the settings before any hook of
ours could run. With DATABASE_URL and REDIS_URL set, the tests use those servers.
"""

import os
from contextlib import ExitStack

from ticketing import embedded
from ticketing.embedded.state import CHECKOUT

# Never the demo's data; and nothing of the tests has to survive a power cut.
os.environ.setdefault("STATE_DIR", str(CHECKOUT / ".state" / "test"))
os.environ.setdefault("EMBEDDED_FSYNC", "off")
# What is known of users outlives the test database, and its users have the same numbers in each run.
os.environ.setdefault("BOT_CHALLENGE", "off")

# Postgres databases are told apart by pytest-django; Redis has numbers, and the settings use three from the first on.
worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
os.environ["REDIS_NUMBER"] = str(3 * int(worker))

# Nothing is limited but in the tests of limits.
os.environ |= {"API_RATE": "", "BOOKING_RATE": ""}

_until_the_end = ExitStack()
_until_the_end.enter_context(embedded.lease())


def pytest_unconfigure() -> None:
    """Gives the lease back."""
    _until_the_end.close()
