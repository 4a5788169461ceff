"""Views of the REST framework whose methods a handler answers (core.http.messages).

The view negotiates the form of the answer (JSON, or HTML for a person), lists its methods for OPTIONS and the OpenAPI
schema, and shows forms. Authentication, permissions, parsing and checks are the handler's.
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

LONGEST_ACCEPT = 200  # characters; longer headers are negotiated each time


def answered_by(handler: Handler) -> Callable[..., HttpResponseBase]:
    """A view's method that the handler answers: `get = answered_by(show_event)`. It has the handler's docstring."""

    def method(view: "HandlerView", request: Request, **arguments: Any) -> HttpResponseBase:
        return view.render(handler(view.api_request, **arguments))

    method.handler = handler  # type: ignore[attr-defined]
    method.__doc__ = handler.__doc__
    return method


def handler_of(view: type, method: str) -> Handler | None:
    """The handler of a view's method ("GET"); None if the view answers it itself."""
    return getattr(getattr(view, method.lower(), None), "handler", None)


class HandlerView(generics.GenericAPIView[Any]):
    """A view with methods made by `answered_by`; others are ordinary methods of the REST framework."""

    api_request: ApiRequest

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Only negotiation before a handler; the framework's own checks before any other method."""
        self.api_request = ApiRequest.from_django(request._request)
        if handler_of(type(self), "GET" if request.method == "HEAD" else str(request.method)) is None:
            super().initial(request, *args, **kwargs)
        else:
            self.format_kwarg = self.get_format_suffix(**kwargs)
            request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)

    def render(self, answer: ApiResponse) -> HttpResponseBase:
        """The handler's bytes where JSON is wanted; else its data, rendered as negotiated."""
        if not _is_plain(self.request.accepted_renderer, self.request.accepted_media_type):
            headers = {name: value for name, value in answer.headers.items() if name != "Content-Type"}
            return Response(orjson.loads(answer.content or b"null"), status=answer.status, headers=headers)
        response = HttpResponse(answer.content, status=answer.status, headers=answer.headers)
        if "Content-Type" not in answer.headers:  # a 304
            del response["Content-Type"]
        response.is_finished = True  # type: ignore[attr-defined]  # see ticketing.middleware.CompressionMiddleware
        return response

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Says that the answer depends on the cookie, if the handler has read it."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if hasattr(self, "api_request") and self.api_request.uses_cookie:
            patch_vary_headers(response, ["Cookie"])
        return response


def wants_plain_json(accept: str) -> bool:
    """Whether the REST framework would answer this `Accept` header with JSON as handlers write it."""
    return _negotiated(accept) if len(accept) <= LONGEST_ACCEPT else False


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
    """Whether it is JSON without white space (`application/json; indent=4` asks for some)."""
    return isinstance(renderer, JSONRenderer) and renderer.get_indent(media_type, {}) is None
