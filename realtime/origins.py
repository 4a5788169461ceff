"""Check that a feed is opened by a page of this site: browsers send cookies with WebSocket requests of any site."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

Scope = dict[str, Any]


def header(scope: Scope, name: bytes) -> str | None:
    """Return the last value of a request's header (`name` in lower case), or None if the request doesn't have it."""
    values = [value for key, value in scope["headers"] if key == name]
    return values[-1].decode("latin-1") if values else None


def is_own_origin(scope: Scope) -> bool:
    """Return whether the request comes from a page of this site, or from a client that sends no Origin.

    Host and port of the origin must equal those of the `Host` header or of a trusted origin (`CSRF_TRUSTED_ORIGINS`).
    The request's host must be in `ALLOWED_HOSTS`; otherwise any domain that resolves to this server (DNS rebinding)
    would pass as its own origin. Schemes are not compared, because a proxy may terminate TLS.
    """
    host = (header(scope, b"host") or "").lower()
    if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        return False
    origin = header(scope, b"origin")
    return origin is None or _netloc(origin) in {host, *map(_netloc, settings.CSRF_TRUSTED_ORIGINS)}


def _netloc(origin: str) -> str:
    """Return host and port of an origin, or "-", which equals no host, if it has none (such as "null")."""
    try:
        return urlsplit(origin).netloc.lower() or "-"
    except ValueError:
        return "-"
