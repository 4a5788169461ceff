"""The WSGI application: serves the routes of the fast path and passes all other requests to Django.

Which of the two serves a request depends only on method, path, host, scheme and the requested format, never on the body
or the caller. Both call the same handler and return the same response.
"""

import time
from collections.abc import Iterable, Sequence
from functools import lru_cache
from http import HTTPStatus
from threading import local
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.db import close_old_connections, connection
from django.http.request import split_domain_port, validate_host

from core.database import read_again_if_disconnected
from core.http.messages import ApiRequest, ApiResponse, is_secure
from core.http.origin import SAFE_METHODS
from core.http.problems import problem_of
from core.http.security_headers import security_headers
from core.http.views import wants_plain_json
from ticketing.body_limit import check_body_length
from ticketing.fast_path.routes import Route
from ticketing.load_shedding import read_only_headers, write_slot
from ticketing.rate_limits import RESULT, count_call, refusal
from ticketing.request_context import RequestContext, request_context

STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
IDLE_SECONDS = 1.0  # after which a thread's connection is checked before it is used


class FastPath:
    """The WSGI application: it serves the requests that match `routes`, and passes all others to `django`."""

    def __init__(self, django: WSGIApplication, routes: Sequence[Route]) -> None:
        self._django = django
        self._routes = routes

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        found = self._find(environ)
        if found is None:
            return self._django(environ, start_response)
        route, arguments = found
        with request_context(environ, environ["PATH_INFO"]) as context:
            request = ApiRequest.from_environ(environ)
            response = _respond(request, route, arguments)
            headers = [*response.headers.items(), *_headers(request, response, context)]
            start_response(STATUS_LINES[response.status], headers)
            context.finish(response.status)
        return [response.content]

    def _find(self, environ: WSGIEnvironment) -> tuple[Route, dict[str, Any]] | None:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if not path.startswith("/api/"):
            return None
        path = path.strip("/")
        for route in self._routes:
            if route.method == method and (arguments := route.match(path)) is not None:
                return (route, arguments) if _is_plain(environ) else None
        return None


def _is_plain(environ: WSGIEnvironment) -> bool:
    """Return whether Django's response would be plain JSON, not another format, a redirect to https or a refusal."""
    return (
        wants_plain_json(environ.get("HTTP_ACCEPT") or "*/*")
        and "format=" not in environ.get("QUERY_STRING", "")  # the REST framework's other way to choose a format
        and _is_our_host(environ.get("HTTP_HOST", ""))
        and (not settings.SECURE_SSL_REDIRECT or is_secure(environ))
    )


@lru_cache(maxsize=128)
def _is_our_host(host: str) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def _respond(request: ApiRequest, route: Route, arguments: dict[str, Any]) -> ApiResponse:
    """Check the body's length, load shedding and rate limits as the middleware does; return the handler's response."""
    try:
        check_body_length(request.environ)
        with write_slot(request.method, request.path):
            result = count_call(request.environ)  # type: ignore[arg-type]
            if result is not None and not result.passes:
                raise refusal(result)
            return _call_handler(request, route, arguments)
    except Exception as error:
        return problem_of(error)


def _call_handler(request: ApiRequest, route: Route, arguments: dict[str, Any]) -> ApiResponse:
    """Return the handler's response, with the headers that a view adds (`Vary`, `Allow`)."""
    _connections.check()
    try:
        if request.method in SAFE_METHODS:
            response = read_again_if_disconnected(lambda: route.handler(request, **arguments))
        else:
            response = route.handler(request, **arguments)
    except Exception as error:
        response = problem_of(error)
    if response.status != HTTPStatus.INTERNAL_SERVER_ERROR:
        response.headers.setdefault("Vary", request.vary)
        response.headers["Allow"] = route.allow
    return response


def _headers(request: ApiRequest, response: ApiResponse, context: RequestContext) -> list[tuple[str, str]]:
    """Return the headers that the middleware adds to a response."""
    result = request.environ.get(RESULT)
    limits = result.headers() if result else ()
    own = [("X-Request-Id", context.request_id), ("Content-Length", str(len(response.content)))]
    return [*own, *security_headers(is_secure=request.is_secure), *limits, *read_only_headers()]


class _Connections(local):
    """When this thread last used its database connection, and the check before the next use."""

    used_at = 0.0  # monotonic clock; 0 if never

    def check(self) -> None:
        """Close a connection that is too old or broken, as Django does before each request.

        Checking a connection costs a round trip, so it is done only after IDLE_SECONDS without a request, or an error.
        """
        now = time.monotonic()
        is_idle = 0 < self.used_at < now - IDLE_SECONDS
        if (is_idle or connection.errors_occurred) and not connection.in_atomic_block:
            close_old_connections()
        self.used_at = now


_connections = _Connections()
