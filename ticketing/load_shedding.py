"""Load shedding: refuse some requests at once, so that all others are served in time.

Reads are never refused. Writes are refused in read-only mode, and while WRITES_IN_FLIGHT writes are in progress in this
process and none of them ends: the database is slow then, and reads need the remaining threads.
"""

from contextlib import AbstractContextManager, nullcontext

from django.conf import settings

from core import counters, read_only
from core.concurrency import ConcurrencyLimiter
from core.errors import ReadOnly
from core.http.origin import SAFE_METHODS
from core.redis import breaker
from events.pictures.storage import breaker as storage
from realtime import publish

READ_ONLY_HEADER = "X-Read-Only"
OPERATORS = "/api/operator"  # always allowed: operators turn off read-only mode here
SIGN_IN = "/api/user"  # no slots: sign-ins need processor time rather than the database, and have limits by address

writes = ConcurrencyLimiter(settings.WRITES_IN_FLIGHT)


def write_slot(method: str, path: str) -> AbstractContextManager[None]:
    """Return a context manager in which the request must be processed.

    For a write under /api, except SIGN_IN and OPERATORS, it holds a slot of `writes`; entering it raises Overloaded if
    none becomes free. In read-only mode, this function raises ReadOnly for any write, except OPERATORS.
    """
    if method in SAFE_METHODS or path.startswith(OPERATORS):
        return nullcontext()
    if read_only.cause() is not None:
        raise ReadOnly
    is_limited = path.startswith("/api/") and not path.startswith(SIGN_IN)
    return writes.slot() if is_limited else nullcontext()


def read_only_headers() -> tuple[tuple[str, str], ...]:
    """Return the headers that every response must have: in read-only mode `X-Read-Only: 1`, otherwise none."""
    return ((READ_ONLY_HEADER, "1"),) if read_only.cause() is not None else ()


def publish_gauges() -> None:
    """Start to publish the gauges of this process for the operator's page and /metrics."""
    counters.gauge("in_flight", lambda: writes.in_use)
    counters.gauge("read_only", lambda: read_only.known_cause() or "")
    counters.gauge("breaker:redis", lambda: breaker.current_state)
    counters.gauge("breaker:storage", lambda: storage.current_state)
    counters.gauge("breaker:publishing", lambda: "open" if publish.is_paused() else "closed")
