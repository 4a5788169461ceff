"""Signing in by cookie, and signing out of everything."""

from django.contrib import auth
from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest

from accounts.models import User
from accounts.operations.credentials import user_with


def log_in(*, request: HttpRequest, email: str, password: str) -> User:
    """Opens a cookie session, after ending somebody else's in this browser; raises `InvalidCredentials`."""
    user = user_with(email=email, password=password)
    auth.login(request, user)
    return user


@transaction.atomic(durable=True)
def log_out(*, request: HttpRequest, user: User) -> None:
    """Ends the cookie session of this request and every bearer token and stream ticket of the user, on all devices."""
    user.token_families.filter(revoked_at=None).update(revoked_at=Now())
    user.stream_tickets.all().delete()
    auth.logout(request)
