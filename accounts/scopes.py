"""Who opens a live feed (WebSocket or SSE)."""

from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs

from channels.auth import get_user
from channels.db import database_sync_to_async
from django.conf import settings
from django.http.cookie import parse_cookie

from accounts.authentication import bearer_token
from accounts.models import User
from accounts.operations.stream_tickets import redeem_stream_ticket
from accounts.operations.tokens import user_of_access_token

Finder = Callable[..., Awaitable[User | None]]
_user_of_token: Finder = database_sync_to_async(user_of_access_token)
_user_of_ticket: Finder = database_sync_to_async(redeem_stream_ticket)


async def user_of(scope: dict[str, Any]) -> User | None:
    """The user of an ASGI scope: by `Authorization: Bearer`, `?ticket=` (which is used up) or the session cookie.

    The first of them that is there decides: a bad ticket means nobody, it does not fall back to the cookie. Database
    work is done in a thread, whose connection is given back before this returns.
    """
    token = bearer_token(_header(scope, b"authorization"))
    if token is not None:
        return await _user_of_token(token=token)
    ticket = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("ticket")
    if ticket:
        return await _user_of_ticket(ticket=ticket[0])
    return await _user_of_session(parse_cookie(_header(scope, b"cookie")).get(settings.SESSION_COOKIE_NAME))


async def _user_of_session(key: str | None) -> User | None:
    """Channels checks the session's auth hash as Django does: a changed password ends the session."""
    if not key:
        return None
    store = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = await get_user({"session": store})
    return user if isinstance(user, User) else None


def _header(scope: dict[str, Any], name: bytes) -> str:
    """All values of a header, as one cookie or token string."""
    return "; ".join(value.decode("latin-1") for key, value in scope.get("headers", ()) if key == name)
