"""Who signed a request: a bearer token or the session cookie. One check, used by handlers and by the REST framework."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

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
from core.errors import BEARER_CHALLENGE
from core.http.messages import ApiRequest
from core.http.origin import is_forgeable


@dataclass(slots=True)
class Identity:
    """A signed-in caller. With a bearer token, `token_family_id` is set and `user` is not read before it is needed.

    The token's signature has been checked, but not whether the token was revoked: `confirm` does, and so do the SQL
    functions that take a token family.
    """

    user_id: int
    role: str
    token_family_id: uuid.UUID | None = None
    token: str = ""
    user: User | None = None

    def confirm(self) -> User:
        """The user, in one query if it is not known yet. Raises AuthenticationFailed if the token was revoked."""
        if self.user is None:
            self.user = _token_user(self.token)
        return self.user


def bearer_token(authorization: str) -> str | None:
    """The token in an `Authorization` header; None if the header is missing or has another scheme."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def identity_of(request: ApiRequest) -> Identity:
    """Who signed the request.

    Raises NotAuthenticated, AuthenticationFailed (the token does not count), PermissionDenied (a writing request with a
    cookie from another site).
    """
    identity = bearer_identity(request) or cookie_identity(request)
    if identity is None:
        raise NotAuthenticated
    return identity


def bearer_identity(request: ApiRequest) -> Identity | None:
    """Whose token the request carries; None without a bearer header. Raises AuthenticationFailed."""
    token = bearer_token(request.environ.get("HTTP_AUTHORIZATION", ""))
    if token is None:
        return None
    try:
        claims = tokens.read(token, "access")
    except TokenRefused:
        raise AuthenticationFailed(TokenRefused.detail) from None
    return Identity(int(claims["sub"]), claims["role"], uuid.UUID(claims["fam"]), token)


def cookie_identity(request: ApiRequest) -> Identity | None:
    """Whose session the cookie names; None if nobody's. Raises PermissionDenied for a request from another site."""
    request.uses_cookie = True
    refuse_forged(request.environ)
    user = _session_user(request.environ.get("HTTP_COOKIE", ""))
    return None if user is None else Identity(user.pk, user.role, user=user)


def refuse_forged(environ: Mapping[str, Any]) -> None:
    """Raises PermissionDenied for a writing request that another site made a browser send."""
    if is_forgeable(environ):
        raise PermissionDenied("The request comes from another site.")


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`. A token that does not count is answered 401, not treated as anonymous."""

    def authenticate(self, request: Request) -> tuple[User, str] | None:
        """The token's user, in one query; None without a bearer header."""
        token = bearer_token(request.headers.get("Authorization", ""))
        return None if token is None else (_token_user(token), token)

    def authenticate_header(self, request: Request) -> str:
        """Makes the framework answer 401, not 403, to anonymous requests."""
        return BEARER_CHALLENGE


class CookieAuthentication(BaseAuthentication):
    """The session cookie. Writing requests from another site are refused with 403, signed in or not.

    This protects anonymous calls too (a forged login is a forgery as well), so every view that trusts the cookie, and
    every view that sets it, has this class.
    """

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """The session's user; None if there is none."""
        refuse_forged(request.META)
        user = request._request.user
        return (user, None) if isinstance(user, User) and user.is_active else None

    def authenticate_header(self, request: Request) -> str:
        """RFC 9110 knows no scheme for cookies, so the answer names the one that works anywhere."""
        return BEARER_CHALLENGE


def _token_user(token: str) -> User:
    user = user_of_access_token(token=token)
    if user is None:
        raise AuthenticationFailed(TokenRefused.detail)
    return user


def _session_user(cookies: str) -> User | None:
    """As Django's middleware finds it: a changed password ends the session."""
    if settings.SESSION_COOKIE_NAME not in cookies:
        return None
    request = HttpRequest()
    request.session = SessionStore(parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME))
    user = get_user(request)
    return user if isinstance(user, User) and user.is_active else None


def authenticated_user(request: Request) -> User:
    """The signed-in user."""
    return cast(User, request.user)
