"""The express lane: a shorter way for the few calls that come by the thousand a second.

Middleware, resolver and REST framework cost such a call more than its work does. So an app may name handlers for the
plain form of its busiest calls. A handler answers, or gives the call back (None): whatever is not plain, another way of
signing in, a field it does not know, a person in the browsable API, goes the ordinary way as if nothing had been. So
there is one set of rules and of words, and without this lane everything works as well, only slower.
"""

import io
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from http import HTTPStatus
from re import Pattern
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import structlog
from django.conf import settings
from django.http import HttpResponse
from django.http.request import split_domain_port, validate_host
from rest_framework.exceptions import ParseError

from ticketing import staying
from ticketing.limits import VERDICT, count_call, refusal
from ticketing.metrics import note_request
from ticketing.middleware import REQUEST_ID
from ticketing.parsers import read_json
from ticketing.problems import problem_of

log = structlog.get_logger("request")

# A handler gets the environment, the groups of the path and, with POST, the body's value.
Handler = Callable[..., HttpResponse | None]
Lane = tuple[str, Pattern[str], Handler]  # method, path without a slash at its end, handler
Headers = list[tuple[str, str]]

JSON_TYPES = ("application/json", "application/json; charset=utf-8", "application/json;charset=utf-8")
MAX_BODY = 4_096  # bytes; a longer one is not plain
OWN = {"content-type", "content-length", "x-request-id", "vary", "date", "x-read-only"}  # each answer has its own
STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


class Express:
    """A WSGI application before the ordinary one."""

    def __init__(self, ordinary: WSGIApplication, lanes: Sequence[Lane]) -> None:
        self._ordinary = ordinary
        self._lanes = lanes
        self._common: Headers | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        started = time.perf_counter()
        response = self._answer(environ) if _is_plain(environ) else None
        if response is None:
            return self._ordinary(environ, start_response)
        headers = self._headers(environ, response)
        start_response(STATUS_LINES[response.status_code], headers)
        _note(environ, response, started)
        return [response.content]

    def _answer(self, environ: WSGIEnvironment) -> HttpResponse | None:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"].rstrip("/")
        for of_method, pattern, handler in self._lanes:
            if of_method == method and (match := pattern.fullmatch(path)):
                return _handled(handler, environ, match.groups())
        return None

    def _headers(self, environ: WSGIEnvironment, response: HttpResponse) -> Headers:
        sent = environ.get("HTTP_X_REQUEST_ID", "")
        environ["request_id"] = sent if REQUEST_ID.match(sent) else uuid.uuid4().hex
        own = [("X-Request-Id", environ["request_id"]), ("Content-Length", str(len(response.content)))]
        if self._common is None:
            self._common = [header for header in self._probe(environ) if header[0].lower() not in OWN]
        verdict = environ.get(VERDICT)
        limits = verdict.headers() if verdict else ()
        return [*response.items(), *own, *self._common, *limits, *staying.headers().items()]

    def _probe(self, environ: WSGIEnvironment) -> Headers:
        """The headers of an answer that went the ordinary way: middleware adds most of them to every one."""
        seen: Headers = []

        def note(status: str, headers: Headers, *error: Any) -> Callable[[bytes], object]:
            seen.extend(headers)
            return lambda written: None

        call = {"REQUEST_METHOD": "GET", "PATH_INFO": "/healthz", "QUERY_STRING": "", "wsgi.input": io.BytesIO()}
        self._ordinary(environ | call | {VERDICT: None}, note)
        return seen


def _is_plain(environ: WSGIEnvironment) -> bool:
    """Whether a program calls, over the right scheme and one of our hosts."""
    return (
        "text/html" not in environ.get("HTTP_ACCEPT", "")
        and _is_our_host(environ.get("HTTP_HOST", ""))
        and (not settings.SECURE_SSL_REDIRECT or environ.get("HTTP_X_FORWARDED_PROTO") == "https")
    )


@lru_cache(maxsize=128)
def _is_our_host(host: str) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def _handled(handler: Handler, environ: WSGIEnvironment, groups: tuple[str, ...]) -> HttpResponse | None:
    try:
        with staying.turn(environ["REQUEST_METHOD"], environ["PATH_INFO"]):
            verdict = count_call(environ)
            if verdict is not None and not verdict.passes:
                raise refusal(verdict)
            if environ["REQUEST_METHOD"] != "POST":
                return handler(environ, *groups)
            return handler(environ, *groups, _body(environ))
    except ParseError:
        return None
    except Exception as error:
        return problem_of(error)


def _body(environ: WSGIEnvironment) -> Any:
    """The value of a short JSON body, which stays to be read again. Raises ParseError for any other body."""
    length = environ.get("CONTENT_LENGTH", "")
    if not length.isdigit() or int(length) > MAX_BODY or environ.get("CONTENT_TYPE", "").lower() not in JSON_TYPES:
        raise ParseError
    body = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = io.BytesIO(body)
    return read_json(body)


def _note(environ: WSGIEnvironment, response: HttpResponse, started: float) -> None:
    """The line that ticketing.middleware.RequestContext writes, and its numbers."""
    seconds = time.perf_counter() - started
    log.info(
        "request",
        request_id=environ["request_id"],
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"],
        status=response.status_code,
        ms=round(seconds * 1000, 1),
    )
    note_request(environ["REQUEST_METHOD"], environ["PATH_INFO"], response.status_code, seconds)
