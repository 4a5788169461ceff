"""The id, access log line and metrics of a request, for Django's middleware and the fast path."""

import re
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog

from ticketing.metrics import record_request

log = structlog.get_logger("request")
REQUEST_ID = re.compile(r"[\w.-]{8,64}\Z", re.ASCII)


class RequestContext:
    """A request in progress. `request_id` is the client's `X-Request-Id` if it is valid, else a new one."""

    __slots__ = ("method", "path", "request_id", "started")

    def __init__(self, environ: Mapping[str, Any], path: str) -> None:
        self.started = time.perf_counter()
        sent = environ.get("HTTP_X_REQUEST_ID", "")
        self.request_id = sent if REQUEST_ID.match(sent) else uuid.uuid4().hex
        self.method, self.path = environ["REQUEST_METHOD"], path

    def finish(self, status: int) -> None:
        """Write the access log line (never the query string, a body or a header) and count the request."""
        seconds = time.perf_counter() - self.started
        log.info("request", method=self.method, path=self.path, status=status, ms=round(seconds * 1000, 1))
        record_request(self.method, self.path, status, seconds)


@contextmanager
def request_context(environ: Mapping[str, Any], path: str) -> Iterator[RequestContext]:
    """Return a context manager for a request (WSGI environment or META). Log lines inside it have the request's id."""
    context = RequestContext(environ, path)
    with structlog.contextvars.bound_contextvars(request_id=context.request_id):
        yield context
