"""Requests and responses for API handlers, independent of the server.

A handler is a function `(request: ApiRequest, **path arguments) -> ApiResponse`. The fast path (ticketing/fast_path)
calls it without Django's middleware; a view of the REST framework (core.http.views) calls it after the middleware. Both
return the same response.
"""

import io
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import orjson
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest

from core.http.bodies import Body, validated
from core.http.json_body import PayloadTooLarge, check_media_type, read_json

VARY = "Accept"  # the REST framework can also respond with HTML
VARY_BY_USER = "Accept, Cookie"


class ApiResponse(NamedTuple):
    """A finished response; `content` is JSON, perhaps compressed. Whoever calls the handler adds a missing `Vary`."""

    status: int
    content: bytes
    headers: dict[str, str]


Handler = Callable[..., ApiResponse]


class ApiRequest:
    """A request. `environ` is the WSGI environment or Django's META; in both, headers have names as `HTTP_PREFER`.

    `read(length)` returns the first `length` bytes of the body.
    """

    __slots__ = ("_django", "_read", "environ", "is_secure", "method", "path", "uses_cookie")

    def __init__(self, environ: Mapping[str, Any], *, read: Callable[[int], bytes], is_secure: bool) -> None:
        self.method: str = environ["REQUEST_METHOD"]
        self.path: str = environ["PATH_INFO"]
        self.environ = environ
        self.is_secure = is_secure
        self.uses_cookie = False  # set when the response depends on the session cookie
        self._read = read
        self._django: HttpRequest | None = None

    @classmethod
    def from_environ(cls, environ: dict[str, Any]) -> "ApiRequest":
        """Return the request for a WSGI environment."""
        return cls(environ, read=environ["wsgi.input"].read, is_secure=is_secure(environ))

    @classmethod
    def from_django(cls, request: HttpRequest) -> "ApiRequest":
        """Return the request for a Django request."""
        api_request = cls(request.META, read=lambda length: request.body[:length], is_secure=bool(request.is_secure()))
        api_request.path = request.path
        api_request._django = request
        return api_request

    def refuse_compression(self) -> None:
        """Make the handler return its body uncompressed, whatever the client accepts."""
        self.environ = {name: value for name, value in self.environ.items() if name != "HTTP_ACCEPT_ENCODING"}

    @property
    def django(self) -> HttpRequest:
        """The request as a Django HttpRequest, for code that reads query parameters or builds links."""
        if self._django is None:
            self._django = WSGIRequest({"wsgi.input": io.BytesIO()} | dict(self.environ))
        return self._django

    @property
    def vary(self) -> str:
        """The value of the `Vary` header: the request headers that the response depends on."""
        return VARY_BY_USER if self.uses_cookie else VARY

    def header(self, name: str) -> str | None:
        """Return a header by its name in `environ` without `HTTP_`, or None: `request.header("PREFER")`."""
        return self.environ.get(f"HTTP_{name}")

    def body(self, serializer: Body) -> dict[str, Any]:
        """Return the validated members of the JSON body; without a body, those of an empty object.

        `serializer` is an instance without data that all requests share. Raises ValidationError, BadInput,
        UnsupportedMediaType, ParseError (see read_json), PayloadTooLarge.
        """
        return validated(serializer, self._json())

    def _json(self) -> Any:
        length = _content_length(self.environ)
        if length == 0:
            return {}
        check_media_type(self.environ.get("CONTENT_TYPE", ""))
        if length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise PayloadTooLarge(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        return read_json(self._read(length))


def json_response(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> ApiResponse:
    """Return a response with this body as JSON."""
    return ApiResponse(status, to_json(body), {"Content-Type": "application/json", **(headers or {})})


def to_json(body: Any) -> bytes:
    """Return `body` as compact JSON in UTF-8; times in UTC end in Z, and objects of unknown types become text."""
    return orjson.dumps(body, option=orjson.OPT_UTC_Z, default=str)


def is_secure(environ: Mapping[str, Any]) -> bool:
    """Return whether the client uses https, by Django's rule (SECURE_PROXY_SSL_HEADER)."""
    if settings.SECURE_PROXY_SSL_HEADER:
        header, value = settings.SECURE_PROXY_SSL_HEADER
        sent = environ.get(header)
        if sent is not None:
            return bool(sent.split(",", 1)[0].strip() == value)
    return environ.get("wsgi.url_scheme") == "https"


def _content_length(environ: Mapping[str, Any]) -> int:
    try:
        return max(0, int(environ.get("CONTENT_LENGTH") or 0))
    except ValueError:
        return 0
