"""The routes of the fast path: all view methods in the URLconf that are made with `handled_by`."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver
from django.urls.resolvers import RoutePattern

from core.http.messages import Handler
from core.http.views import HandlerView, handler_of

METHODS = ("GET", "POST")


class Route(NamedTuple):
    """A method and a path pattern with their handler; `allow` is the value of the view's `Allow` header."""

    method: str
    pattern: RoutePattern
    handler: Handler
    allow: str

    def match(self, path: str) -> dict[str, Any] | None:
        """Return the arguments in `path`, which has no slash at either end; None if the pattern does not match."""
        found = self.pattern.match(path)
        return None if found is None else found[2]


def routes_of(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[Route]:
    """Return the routes in a URLconf, including URLconfs that are included at the root."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if not str(pattern.pattern):
                yield from routes_of(pattern.url_patterns)
        elif isinstance(pattern.pattern, RoutePattern):
            yield from _routes_of_view(pattern.pattern, getattr(pattern.callback, "cls", None))


def _routes_of_view(pattern: RoutePattern, view: type | None) -> Iterator[Route]:
    if view is None or not issubclass(view, HandlerView):
        return
    allow = _allow(view)
    for method in METHODS:
        handler = handler_of(view, method)
        if handler is not None and method.lower() in view.http_method_names:
            yield Route(method, pattern, handler, allow)


def _allow(view: type[HandlerView]) -> str:
    """Return the `Allow` header of the view's responses. Like View.setup, a view with GET also has HEAD."""
    names = [name for name in view.http_method_names if hasattr(view, "get" if name == "head" else name)]
    return ", ".join(name.upper() for name in names)
