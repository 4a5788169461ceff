"""Bearer tokens: how they are signed and read. Which of them still count, the database decides (TokenFamily)."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal, TypedDict, cast

import jwt
from django.conf import settings
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.errors import TokenRefused
from accounts.models import TokenFamily, User

ALGORITHM = "HS256"  # the only one read; a token's own `alg` chooses nothing
ISSUER = "ticketing"
AUDIENCE = "ticketing-api"
LEEWAY_SECONDS = 10  # by how much the clocks of our machines may differ

Kind = Literal["access", "refresh"]


class Claims(TypedDict):
    """What a token says: whose it is (`sub`, `role`), of which family, under which password (`pwd`) and until when."""

    iss: str
    aud: str
    typ: Kind
    sub: str
    role: str
    fam: str
    pwd: str
    jti: str
    iat: int
    exp: int


class TokenPair(TypedDict):
    """What a client is given."""

    access: str
    refresh: str


def pair_of(user: User, family: TokenFamily) -> TokenPair:
    """An access token for ACCESS_TOKEN_SECONDS and the refresh token that counts now, until the family ends."""
    now = timezone.now()
    shared = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(user.pk),
        "role": user.role,
        "fam": str(family.pk),
        "pwd": _seal(user),
        "iat": now,
    }
    access_until = now + timedelta(seconds=settings.ACCESS_TOKEN_SECONDS)
    return {
        "access": _sign(shared | {"typ": "access", "jti": str(uuid.uuid4()), "exp": access_until}),
        "refresh": _sign(shared | {"typ": "refresh", "jti": str(family.refresh_jti), "exp": family.expires_at}),
    }


def read(token: str, kind: Kind) -> Claims:
    """The claims of a token of ours of this kind; raises `TokenRefused`."""
    try:
        claims = jwt.decode(
            token,
            _key(),
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            leeway=LEEWAY_SECONDS,
            options={"require": list(Claims.__annotations__)},
        )
    except jwt.PyJWTError:
        raise TokenRefused from None
    if claims["typ"] != kind:
        raise TokenRefused
    return cast(Claims, claims)


def still_fits(claims: Claims, user: User) -> bool:
    """Whether the user is what he was when the token was made: active, in this role, with this password."""
    return user.is_active and user.role == claims["role"] and constant_time_compare(claims["pwd"], _seal(user))


def _sign(claims: Mapping[str, Any]) -> str:
    return jwt.encode(dict(claims), _key(), algorithm=ALGORITHM)


def _key() -> bytes:
    """A key for nothing but these tokens."""
    return salted_hmac("accounts.tokens", "bearer", algorithm="sha256").digest()


def _seal(user: User) -> str:
    """Changes with the password, whoever changes it (API, admin, manage.py), as with Django's sessions."""
    return user.get_session_auth_hash()[:16]
