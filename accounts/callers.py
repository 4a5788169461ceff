"""Whose calls are counted together: a user's, however and from wherever they sign in; else those of an address.

Cheaper than signing in, and only for counting; what a caller may do is decided by accounts.authentication. A token or
session that ended a moment ago still counts for its user, and an invalid one counts for the address.
"""

import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import DatabaseError, InterfaceError
from django.http import parse_cookie

from accounts import tokens
from accounts.authentication import bearer_token
from accounts.errors import TokenRefused
from accounts.session_store import SessionStore
from core.http.address import client_address

SESSION_SECONDS = 60  # for at most so long a process remembers whose session it is
SESSIONS = 10_000


class Caller(NamedTuple):
    """`key` is unique among all callers; `is_user` tells a user from an address."""

    key: str
    is_user: bool


def caller_of(environ: Mapping[str, Any]) -> Caller:
    """Who makes this call (WSGI environment or META)."""
    token = bearer_token(environ.get("HTTP_AUTHORIZATION", ""))
    user = _user_of_cookie(environ.get("HTTP_COOKIE", "")) if token is None else _user_of_token(token)
    return Caller(f"user:{user}", True) if user else address_of(environ)


def address_of(environ: Mapping[str, Any]) -> Caller:
    """The caller as somebody who is not signed in."""
    return Caller(f"address:{client_address(environ)}", False)


def _user_of_token(token: str) -> str | None:
    try:
        return tokens.read(token, "access")["sub"]
    except TokenRefused:
        return None


def _user_of_cookie(cookies: str) -> str | None:
    if settings.SESSION_COOKIE_NAME not in cookies:
        return None
    key = parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME, "")
    try:
        return _user_of_session(key, int(time.monotonic() / SESSION_SECONDS))
    except (DatabaseError, InterfaceError):
        return None


@lru_cache(maxsize=SESSIONS)
def _user_of_session(key: str, moment: int) -> str | None:
    """A session's user never changes; a new `moment` makes it be looked up again."""
    return SessionStore(key).load().get(SESSION_KEY)
