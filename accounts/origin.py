"""Protection of cookie requests from cross-site forgery, without a token in the body."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
OWN_SITES = frozenset({"same-origin", "none"})  # none: the person himself, from the address bar or a bookmark


def is_forgeable(request: HttpRequest) -> bool:
    """Whether a browser sent this writing request on behalf of another site.

    Browsers attach `Origin` to every writing request and (since 2023 all of them) `Sec-Fetch-Site`; scripts can set
    neither. A client that sends neither is no browser, has no ambient cookies to abuse, and passes.
    """
    if request.method in SAFE_METHODS:
        return False
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in OWN_SITES:
        return True
    origin = request.headers.get("Origin")
    return origin is not None and not _is_own(origin, request)


def _is_own(origin: str, request: HttpRequest) -> bool:
    """Host and port are compared; the scheme is not, since a proxy may end TLS."""
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        return urlsplit(origin).netloc.lower() == request.get_host().lower()
    except ValueError:  # not a URL at all
        return False
