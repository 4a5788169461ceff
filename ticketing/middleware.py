"""Middleware for every request that Django serves.

The rules are in functions that the fast path (ticketing/fast_path) calls too. A new middleware needs a line in
ticketing/fast_path/middleware_table.py.
"""

from collections.abc import Callable

from django.contrib import admin
from django.contrib.messages import get_messages
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.template.loader import render_to_string

from core import read_only
from core.database import is_disconnected
from core.errors import DomainError, OutcomeUnknown
from core.http import problems
from core.http.origin import SAFE_METHODS
from core.http.problems import as_unavailable, problem_response
from core.http.security_headers import security_headers
from ticketing.body_limit import BodyTooLarge, check_body_length
from ticketing.load_shedding import read_only_headers, write_slot
from ticketing.rate_limits import count_call, refusal
from ticketing.request_context import request_context

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestContextMiddleware:
    """Gives each request an id, which the response repeats; writes the access log line and counts the request."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with request_context(request.META, request.path) as context:
            response = self.get_response(request)
            context.finish(response.status_code)
        response["X-Request-Id"] = context.request_id
        return response


class SecurityHeadersMiddleware:
    """Adds the security headers (core.http.security_headers), except those that a view has set."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in security_headers(is_secure=bool(request.is_secure())):
            response.headers.setdefault(name, value)
        return response


class ApiRequestMiddleware:
    """Refuses large bodies before they are read; under /api, accepts paths with and without a trailing slash.

    An empty `Accept` header under /api means the same as none.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            check_body_length(request.META)
        except BodyTooLarge as error:
            return _refused(request, error)
        if request.path_info.startswith("/api/"):
            request.path_info = request.path_info.rstrip("/")
            if not request.META.get("HTTP_ACCEPT"):
                request.META.pop("HTTP_ACCEPT", None)
        return self.get_response(request)


class ErrorPageMiddleware:
    """Gives the refusal of a method that a page doesn't have (405) a page; Django's own response is blank."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not request.path.startswith("/api/") and not response.content:
            page = render_to_string("405.html", request=request)
            return HttpResponse(page, status=405, headers={"Allow": response.headers.get("Allow", "")})
        return response


class CompressionMiddleware(GZipMiddleware):
    """Compresses responses, except problem details and responses that a handler has finished itself."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if getattr(response, "is_finished", False) or response.get("Content-Type") == problems.CONTENT_TYPE:
            return response
        return super().process_response(request, response)


class LoadSheddingMiddleware:
    """Refuses writes in read-only mode, and while too many are in progress (ticketing.load_shedding).

    If the database is unavailable or refuses writes, the response is a 503 page. Sets `request.read_only` for
    templates.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.read_only = read_only.cause() is not None  # type: ignore[attr-defined]
        try:
            with write_slot(str(request.method), request.path_info):
                response = self._respond(request)
        except DomainError as error:
            response = _refused(request, error)
        for name, value in read_only_headers():
            response[name] = value
        return response

    def _respond(self, request: HttpRequest) -> HttpResponse:
        """Return the response; process a read again if it lost its database connection (restart, failover)."""
        response = self.get_response(request)
        if request.method in SAFE_METHODS and response.status_code == 503 and is_disconnected():
            connection.close()
            response = self.get_response(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return a 503 response if the database or another service is unavailable; None for any other exception.

        This covers pages and the admin; the REST framework handles exceptions of its views itself.
        """
        error = as_unavailable(exception)
        return _refused(request, error) if error is not None else None


class RateLimitMiddleware:
    """Counts each call (ticketing.rate_limits) before it is processed, and refuses those over a limit with 429."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        result = count_call(request.META)
        if result is None:
            return self.get_response(request)
        response = self.get_response(request) if result.passes else _refused(request, refusal(result))
        for name, value in result.headers():
            response[name] = value
        return response


def _refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Return the response to a refused request: problem details under /api, elsewhere a page.

    Making the page needs neither the database nor a session.
    """
    problem = problem_response(error)
    if request.path.startswith("/api/"):
        return problem
    names = [f"{error.status}.html"]
    context: dict[str, object] = {"advice": str(error)}
    if request.path.startswith("/admin/"):
        names.insert(0, f"admin/{error.status}.html")
        context |= _admin_context(request, error)
    page = HttpResponse(render_to_string(names, context), status=error.status)
    if "Retry-After" in problem:
        page["Retry-After"] = problem["Retry-After"]
    return page


def _admin_context(request: HttpRequest, error: DomainError) -> dict[str, object]:
    """Return the template context of the admin's error page.

    The page shows what was done before the error (`messages`), that nothing was done (`is_undone`), or that nobody
    knows (`is_unknown`). `back` is the path of its link for another try.
    """
    messages = [*get_messages(request)]
    is_read = request.method in SAFE_METHODS
    is_unknown = isinstance(error, OutcomeUnknown)
    return {
        "site_header": admin.site.site_header,
        "messages": messages,
        "is_unknown": is_unknown,
        "is_undone": not (messages or is_read or is_unknown),
        "back": request.get_full_path() if is_read else request.path,
    }
