"""Sign and read bearer tokens. Whether a token was revoked is stored in the database (TokenFamily)."""

import time
import uuid
from collections.abc import Mapping
from datetime import timedelta
from functools import cache, lru_cache
from typing import Any, Literal, TypedDict, cast

import jwt
from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.errors import TokenRefused
from accounts.models import TokenFamily, User

ALGORITHM = "HS256"  # the only one accepted, whatever a token's `alg` says
ISSUER = "ticketing"
AUDIENCE = "ticketing-api"
LEEWAY_SECONDS = 10  # how much the clocks of our machines may differ

Kind = Literal["access", "refresh"]


class Claims(TypedDict):
    """The content of a token: its user (`sub`, `role`), its family (`fam`) and its expiry (`exp`)."""

    iss: str
    aud: str
    typ: Kind
    sub: str
    role: str
    fam: str
    jti: str
    iat: int
    exp: int


class TokenPair(TypedDict):
    """The access token and the refresh token that a client gets."""

    access: str
    refresh: str


def pair_of(user: User, family: TokenFamily) -> TokenPair:
    """Return an access token, valid for ACCESS_TOKEN_SECONDS, and the family's current refresh token.

    The refresh token expires with the family.
    """
    now = timezone.now()
    shared = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(user.pk),
        "role": user.role,
        "fam": str(family.pk),
        "iat": now,
    }
    access_until = now + timedelta(seconds=settings.ACCESS_TOKEN_SECONDS)
    return {
        "access": _sign(shared | {"typ": "access", "jti": str(uuid.uuid4()), "exp": access_until}),
        "refresh": _sign(shared | {"typ": "refresh", "jti": str(family.refresh_jti), "exp": family.expires_at}),
    }


def read(token: str, kind: Kind) -> Claims:
    """Return the claims of a valid token of this kind; raises `TokenRefused`."""
    try:
        claims = _signed_claims(token)
    except jwt.PyJWTError:
        raise TokenRefused from None
    if claims["typ"] != kind or claims["exp"] + LEEWAY_SECONDS <= time.time():
        raise TokenRefused
    return claims


@lru_cache(maxsize=4_096)
def _signed_claims(token: str) -> Claims:
    """Return the claims of a token that we signed; raises `jwt.PyJWTError`.

    The result is cached, so the caller checks the expiry each time.
    """
    claims = jwt.decode(
        token,
        _key(),
        algorithms=[ALGORITHM],
        audience=AUDIENCE,
        issuer=ISSUER,
        leeway=LEEWAY_SECONDS,
        options={"require": list(Claims.__annotations__), "verify_exp": False},
    )
    if not isinstance(claims["exp"], int):
        raise jwt.DecodeError("exp")
    return cast(Claims, claims)


def _sign(claims: Mapping[str, Any]) -> str:
    return jwt.encode(dict(claims), _key(), algorithm=ALGORITHM)


@cache
def _key() -> bytes:
    """Return the key that signs bearer tokens. It is derived from SECRET_KEY and used for nothing else."""
    return salted_hmac("accounts.tokens", "bearer", algorithm="sha256").digest()
