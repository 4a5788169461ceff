"""Authenticates the callers of POST /api/booking and the payment, in as few queries as possible."""

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
    """Return the identity of the buyer who makes the request.

    Raises the errors of `identity_of`; PermissionDenied for users who are not buyers.
    """
    identity = identity_of(request)
    if identity.role != User.Role.BUYER:
        identity.confirm()
        raise PermissionDenied(BuyersBook.message)
    return identity


@contextmanager
def confirmed_if_refused(identity: Identity) -> Iterator[None]:
    """Wrap checks that come before any query, so that a revoked token gets 401, whatever else is wrong.

    If a check raises an error, query whether the token was revoked. Requests that pass the checks save this query; see
    `checked_by_sql`. Raises AuthenticationFailed.
    """
    try:
        yield
    except (APIException, DomainError):
        identity.confirm()
        raise


@contextmanager
def checked_by_sql(identity: Identity) -> Iterator[None]:
    """Wrap an operation whose SQL function checks whether the token was revoked.

    The operation may refuse bad input before that statement; then a query checks the token. Raises
    AuthenticationFailed.
    """
    try:
        yield
    except NotSignedIn:
        raise AuthenticationFailed(TokenRefused.detail) from None
    except BadInput:
        identity.confirm()
        raise
