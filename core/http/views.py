"""Base classes of all API views: ApiView reads request bodies, HandlerView calls handlers (core.http.messages).

A HandlerView negotiates the format of the response (JSON, or HTML for a person), lists its methods for OPTIONS and the
OpenAPI schema, and shows forms. The handler does authentication, permissions, parsing and validation.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, ClassVar

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.utils.cache import patch_vary_headers
from rest_framework import generics
from rest_framework.exceptions import APIException, MethodNotAllowed
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser, FormParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from core.errors import NotFound
from core.http.bodies import Body, NoBody, validated
from core.http.messages import ApiRequest, ApiResponse, Handler
from core.http.origin import SAFE_METHODS

FORM_FIELD = "csrfmiddlewaretoken"  # the field that Django adds to HTML forms; it is no member of a body
MAX_ACCEPT_LENGTH = 200  # characters; longer headers are left to the REST framework


def handled_by(handler: Handler) -> Callable[..., HttpResponseBase]:
    """Return a view method that calls the handler and has its docstring: `get = handled_by(show_event)`."""

    def method(view: "HandlerView", request: Request, **arguments: Any) -> HttpResponseBase:
        return view.render(handler(view.api_request, **arguments))

    method.handler = handler  # type: ignore[attr-defined]
    method.__doc__ = handler.__doc__
    return method


def handler_of(view: type, method: str) -> Handler | None:
    """Return the handler that the view calls for `method` ("GET"); None if `handled_by` did not make that method."""
    return getattr(getattr(view, method.lower(), None), "handler", None)


class ApiView(generics.GenericAPIView[Any]):
    """Base class of all API views: it reads and validates the request body before the method is called.

    `bodies` has the serializer of each method with a body; the OpenAPI schema and the browsable API follow it. Methods
    that are not there take no members. `has_raw_body` is for messages of third parties, who may add members: the view
    reads the bytes itself.
    """

    bodies: ClassVar[Mapping[str, type[Body]]] = {}
    has_raw_body: ClassVar[bool] = False
    max_body_bytes: ClassVar[int | None] = None  # None: the limit of all bodies (DATA_UPLOAD_MAX_MEMORY_SIZE)
    body: dict[str, Any]  # the validated members

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Run the framework's checks, then read the body. Raises ValidationError, BadInput, ParseError and others.

        A method that the view does not have is refused first (405): signing in would not help.
        """
        method = str(request.method)
        if method not in self.allowed_methods:
            # The page of the browsable API for a call that only writes is such a response to a GET.
            self.format_kwarg = self.get_format_suffix(**kwargs)
            chosen = self.perform_content_negotiation(request, force=True)
            request.accepted_renderer, request.accepted_media_type = chosen
            raise MethodNotAllowed(method)
        super().initial(request, *args, **kwargs)
        if any("\0" in argument for argument in kwargs.values() if isinstance(argument, str)):
            raise NotFound  # nothing has such a name, and the database refuses to look for it
        if method not in SAFE_METHODS and not self.has_raw_body:
            self.body = validated(self.get_serializer_class()(), _members(request.data))

    def get_serializer_class(self) -> type[Body]:
        """Return the serializer of the method's body."""
        return self.bodies.get(str(self.request.method), NoBody)

    def get_parsers(self) -> list[BaseParser]:
        """Return the parsers. Methods without a body also accept a form that has nothing but Django's token."""
        parsers = super().get_parsers()
        method = self.request.method if self.request else None  # the schema generator asks without a request
        has_body = self.has_raw_body or method in self.bodies
        return parsers if has_body else [*parsers, FormParser()]


class HandlerView(ApiView):
    """A view whose methods may be made by `handled_by`; its other methods are ordinary ones of the REST framework."""

    api_request: ApiRequest

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Prepare a call: for a handler, only negotiate the format; else also run the framework's own checks."""
        self.api_request = ApiRequest.from_django(request._request)
        if handler_of(type(self), "GET" if request.method == "HEAD" else str(request.method)) is None:
            super().initial(request, *args, **kwargs)
        else:
            self.format_kwarg = self.get_format_suffix(**kwargs)
            request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
            if not _is_plain(request.accepted_renderer, request.accepted_media_type):
                self.api_request.refuse_compression()  # `render` reads the body

    def render(self, api_response: ApiResponse) -> HttpResponseBase:
        """Return the handler's response: its bytes if plain JSON was negotiated, else its data in another format."""
        if not _is_plain(self.request.accepted_renderer, self.request.accepted_media_type):
            # How long a response may be kept, and its tag, are said of the bytes that the handler made; this page may
            # also name the user.
            own = ("Content-Type", "ETag", "Cache-Control")
            headers = {name: value for name, value in api_response.headers.items() if name not in own}
            headers["Cache-Control"] = "no-cache"
            return Response(orjson.loads(api_response.content or b"null"), status=api_response.status, headers=headers)
        response = HttpResponse(api_response.content, status=api_response.status, headers=api_response.headers)
        if "Content-Type" not in api_response.headers:  # a 304 has none
            del response["Content-Type"]
        response.is_finished = True  # type: ignore[attr-defined]  # see ticketing.middleware.CompressionMiddleware
        return response

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Add `Vary: Cookie` if the handler has read the session cookie."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if hasattr(self, "api_request") and self.api_request.uses_cookie:
            patch_vary_headers(response, ["Cookie"])
        return response


def _members(data: Any) -> Any:
    """Return the data of a request without the token of an HTML form."""
    return {name: value for name, value in data.items() if name != FORM_FIELD} if isinstance(data, QueryDict) else data


def wants_plain_json(accept: str) -> bool:
    """Return whether the REST framework would respond to this `Accept` header with JSON as handlers write it."""
    return _negotiated(accept) if len(accept) <= MAX_ACCEPT_LENGTH else False


@lru_cache(maxsize=256)
def _negotiated(accept: str) -> bool:
    request = HttpRequest()
    request.META["HTTP_ACCEPT"] = accept
    classes: Any = api_settings.DEFAULT_RENDERER_CLASSES
    renderers = [renderer() for renderer in classes]
    try:
        return _is_plain(*DefaultContentNegotiation().select_renderer(Request(request), renderers))
    except APIException:
        return False


def _is_plain(renderer: Any, media_type: str) -> bool:
    """Return whether the format is JSON without white space (`application/json; indent=4` has some)."""
    return isinstance(renderer, JSONRenderer) and renderer.get_indent(media_type, {}) is None
