"""Views of the REST framework that call handlers (core.http.messages).

The view negotiates the format of the response (JSON, or HTML for a person), lists its methods for OPTIONS and the
OpenAPI schema, and shows forms. The handler does authentication, permissions, parsing and validation.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from rest_framework import generics
from rest_framework.exceptions import APIException
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from core.http.messages import ApiRequest, ApiResponse, Handler

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


class HandlerView(generics.GenericAPIView[Any]):
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
            headers = {name: value for name, value in api_response.headers.items() if name != "Content-Type"}
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
