"""What the fast path does instead of each middleware, and the system check that the table is complete.

When you add a middleware, add a line here that says how calls on the fast path get the same effect.
ticketing/tests/test_same_responses.py compares the responses of both ways.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

FAST_PATH: dict[str, str] = {
    "ticketing.middleware.RequestContextMiddleware": "calls ticketing.request_context.request_context as well",
    "ticketing.middleware.SecurityHeadersMiddleware": "sends core.http.security_headers.security_headers as well",
    "csp.middleware.CSPMiddleware": "core.http.security_headers has the same policy; handlers change none",
    "ticketing.middleware.ApiRequestMiddleware": "calls ticketing.body_limit.check_body_length, strips slashes",
    "ticketing.middleware.ErrorPageMiddleware": "the API has no pages",
    "django.middleware.security.SecurityMiddleware": "redirects to https stay Django's; core.http.security_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware": "serves no static files",
    "django.middleware.common.CommonMiddleware": "passes unknown hosts to Django, sends Content-Length",
    "ticketing.middleware.CompressionMiddleware": "events.catalog.handlers compresses; other handlers don't",
    "ticketing.middleware.LoadSheddingMiddleware": "calls ticketing.load_shedding.write_slot and read_only_headers",
    "django.contrib.sessions.middleware.SessionMiddleware": "accounts.authentication reads the session",
    "django.middleware.csrf.CsrfViewMiddleware": "the API is exempt; accounts.authentication checks the origin",
    "django.contrib.auth.middleware.AuthenticationMiddleware": "handlers call accounts.authentication",
    "django.contrib.messages.middleware.MessageMiddleware": "the API has no messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware": "core.http.security_headers",
    "ticketing.middleware.RateLimitMiddleware": "calls ticketing.rate_limits.count_call as well",
}


def check_middleware(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Return an error for each middleware that FAST_PATH or MIDDLEWARE has and the other lacks (a system check)."""
    return [*_unknown(settings.MIDDLEWARE), *_stale(settings.MIDDLEWARE)]


def _unknown(middleware: Iterable[str]) -> list[CheckMessage]:
    hint = f"Say in {__name__} how the fast path does the same, and make it do so."
    return [
        Error(f"The fast path passes {name} by.", hint=hint, id="ticketing.E001")
        for name in middleware
        if name not in FAST_PATH
    ]


def _stale(middleware: Iterable[str]) -> list[CheckMessage]:
    return [
        Error(f"{name} is no middleware any more.", hint=f"Remove it from {__name__}.", id="ticketing.E002")
        for name in FAST_PATH.keys() - set(middleware)
    ]
