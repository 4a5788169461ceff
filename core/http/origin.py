"""Detect cross-site request forgery by the headers that browsers set, without a token in the body."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

Page = Callable[..., HttpResponseBase]
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
OWN_SITES = frozenset({"same-origin", "none"})  # Sec-Fetch-Site; "none" means the address bar or a bookmark


def is_forgeable(environ: Mapping[str, Any]) -> bool:
    """Return whether another site may have made a browser send this writing request (WSGI environment or META).

    Browsers attach `Origin` to every writing request and, since 2023, `Sec-Fetch-Site`; scripts can set neither. A
    client that sends neither is not a browser, so no other site can use its cookies.
    """
    if environ["REQUEST_METHOD"] in SAFE_METHODS:
        return False
    if environ.get("HTTP_SEC_FETCH_SITE", "same-origin") not in OWN_SITES:
        return True
    origin = environ.get("HTTP_ORIGIN")
    return origin is not None and not _is_own(origin, host_of(environ))


def refuses_other_sites(view: Page) -> Page:
    """Decorate a page that takes a form: one that another site sent gets the 403 page.

    It replaces Django's token, which fails honest visitors: it changes with each sign-in, also in another tab.
    """

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_forgeable(request.META):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return csrf_exempt(page)


def host_of(environ: Mapping[str, Any]) -> str:
    """Return host and port of the request, as Django's `get_host` does but without checking ALLOWED_HOSTS."""
    host = environ.get("HTTP_HOST")
    if host is not None:
        return str(host)
    port = str(environ.get("SERVER_PORT", "80"))
    return f"{environ.get('SERVER_NAME', '')}" + ("" if port in ("80", "443") else f":{port}")


def _is_own(origin: str, host: str) -> bool:
    """Return whether `origin` is in CSRF_TRUSTED_ORIGINS or has the host and port in `host`.

    The scheme is not compared, because a proxy may terminate TLS.
    """
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        return urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:  # not a URL at all
        return False
