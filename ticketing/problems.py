"""Every refusal under /api leaves as RFC 9457 problem+json, made here and nowhere else."""

from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.db import DataError, Error, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts import counters, read_only
from ticketing.errors import (
    BadInput,
    DomainError,
    FieldProblem,
    NotFound,
    Overloaded,
    PermissionRefused,
    ReadOnly,
    Unavailable,
)

log = structlog.get_logger(__name__)

CONTENT_TYPE = "application/problem+json"
CODES = {
    401: "not_authenticated",
    403: "permission_denied",
    404: "not_found",
    413: "payload_too_large",
    429: "rate_limited",
}


def problem_response(error: DomainError) -> JsonResponse:
    """A refusal made outside the REST framework (middleware, streams)."""
    counters.count(f"refusal:{error.code}")
    response = JsonResponse(error.body(), status=error.status, content_type=CONTENT_TYPE)
    return _with_retry_after(response, error.extra)


def problem_of(exception: Exception) -> JsonResponse:
    """The answer to whatever went wrong outside the REST framework; what nobody foresaw is logged and a 500."""
    error = _domain_error(exception)
    if error is not None:
        return problem_response(error)
    log.exception("internal_error", exc_info=exception)
    return _internal_error()


def answer_problem(exception: Exception, context: dict[str, Any]) -> Response | None:
    """The REST framework's exception handler. None (a 500) only for what nobody foresaw."""
    set_rollback()
    error = _domain_error(exception)
    if error is not None:
        body = error.body()
    elif isinstance(exception, exceptions.APIException):
        body = _framework_body(exception)
    else:
        return None
    counters.count(f"refusal:{body['code']}")
    response = Response(body, status=body["status"], content_type=_content_type(context["request"]))
    challenge = getattr(exception, "auth_header", None)
    if challenge:
        response["WWW-Authenticate"] = challenge
    return _with_retry_after(response, body)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """handler404: problem+json under /api, a page elsewhere."""
    if not request.path.startswith("/api/"):
        return defaults.page_not_found(request, exception)
    return problem_response(NotFound())


def server_error(request: HttpRequest) -> HttpResponseBase:
    """handler500: says that it is our fault and nothing else; the traceback is in the log under the request's id."""
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    return _internal_error()


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """handler400: a request Django itself refused (host, headers)."""
    if not request.path.startswith("/api/"):
        return defaults.bad_request(request, exception)
    return problem_response(BadInput([], "The request can't be understood."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """CSRF_FAILURE_VIEW: forms of pages and admin; /api is guarded by origin instead."""
    return defaults.permission_denied(request, PermissionDenied(reason))


def _internal_error() -> JsonResponse:
    counters.count("refusal:internal_error")
    detail = "Something went wrong on our side. Nothing was changed unless you were told so before."
    return JsonResponse(_body(500, "internal_error", "Internal error", detail), status=500, content_type=CONTENT_TYPE)


def _domain_error(exception: Exception) -> DomainError | None:
    if isinstance(exception, DomainError):
        return exception
    if isinstance(exception, Http404):
        return NotFound()
    if isinstance(exception, PermissionDenied):
        return PermissionRefused()
    if isinstance(exception, DataError):
        return BadInput([], "A value is out of the range that can be stored.")
    return trouble(exception)


def trouble(exception: Exception) -> Unavailable | None:
    """What to tell of a database (or another part) that does not do its work; None if it is something else."""
    if isinstance(exception, Unavailable):
        return exception
    if isinstance(exception, Error) and read_only.note(exception):
        return ReadOnly()
    if isinstance(exception, OperationalError | InterfaceError):
        # The pool is empty, a lock or statement took too long, or the database is away.
        log.warning("database_refused", reason=str(exception).splitlines()[0] if str(exception) else "")
        return Overloaded()
    return None


def _framework_body(exception: exceptions.APIException) -> dict[str, Any]:
    status = exception.status_code
    if isinstance(exception, exceptions.ValidationError):
        return BadInput(_flatten(exception.get_full_details())).body()
    if isinstance(exception, exceptions.ParseError):
        return BadInput([], str(exception.detail)).body()
    code = CODES.get(status) or str(exception.default_code)
    body = _body(status, code, HTTPStatus(status).phrase, str(exception.detail))
    wait = getattr(exception, "wait", None)
    return body | ({"retry_after": int(wait) + 1} if wait is not None else {})


def _flatten(details: Any, path: str = "") -> list[FieldProblem]:
    """The framework's nested error details as a flat list with dotted paths."""
    if isinstance(details, dict) and set(details) == {"message", "code"}:
        field = path.removesuffix(".non_field_errors").replace("non_field_errors", "")
        return [{"field": field, "code": str(details["code"]), "detail": str(details["message"])}]
    items = details.items() if isinstance(details, dict) else enumerate(details)
    problems: list[FieldProblem] = []
    for key, value in items:
        leaf = isinstance(details, list) and isinstance(value, dict) and set(value) == {"message", "code"}
        problems += _flatten(value, path if leaf else f"{path}.{key}" if path else str(key))
    return problems


def _body(status: int, code: str, title: str, detail: str) -> dict[str, Any]:
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}


def _content_type(request: Any) -> str | None:
    """problem+json, unless a person looks at it in the browsable API."""
    renderer = getattr(request, "accepted_renderer", None)
    return None if renderer is not None and renderer.format == "api" else CONTENT_TYPE


def _with_retry_after(response: Any, members: dict[str, Any]) -> Any:
    if "retry_after" in members:
        response["Retry-After"] = str(members["retry_after"])
    return response
