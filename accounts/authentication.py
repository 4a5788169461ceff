"""The two ways of signing a request: a bearer token, or the session cookie."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from accounts.errors import TokenRefused
from accounts.models import User
from accounts.operations.tokens import user_of_access_token
from accounts.origin import is_forgeable
from ticketing.errors import BEARER_CHALLENGE


def bearer_token(authorization: str) -> str | None:
    """The token in an `Authorization` header; None if the header is of another scheme or missing."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`. A token that doesn't count is answered 401, never taken for nobody."""

    def authenticate(self, request: Request) -> tuple[User, str] | None:
        """The token's user, in one query; None without a bearer header."""
        token = bearer_token(request.headers.get("Authorization", ""))
        if token is None:
            return None
        user = user_of_access_token(token=token)
        if user is None:
            raise AuthenticationFailed(TokenRefused.detail)
        return user, token

    def authenticate_header(self, request: Request) -> str:
        """Makes the framework answer 401, not 403, to the unknown."""
        return BEARER_CHALLENGE


class CookieAuthentication(BaseAuthentication):
    """The session cookie. Writing requests from a foreign site are refused with 403, signed in or not.

    It guards anonymous calls too (a forged login is a forgery as well), so every view that believes the cookie, and
    every one that sets it, has this class.
    """

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """The session's user; None if there is none."""
        if is_forgeable(request._request):
            raise PermissionDenied("The request comes from another site.")
        user = request._request.user
        return (user, None) if isinstance(user, User) and user.is_active else None

    def authenticate_header(self, request: Request) -> str:
        """Nothing but the scheme is known to RFC 9110 for cookies, so the way that works anywhere is named."""
        return BEARER_CHALLENGE
