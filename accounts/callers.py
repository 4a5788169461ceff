"""Identify callers for rate limits: all calls of a user count together; anonymous calls count by address.

This is cheaper than authentication and not a replacement for it (see accounts.authentication). A token or session that
ended a moment ago still counts for its user; an invalid one counts for the address.
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

CACHE_SECONDS = 60  # how long a process remembers a session's user, at most
CACHED_SESSIONS = 10_000


class Caller(NamedTuple):
    """A user or, if `is_user` is False, an address. `key` is unique among all callers."""

    key: str
    is_user: bool


def caller_of(environ: Mapping[str, Any]) -> Caller:
    """Return the caller of a request (WSGI environment or META)."""
    token = bearer_token(environ.get("HTTP_AUTHORIZATION", ""))
    user = _user_of_cookie(environ.get("HTTP_COOKIE", "")) if token is None else _user_of_token(token)
    return Caller(f"user:{user}", True) if user else address_caller(environ)


def address_caller(environ: Mapping[str, Any]) -> Caller:
    """Return the request's address as the caller, even if a user is signed in."""
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
        return _user_of_session(key, int(time.monotonic() / CACHE_SECONDS))
    except (DatabaseError, InterfaceError):
        return None


@lru_cache(maxsize=CACHED_SESSIONS)
def _user_of_session(key: str, period: int) -> str | None:
    """Return the id of the user of the session `key`; None if there is none.

    `period` is the number of the present period of CACHE_SECONDS. Results are cached by session and period, so a new
    period reads the session again.
    """
    return SessionStore(key).load().get(SESSION_KEY)
