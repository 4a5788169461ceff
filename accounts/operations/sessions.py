"""Sign in with a cookie, and sign out on all devices."""

from django.contrib import auth
from django.contrib.sessions.backends.base import SessionBase
from django.db.models.functions import Now
from django.http import HttpRequest

from accounts.models import User
from accounts.operations.credentials import user_with
from core.transactions import retrying_transaction


def log_in(*, request: HttpRequest, email: str, password: str) -> User:
    """Open a session for the user with this password and return the user; raises `InvalidCredentials`.

    If the request has a session of another user, that session ends first.
    """
    user = user_with(email=email, password=password)
    auth.login(request, user)
    return user


def log_out(*, request: HttpRequest, user: User) -> None:
    """End this request's session, and revoke all of the user's bearer tokens and stream tickets.

    Sessions in other browsers stay.
    """
    _end_sign_ins(user, request.session)
    auth.logout(request)  # after the commit: it empties the session of the request, so it can't be repeated


@retrying_transaction
def _end_sign_ins(user: User, session: SessionBase) -> None:
    """Delete the session's row, which `session` still names, revoke the tokens and delete the stream tickets."""
    session.delete(session.session_key)
    user.token_families.filter(revoked_at=None).update(revoked_at=Now())
    user.stream_tickets.all().delete()
