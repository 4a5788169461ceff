"""Find out who opens a live feed (WebSocket or server-sent events)."""

from datetime import UTC, datetime
from importlib import import_module
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.http.cookie import parse_cookie

from accounts import tokens
from accounts.authentication import bearer_token
from accounts.models import User
from accounts.operations.stream_tickets import redeem_stream_ticket
from accounts.operations.tokens import user_of_access_token
from accounts.sign_ins import SignIn


class Visitor(NamedTuple):
    """Who opens a feed: a user and their sign-in; both None if nobody is signed in."""

    user: User | None = None
    sign_in: SignIn | None = None


def visitor_of(scope: dict[str, Any]) -> Visitor:
    """Return who opened the connection of an ASGI scope. Queries the database, so call it in a thread.

    Looks for `Authorization: Bearer`, `?ticket=` (which is used up) and the session cookie. The first that is present
    decides: with an invalid ticket the visitor is anonymous, even if the cookie is valid.
    """
    token = bearer_token(_header(scope, b"authorization"))
    if token is not None:
        return _by_token(token)
    ticket = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("ticket")
    if ticket:
        return _by_ticket(ticket[0])
    return _by_session(parse_cookie(_header(scope, b"cookie")).get(settings.SESSION_COOKIE_NAME))


def _by_token(token: str) -> Visitor:
    user = user_of_access_token(token=token)
    if user is None:
        return Visitor()
    claims = tokens.read(token, "access")
    until = datetime.fromtimestamp(claims["exp"] + tokens.LEEWAY_SECONDS, UTC)
    return Visitor(user, SignIn.of(user, family=claims["fam"], until=until))


def _by_ticket(ticket: str) -> Visitor:
    used = redeem_stream_ticket(ticket=ticket)
    return Visitor() if used is None else Visitor(used.user, SignIn.of(used.user, ticket=used.digest))


def _by_session(key: str | None) -> Visitor:
    """Return the user of the session `key` and their sign-in; an empty Visitor if it is not valid.

    As with Django's middleware, a changed password ends the session.
    """
    if not key:
        return Visitor()
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(request)
    return Visitor(user, SignIn.of(user, session=key)) if isinstance(user, User) else Visitor()


def _header(scope: dict[str, Any], name: bytes) -> str:
    """Return all values of a header as one string, separated by semicolons."""
    return "; ".join(value.decode("latin-1") for key, value in scope.get("headers", ()) if key == name)
