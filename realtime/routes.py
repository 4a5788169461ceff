"""Addresses of streams."""

from typing import Any

from django.urls import URLPattern, re_path

from realtime.sockets import Application


def route(pattern: str, application: Application) -> URLPattern:
    """An address for Channels' URLRouter, which takes Django's patterns with ASGI applications for views."""
    view: Any = application
    return re_path(pattern, view)
