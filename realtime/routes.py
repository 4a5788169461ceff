"""Make URL patterns for WebSockets and SSE streams."""

from typing import Any

from django.urls import URLPattern, re_path

from realtime.sockets import Application


def route(pattern: str, application: Application) -> URLPattern:
    """Return a URL pattern (a regular expression) for an ASGI application, for use in Channels' `URLRouter`."""
    view: Any = application
    url_pattern: URLPattern = re_path(pattern, view)
    return url_pattern
