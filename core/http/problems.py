"""Turn errors into problem details (application/problem+json, RFC 9457). No other module does this."""

from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DataError, Error, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core import counters, read_only
from core.errors import (
    BEARER_CHALLENGE,
    BadInput,
    DomainError,
    FieldProblem,
    NotFound,
    Overloaded,
    PermissionRefused,
    ReadOnly,
    Unavailable,
)
from core.http.messages import ApiResponse, to_json

log = structlog.get_logger(__name__)

CONTENT_TYPE = "application/problem+json"
CODES = {
    401: "not_authenticated",
    403: "permission_denied",
    404: "not_found",
    413: "payload_too_large",
    429: "rate_limited",
}
Body = dict[str, Any]


def problem_of(exception: Exception) -> ApiResponse:
    """Return the response to an exception that a handler raised; log an unexpected one and return a 500 response."""
    body = problem_body(exception)
    if body is None:
        log.exception("internal_error", exc_info=exception)
        body = _internal_error()
    counters.count(f"refusal:{body['code']}")
    return ApiResponse(body["status"], to_json(body), {"Content-Type": CONTENT_TYPE, **_headers(body)})


def problem_response(error: DomainError) -> HttpResponse:
    """Return the error as a Django response, for middleware and views outside the REST framework."""
    return _django_response(error.body())


def handle_exception(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Return the response to an exception in a view (the REST framework's EXCEPTION_HANDLER).

    Returns None for unexpected errors, which Django then passes to handler500.
    """
    set_rollback()
    body = problem_body(exception)
    if body is None:
        return None
    counters.count(f"refusal:{body['code']}")
    content_type = None if _is_browsable(context["request"]) else CONTENT_TYPE
    response = Response(body, status=body["status"], content_type=content_type)
    for name, value in _headers(body).items():
        response[name] = value
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Return the 404 response (handler404): problem+json under /api, a page elsewhere."""
    if not request.path.startswith("/api/"):
        return defaults.page_not_found(request, exception)
    return problem_response(NotFound())


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Return the 500 response (handler500): problem+json under /api, a page elsewhere.

    It has no details of the error; the log has the traceback, with the request's id.
    """
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    return _django_response(_internal_error())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Return the 400 response (handler400), or 413 for a body that is too large: problem+json under /api, else a page.

    Django calls this for requests that it refuses itself, for example because of an unknown host.
    """
    if not request.path.startswith("/api/"):
        status = 413 if isinstance(exception, RequestDataTooBig) else 400
        return HttpResponse(
            render_to_string(f"{status}.html"), status=status
        )  # without the request, which may be at fault
    return problem_response(BadInput([], "The request can't be understood."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Return the 403 page for the admin's forms (CSRF_FAILURE_VIEW); API and other pages check the origin instead."""
    return HttpResponse(render_to_string("403_csrf.html", request=request), status=403)


def problem_body(exception: Exception) -> Body | None:
    """Return the members of the problem+json body for an exception; None for an unexpected exception."""
    error = _domain_error(exception)
    if error is not None:
        return error.body()
    return _framework_body(exception) if isinstance(exception, exceptions.APIException) else None


def as_unavailable(exception: Exception) -> Unavailable | None:
    """Return the 503 error for an exception: itself if it is one, a new one if the database does not work, else None.

    Also records that the database refuses writes, which starts read-only mode (core.read_only).
    """
    if isinstance(exception, Unavailable):
        return exception
    if isinstance(exception, Error) and read_only.record_if_refused(exception):
        return ReadOnly()
    if isinstance(exception, OperationalError | InterfaceError):
        # The pool is empty, a lock or statement took too long, or the database is unavailable.
        log.warning("database_refused", reason=str(exception).splitlines()[0] if str(exception) else "")
        return Overloaded()
    return None


def _django_response(body: Body) -> HttpResponse:
    counters.count(f"refusal:{body['code']}")
    return HttpResponse(to_json(body), status=body["status"], content_type=CONTENT_TYPE, headers=_headers(body))


def _headers(body: Body) -> dict[str, str]:
    headers = {"Retry-After": str(body["retry_after"])} if "retry_after" in body else {}
    return headers | ({"WWW-Authenticate": BEARER_CHALLENGE} if body["status"] == 401 else {})


def _domain_error(exception: Exception) -> DomainError | None:
    if isinstance(exception, DomainError):
        return exception
    if isinstance(exception, Http404):
        return NotFound()
    if isinstance(exception, PermissionDenied):
        return PermissionRefused()
    if isinstance(exception, DataError):
        return BadInput([], "A value is out of the range that can be stored.")
    return as_unavailable(exception)


def _framework_body(exception: exceptions.APIException) -> Body:
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
    """Return the REST framework's nested error details as a flat list with dotted paths."""
    if isinstance(details, dict) and set(details) == {"message", "code"}:
        field = path.removesuffix(".non_field_errors").replace("non_field_errors", "")
        return [{"field": field, "code": str(details["code"]), "detail": str(details["message"])}]
    items = details.items() if isinstance(details, dict) else enumerate(details)
    problems: list[FieldProblem] = []
    for key, value in items:
        leaf = isinstance(details, list) and isinstance(value, dict) and set(value) == {"message", "code"}
        problems += _flatten(value, path if leaf else f"{path}.{key}" if path else str(key))
    return problems


def _internal_error() -> Body:
    detail = "Something went wrong on our side. Nothing was changed unless you were told so before."
    return _body(500, "internal_error", "Internal error", detail)


def _body(status: int, code: str, title: str, detail: str) -> Body:
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}


def _is_browsable(request: Any) -> bool:
    """Return whether the response is rendered as a page of the browsable API."""
    renderer = getattr(request, "accepted_renderer", None)
    return renderer is not None and renderer.format == "api"
