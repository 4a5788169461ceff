"""Authenticates the callers of POST /api/booking and POST /api/booking/{id}/pay, in as few queries as possible."""

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
    """Wrap the first checks of a request; if one raises an error, query whether the caller's token was revoked.

    Raises AuthenticationFailed if it was, so that a revoked token gets 401, whatever else is wrong. Requests that pass
    the checks save this query, because `checked_by_sql` checks their token.
    """
    try:
        yield
    except (APIException, DomainError):
        identity.confirm()
        raise


@contextmanager
def checked_by_sql(identity: Identity) -> Iterator[None]:
    """Wrap an operation whose SQL function checks that the token is not revoked; raise AuthenticationFailed if it is.

    The operation may raise BadInput before it calls the function. The token is then checked with a separate query, so
    that a revoked token gets 401 rather than 400.
    """
    try:
        yield
    except NotSignedIn:
        raise AuthenticationFailed(TokenRefused.detail) from None
    except BadInput:
        identity.confirm()
        raise
