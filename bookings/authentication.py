"""Who makes a booking or pays for one."""

from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework.exceptions import APIException, AuthenticationFailed, PermissionDenied

from accounts.authentication import Identity, identity_of
from accounts.errors import TokenRefused
from accounts.models import User
from bookings.permissions import BuyersBook
from core.errors import BadInput, DomainError, NotSignedIn
from core.http.messages import ApiRequest


def buyer_of(request: ApiRequest) -> Identity:
    """The buyer who signed the request. Raises what `identity_of` raises; PermissionDenied for other people."""
    identity = identity_of(request)
    if identity.role != User.Role.BUYER:
        identity.confirm()
        raise PermissionDenied(BuyersBook.message)
    return identity


@contextmanager
def confirmed_if_refused(identity: Identity) -> Iterator[None]:
    """For checks before the database is asked: a revoked token is answered 401, whatever else is wrong.

    Requests that pass the checks save this query, see `checked_by_sql`. Raises AuthenticationFailed.
    """
    try:
        yield
    except (APIException, DomainError):
        identity.confirm()
        raise


@contextmanager
def checked_by_sql(identity: Identity) -> Iterator[None]:
    """For an operation whose SQL function checks in the same statement whether the token was revoked.

    Bad input may be refused before the statement, so then the token is confirmed here. Raises AuthenticationFailed.
    """
    try:
        yield
    except NotSignedIn:
        raise AuthenticationFailed(TokenRefused.detail) from None
    except BadInput:
        identity.confirm()
        raise
