"""The security headers of every response, in one table made from the settings.

`ticketing.middleware.SecurityHeadersMiddleware` and the fast path (ticketing/fast_path) both use the table. A view may
set a Content-Security-Policy of its own (`csp.decorators`), which the middleware keeps.
"""

from collections.abc import Callable
from functools import cache

from csp.utils import build_policy
from django.conf import settings
from django.core.signals import setting_changed

Headers = tuple[tuple[str, str], ...]


def _hsts() -> str:
    if not settings.SECURE_HSTS_SECONDS:
        return ""
    parts = [f"max-age={settings.SECURE_HSTS_SECONDS}"]
    parts += ["includeSubDomains"] if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else []
    parts += ["preload"] if settings.SECURE_HSTS_PRELOAD else []
    return "; ".join(parts)


# Name and value; an empty value means that the header is not sent.
TABLE: dict[str, Callable[[], str]] = {
    "Content-Security-Policy": build_policy,
    "Permissions-Policy": lambda: settings.PERMISSIONS_POLICY,
    "X-Content-Type-Options": lambda: "nosniff" if settings.SECURE_CONTENT_TYPE_NOSNIFF else "",
    "Referrer-Policy": lambda: settings.SECURE_REFERRER_POLICY or "",
    "Cross-Origin-Opener-Policy": lambda: settings.SECURE_CROSS_ORIGIN_OPENER_POLICY or "",
    "X-Frame-Options": lambda: settings.X_FRAME_OPTIONS,
}
TABLE_HTTPS = {"Strict-Transport-Security": _hsts}  # browsers ignore it over http


@cache
def security_headers(*, is_secure: bool) -> Headers:
    """Return the security headers of a response over https (`is_secure`) or http, as pairs of name and value."""
    table = TABLE | TABLE_HTTPS if is_secure else TABLE
    values = [(name, value()) for name, value in table.items()]
    return tuple((name, value) for name, value in values if value)


setting_changed.connect(lambda **kwargs: security_headers.cache_clear(), weak=False)
