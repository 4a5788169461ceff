"""URL patterns of streams."""

from typing import Any

from django.urls import URLPattern, re_path

from realtime.sockets import Application


def route(pattern: str, application: Application) -> URLPattern:
    """Return a URL pattern for Channels' `URLRouter`, whose views are ASGI applications."""
    view: Any = application
    url_pattern: URLPattern = re_path(pattern, view)
    return url_pattern
