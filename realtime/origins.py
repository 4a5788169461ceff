"""Which pages may open a feed. Browsers send cookies along to any site's WebSocket, so the page's origin decides."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

Scope = dict[str, Any]


def header(scope: Scope, name: bytes) -> str | None:
    """The last value of a header, None without it."""
    values = [value for key, value in scope["headers"] if key == name]
    return values[-1].decode("latin-1") if values else None


def is_own_origin(scope: Scope) -> bool:
    """Whether the client is a page of this site, or no browser (no Origin).

    The origin's host and port must be those of the request, or a trusted one's; and the request's host must be ours,
    or else a foreign name that resolves to us (DNS rebinding) would be its own origin. Schemes are not compared: a
    proxy may end TLS.
    """
    host = (header(scope, b"host") or "").lower()
    if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        return False
    origin = header(scope, b"origin")
    return origin is None or _netloc(origin) in {host, *map(_netloc, settings.CSRF_TRUSTED_ORIGINS)}


def _netloc(origin: str) -> str:
    """Host and port; for what has none ("null"), something that equals no host."""
    try:
        return urlsplit(origin).netloc.lower() or "-"
    except ValueError:
        return "-"
