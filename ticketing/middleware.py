"""What every request passes on its way in."""

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.contrib import admin
from django.contrib.messages import get_messages
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from accounts import read_only
from accounts.origin import SAFE_METHODS
from ticketing import staying
from ticketing.errors import DomainError, OutcomeUnknown
from ticketing.limits import count_call, refusal
from ticketing.metrics import note_request
from ticketing.problems import problem_response, trouble

log = structlog.get_logger("request")
GetResponse = Callable[[HttpRequest], HttpResponse]
REQUEST_ID = re.compile(r"[\w.-]{8,64}\Z", re.ASCII)


class RequestContext:
    """Gives each request an id (the caller's `X-Request-Id` if it is one), answers with it, logs one line at the end.

    The line names method, path, status and milliseconds; never the query string, a body or a header.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.headers.get("X-Request-Id", "")
        request_id = sent if REQUEST_ID.match(sent) else uuid.uuid4().hex
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            seconds = time.perf_counter() - started
            log.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                ms=round(seconds * 1000, 1),
            )
            note_request(str(request.method), request.path, response.status_code, seconds)
        response["X-Request-Id"] = request_id
        return response


class PermissionsPolicy:
    """Says which of the browser's powers our pages may ask for (PERMISSIONS_POLICY)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        return response


class BodyTooLarge(DomainError):
    """The announced length of the body is over the limit."""

    status, code, title = 413, "payload_too_large", "Body too large"
    detail = f"The body may have at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes."


class ApiDoor:
    """Under /api, paths work with and without a trailing slash, and a large body is refused before it is read."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/api/"):
            length = request.META.get("CONTENT_LENGTH") or "0"
            if length.isdigit() and int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                return problem_response(BodyTooLarge())
            request.path_info = request.path_info.rstrip("/")
        return self.get_response(request)


class StayingUp:
    """What writes is refused while nothing can be changed, or too much is under way; see ticketing.staying.

    A page whose view found the database away, or unwilling to write, becomes a 503 that says so. Templates find
    `request.read_only`.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.read_only = read_only.cause() is not None  # type: ignore[attr-defined]
        try:
            with staying.turn(str(request.method), request.path_info):
                response = self._answer(request)
        except DomainError as refusal:
            response = _refused(request, refusal)
        for name, value in staying.headers().items():
            response[name] = value
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        """Once more, if it only reads and lost its connection (a restart, a fail-over): nobody has to see that."""
        response = self.get_response(request)
        if request.method in SAFE_METHODS and response.status_code == 503 and _is_connection_broken():
            connection.close()
            response = self.get_response(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """For pages and the admin; the REST framework has a handler of its own."""
        error = trouble(exception)
        return _refused(request, error) if error is not None else None


class CallLimits:
    """Counts each call (ticketing.limits) before anything is done for it; one too many is refused with 429."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        verdict = count_call(request.META)
        if verdict is None:
            return self.get_response(request)
        response = self.get_response(request) if verdict.passes else _refused(request, refusal(verdict))
        for name, value in verdict.headers():
            response[name] = value
        return response


def _is_connection_broken() -> bool:
    return connection.connection is not None and connection.connection.closed


def _refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A problem under /api, a page elsewhere, which needs neither the database nor the request."""
    problem = problem_response(error)
    if request.path.startswith("/api/"):
        return problem
    names = [f"{error.status}.html"]
    context: dict[str, object] = {"advice": str(error)}
    if request.path.startswith("/admin/"):
        names.insert(0, f"admin/{error.status}.html")
        context |= _at_the_desk(request, error)
    page = HttpResponse(render_to_string(names, context), status=error.status)
    if "Retry-After" in problem:
        page["Retry-After"] = problem["Retry-After"]
    return page


def _at_the_desk(request: HttpRequest, error: DomainError) -> dict[str, object]:
    """What a seller has to know besides: how far it came. What was done, and the rest of it, is in the messages."""
    told = [*get_messages(request)]
    is_asking = request.method in SAFE_METHODS
    is_unknown = isinstance(error, OutcomeUnknown)
    return {
        "site_header": admin.site.site_header,
        "messages": told,
        "is_unknown": is_unknown,
        "is_undone": not (told or is_asking or is_unknown),
        "back": request.get_full_path() if is_asking else request.path,
    }
