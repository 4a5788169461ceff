"""Load shedding: refuses some calls at once, so that all others are answered in time.

Reads are never refused. Writes are refused in read-only mode, and while as many writes are in progress in this process
as WRITES_IN_FLIGHT allows and none of them ends: the database is slow then, and reads need the remaining threads.
"""

from contextlib import AbstractContextManager, nullcontext

from django.conf import settings

from core import counters, read_only
from core.concurrency import ConcurrencyLimiter
from core.errors import ReadOnly
from core.http.origin import SAFE_METHODS
from core.redis import breaker
from realtime import publish

READ_ONLY_HEADER = "X-Read-Only"
OPERATORS = "/api/operator"  # where read-only mode is switched off
SIGN_IN = "/api/user"  # needs processor time, not the database; limited by address

writes = ConcurrencyLimiter(settings.WRITES_IN_FLIGHT)


def write_slot(method: str, path: str) -> AbstractContextManager[None]:
    """A context to answer the call in. Raises ReadOnly or, on entering, Overloaded for calls that write."""
    if method in SAFE_METHODS or path.startswith(OPERATORS):
        return nullcontext()
    if read_only.cause() is not None:
        raise ReadOnly
    is_limited = path.startswith("/api/") and not path.startswith(SIGN_IN)
    return writes.slot() if is_limited else nullcontext()


def read_only_headers() -> tuple[tuple[str, str], ...]:
    """The header of every response while nothing can be changed."""
    return ((READ_ONLY_HEADER, "1"),) if read_only.cause() is not None else ()


def publish_gauges() -> None:
    """From now on this process reports its state for the operator's page and /metrics."""
    counters.gauge("in_flight", lambda: writes.in_use)
    counters.gauge("read_only", lambda: read_only.known() or "")
    counters.gauge("breaker:redis", lambda: breaker.current_state)
    counters.gauge("breaker:news", lambda: "open" if publish.is_paused() else "closed")
