"""Sign in with a cookie, and sign out on all devices."""

from django.contrib import auth
from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest

from accounts.models import User
from accounts.operations.credentials import user_with


def log_in(*, request: HttpRequest, email: str, password: str) -> User:
    """Open a cookie session; raises `InvalidCredentials`.

    A session of somebody else in this browser ends first.
    """
    user = user_with(email=email, password=password)
    auth.login(request, user)
    return user


@transaction.atomic(durable=True)
def log_out(*, request: HttpRequest, user: User) -> None:
    """End this request's session and all bearer tokens and stream tickets of the user, on all devices."""
    user.token_families.filter(revoked_at=None).update(revoked_at=Now())
    user.stream_tickets.all().delete()
    auth.logout(request)
