"""What a client of the waiting room holds, signed: the place he has, and later the pass that lets him book.

Both say whose they are and for which event, and are worth nothing to anybody else. The same place gives the same token.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import jwt
from django.utils.crypto import salted_hmac

ALGORITHM = "HS256"  # the only one read; a token's own `alg` chooses nothing
PLACE, PASS = "queue-place", "queue-pass"
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00Z")
MICROSECOND = timedelta(microseconds=1)

EARLY = "early"


def place_token(*, user_id: int, event_id: int, score: float) -> str:
    """A place in the queue. That of somebody who came early says only this: his score is secret until the draw."""
    return _sign(PLACE, user_id, event_id, {"at": EARLY if score < 1 else score})


def read_place(token: str | None, *, user_id: int, event_id: int) -> float | str | None:
    """The score of the place, EARLY, or None if it is no place of this user in this event's queue."""
    claims = _read(PLACE, token, user_id, event_id)
    return None if claims is None else claims["at"]


def pass_token(*, user_id: int, event_id: int, issued_at: datetime, ends_at: datetime) -> str:
    """Leave to book; `issued_at` is by which the database knows it again."""
    issued, ends = ((at - EPOCH) // MICROSECOND for at in (issued_at, ends_at))
    return _sign(PASS, user_id, event_id, {"from": issued, "until": ends})


def read_pass(token: str | None, *, user_id: int, event_id: int) -> datetime | None:
    """When the pass was issued, or None if it is no pass of this user for this event.

    Whether it still counts, the database is asked while it holds the seats (`bookings_hold`).
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
    """A key for nothing but these."""
    return salted_hmac("bookings.waiting.tokens", "queue", algorithm="sha256").digest()
