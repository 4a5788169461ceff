"""Who opens a live feed (WebSocket or SSE)."""

from importlib import import_module
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.http.cookie import parse_cookie

from accounts.authentication import bearer_token
from accounts.models import User
from accounts.operations.stream_tickets import redeem_stream_ticket
from accounts.operations.tokens import user_of_access_token


def user_of(scope: dict[str, Any]) -> User | None:
    """The user of an ASGI scope: by `Authorization: Bearer`, `?ticket=` (which is used up) or the session cookie.

    The first of them that is there decides: a bad ticket means nobody, it does not fall back to the cookie. Asks the
    database, so call it in a thread.
    """
    token = bearer_token(_header(scope, b"authorization"))
    if token is not None:
        return user_of_access_token(token=token)
    ticket = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("ticket")
    if ticket:
        return redeem_stream_ticket(ticket=ticket[0])
    return _user_of_session(parse_cookie(_header(scope, b"cookie")).get(settings.SESSION_COOKIE_NAME))


def _user_of_session(key: str | None) -> User | None:
    """As Django finds it: a changed password ends the session."""
    if not key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(request)
    return user if isinstance(user, User) else None


def _header(scope: dict[str, Any], name: bytes) -> str:
    """All values of a header, as one cookie or token string."""
    return "; ".join(value.decode("latin-1") for key, value in scope.get("headers", ()) if key == name)
