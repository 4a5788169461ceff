"""The calls of the fast path: every view's method in the URLconf that is made by `answered_by`."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver
from django.urls.resolvers import RoutePattern

from core.http.messages import Handler
from core.http.views import HandlerView, handler_of

METHODS = ("GET", "POST")


class Route(NamedTuple):
    """Answers `method` at the path that `pattern` matches; `allow` is the view's list of methods."""

    method: str
    pattern: RoutePattern
    handler: Handler
    allow: str

    def match(self, path: str) -> dict[str, Any] | None:
        """The arguments in the path, without a slash at either end; None if it is another path."""
        found = self.pattern.match(path)
        return None if found is None else found[2]


def routes_of(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[Route]:
    """The routes in a URLconf. Included ones are found if they are included at the root."""
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
    """The `Allow` header of the view's responses. Like View.setup, it answers HEAD wherever it answers GET."""
    names = [name for name in view.http_method_names if hasattr(view, "get" if name == "head" else name)]
    return ", ".join(name.upper() for name in names)
