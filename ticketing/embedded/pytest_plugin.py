"""Run the embedded servers during a test run; each process of pytest-xdist holds a lease.

The lease is taken at import (`-p ticketing.embedded.pytest_plugin`), because pytest-django reads the settings before
any hook of a plugin could run. With DATABASE_URL and REDIS_URL set, the tests use those servers.
"""

import os
from contextlib import ExitStack

from ticketing import embedded
from ticketing.embedded.state import CHECKOUT

# Never use the demo's data. Test data need not survive a power failure.
os.environ.setdefault("STATE_DIR", str(CHECKOUT / ".state" / "test"))
os.environ.setdefault("EMBEDDED_FSYNC", "off")
# Bot signals outlive the test database, whose users have the same ids in each run.
os.environ.setdefault("BOT_CHALLENGE", "off")

# pytest-django gives each worker its own Postgres database; in Redis, each worker uses three database numbers.
worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
os.environ["REDIS_NUMBER"] = str(3 * int(worker))

# Rate limits are off except in their own tests.
os.environ |= {"API_RATE": "", "BOOKING_RATE": ""}

_stack = ExitStack()
_stack.enter_context(embedded.lease())


def pytest_unconfigure() -> None:
    """Release the lease."""
    _stack.close()
