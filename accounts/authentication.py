"""Authenticate requests by bearer token or session cookie, for handlers and for views of the REST framework."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, parse_cookie
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, PermissionDenied
from rest_framework.request import Request

from accounts import tokens
from accounts.errors import TokenRefused
from accounts.models import User
from accounts.operations.tokens import user_of_access_token
from accounts.session_store import SessionStore
from core.errors import BEARER_CHALLENGE, NotSignedIn
from core.http.messages import ApiRequest
from core.http.origin import is_forgeable


@dataclass(slots=True)
class Identity:
    """An authenticated caller.

    With a session cookie, `user` is set. With a bearer token, `token` and `token_family_id` (all tokens of one sign-in)
    are set, and `user` is None until `confirm` reads them: until then, only the token's signature and expiry have been
    checked. The SQL functions that take a token family check, as `confirm` does, whether the token was revoked.
    """

    user_id: int
    role: str
    token_family_id: uuid.UUID | None = None
    token: str = ""
    user: User | None = None

    def confirm(self) -> User:
        """Return the user, reading them once if necessary. Raises AuthenticationFailed if the token was revoked."""
        if self.user is None:
            self.user = _token_user(self.token)
        return self.user


def bearer_token(authorization: str) -> str | None:
    """Return the token in an `Authorization` header; None if the header is empty or has another scheme."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def identity_of(request: ApiRequest) -> Identity:
    """Return the caller, by bearer token or else by session cookie.

    Raises NotAuthenticated, AuthenticationFailed (an invalid token) or PermissionDenied (a writing request without a
    token that another site made a browser send).
    """
    identity = bearer_identity(request) or cookie_identity(request)
    if identity is None:
        raise NotAuthenticated
    return identity


def bearer_identity(request: ApiRequest) -> Identity | None:
    """Return the identity in the bearer token; None without a token. Raises AuthenticationFailed for an invalid one."""
    token = bearer_token(request.environ.get("HTTP_AUTHORIZATION", ""))
    if token is None:
        return None
    try:
        claims = tokens.read(token, "access")
    except TokenRefused:
        raise AuthenticationFailed(TokenRefused.detail) from None
    return Identity(int(claims["sub"]), claims["role"], uuid.UUID(claims["fam"]), token)


def cookie_identity(request: ApiRequest) -> Identity | None:
    """Return the identity of the session's user; None without a valid session.

    Raises PermissionDenied for a writing request that another site made a browser send.
    """
    request.uses_cookie = True
    check_not_forged(request.environ)
    user = _session_user(request.environ.get("HTTP_COOKIE", ""))
    return None if user is None else Identity(user.pk, user.role, user=user)


def check_not_forged(environ: Mapping[str, Any]) -> None:
    """Raise PermissionDenied for a writing request that another site made a browser send."""
    if is_forgeable(environ):
        raise PermissionDenied("The request comes from another site.")


class BearerAuthentication(BaseAuthentication):
    """Authentication by `Authorization: Bearer`. An invalid token gets 401; the caller does not become anonymous."""

    def authenticate(self, request: Request) -> tuple[User, str] | None:
        """Return the token's user and the token, with one query; None without a bearer token.

        Raises AuthenticationFailed for an invalid token.
        """
        token = bearer_token(request.headers.get("Authorization", ""))
        return None if token is None else (_token_user(token), token)

    def authenticate_header(self, request: Request) -> str:
        """Return the value of `WWW-Authenticate`.

        Because there is one, the framework responds to anonymous requests with 401 instead of 403.
        """
        return BEARER_CHALLENGE


class CookieAuthentication(BaseAuthentication):
    """Authentication by session cookie. Writing requests from another site get 403, signed in or not.

    Anonymous requests are protected as well, because another site could also forge a login. So every view that reads or
    sets the cookie uses this class.
    """

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """Return the session's user, paired with None in place of a token; None if nobody is signed in."""
        check_not_forged(request.META)
        user = request._request.user
        return (user, None) if isinstance(user, User) and user.is_active else None

    def authenticate_header(self, request: Request) -> str:
        """Return the same `WWW-Authenticate` as for bearer tokens, because HTTP has no scheme for cookies."""
        return BEARER_CHALLENGE


def token_family_of(request: Request) -> uuid.UUID | None:
    """Return the family of the bearer token of a view's request; None if the caller signed in otherwise."""
    return uuid.UUID(tokens.read(request.auth, "access")["fam"]) if isinstance(request.auth, str) else None


def _token_user(token: str) -> User:
    user = user_of_access_token(token=token)
    if user is None:
        raise AuthenticationFailed(TokenRefused.detail)
    return user


def _session_user(cookies: str) -> User | None:
    """Return the active user whose session is in `cookies` (the `Cookie` header), or None.

    As with Django's middleware, a changed password ends the session.
    """
    if settings.SESSION_COOKIE_NAME not in cookies:
        return None
    request = HttpRequest()
    request.session = SessionStore(parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME))
    user = get_user(request)
    return user if isinstance(user, User) and user.is_active else None


def authenticated_user(request: Request) -> User:
    """Return the caller of a view whose permissions require a signed-in user. Raises NotSignedIn without one."""
    if not isinstance(request.user, User):
        raise NotSignedIn
    return request.user
