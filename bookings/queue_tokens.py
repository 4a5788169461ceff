"""Signed tokens (JWT) for clients of the waiting room: one for a place in the queue, one for a queue pass.

A token names a user and an event, and is valid only for them. The same place always gives the same token.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import jwt
from django.utils.crypto import salted_hmac

ALGORITHM = "HS256"  # the only one accepted, whatever a token's own `alg` says
PLACE, PASS = "queue-place", "queue-pass"
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00Z")
MICROSECOND = timedelta(microseconds=1)

EARLY = "early"


def place_token(*, user_id: int, event_id: int, score: float) -> str:
    """Return the token of a place in the queue, which contains the score that orders the queue.

    The score is the time of joining in seconds since 1970; below 1, it is a score in the lottery of those who came
    early. Those scores are secret until the lottery is held, so the token says EARLY instead.
    """
    return _sign(PLACE, user_id, event_id, {"at": EARLY if score < 1 else score})


def read_place(token: str | None, *, user_id: int, event_id: int) -> float | str | None:
    """Return the score in a place token, or EARLY; None without a valid token of this user and event."""
    claims = _read(PLACE, token, user_id, event_id)
    return None if claims is None else claims["at"]


def pass_token(*, user_id: int, event_id: int, issued_at: datetime, ends_at: datetime) -> str:
    """Return the token of a queue pass; `issued_at` identifies the pass in the database."""
    issued, ends = ((at - EPOCH) // MICROSECOND for at in (issued_at, ends_at))
    return _sign(PASS, user_id, event_id, {"from": issued, "until": ends})


def read_pass(token: str | None, *, user_id: int, event_id: int) -> datetime | None:
    """Return when the queue pass of a token was issued; None without a valid token of this user and event.

    Whether the pass is still active is not checked here, but by the SQL function `bookings_hold`.
    """
    claims = _read(PASS, token, user_id, event_id)
    return None if claims is None else EPOCH + claims["from"] * MICROSECOND


def _sign(kind: str, user_id: int, event_id: int, claims: Mapping[str, Any]) -> str:
    return jwt.encode({"aud": kind, "sub": str(user_id), "evt": event_id, **claims}, _key(), algorithm=ALGORITHM)


def _read(kind: str, token: str | None, user_id: int, event_id: int) -> dict[str, Any] | None:
    if not token:
        return None
    try:
        claims = jwt.decode(token, _key(), algorithms=[ALGORITHM], audience=kind, options={"require": ["sub", "aud"]})
    except jwt.PyJWTError:
        return None
    return claims if (claims["sub"], claims["evt"]) == (str(user_id), event_id) else None


@cache
def _key() -> bytes:
    """Return the key that signs these tokens and nothing else, derived from SECRET_KEY."""
    return salted_hmac("bookings.queue_tokens", "queue", algorithm="sha256").digest()
