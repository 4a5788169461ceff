"""What every request passes on its way in."""

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from ticketing.errors import DomainError
from ticketing.problems import problem_response

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
            log.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )
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
