"""Middleware for every request that Django answers.

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
from core.http.problems import problem_response, trouble
from core.http.security_headers import security_headers
from ticketing.body_limit import BodyTooLarge, check_body_length
from ticketing.load_shedding import read_only_headers, write_slot
from ticketing.rate_limits import count_call, refusal
from ticketing.request_context import request_context

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestContextMiddleware:
    """Gives each request an id and sends it back; writes the access log line and counts the request at the end."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with request_context(request.META, request.path) as context:
            response = self.get_response(request)
            context.finish(response.status_code)
        response["X-Request-Id"] = context.request_id
        return response


class SecurityHeadersMiddleware:
    """Adds the security headers (core.http.security_headers) that a view or another middleware has not set."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in security_headers(is_secure=bool(request.is_secure())):
            response.headers.setdefault(name, value)
        return response


class ApiRequestMiddleware:
    """Under /api, refuses large bodies before they are read, and accepts paths with and without a trailing slash.

    An empty `Accept` header means the same as none.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/api/"):
            try:
                check_body_length(request.META)
            except BodyTooLarge as error:
                return problem_response(error)
            request.path_info = request.path_info.rstrip("/")
            if not request.META.get("HTTP_ACCEPT"):
                request.META.pop("HTTP_ACCEPT", None)
        return self.get_response(request)


class CompressionMiddleware(GZipMiddleware):
    """Compresses responses, but no problem details, and nothing that a handler of the API has finished itself."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if getattr(response, "is_finished", False) or response.get("Content-Type") == problems.CONTENT_TYPE:
            return response
        return super().process_response(request, response)


class LoadSheddingMiddleware:
    """Refuses calls that write while nothing can be changed or too many are in progress (ticketing.load_shedding).

    A page whose view found the database away, or unwilling to write, becomes a 503 that says so. Templates find
    `request.read_only`.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.read_only = read_only.cause() is not None  # type: ignore[attr-defined]
        try:
            with write_slot(str(request.method), request.path_info):
                response = self._answer(request)
        except DomainError as error:
            response = _refused(request, error)
        for name, value in read_only_headers():
            response[name] = value
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        """The response; asked for once more if the request only reads and lost its connection (restart, fail-over)."""
        response = self.get_response(request)
        if request.method in SAFE_METHODS and response.status_code == 503 and is_disconnected():
            connection.close()
            response = self.get_response(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """For pages and the admin; the REST framework has a handler of its own."""
        error = trouble(exception)
        return _refused(request, error) if error is not None else None


class RateLimitMiddleware:
    """Counts each call (ticketing.rate_limits) before anything is done for it; one too many is refused with 429."""

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
    """Problem details under /api, elsewhere a page that needs neither the database nor a session."""
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
    """What the admin page says besides: whether anything was done. Messages tell what."""
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
