"""How a user signed in, and whether that sign-in is still valid: for feeds, which could otherwise outlive it."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Self

from django.db import connection

from accounts.models import User

# Scalar subqueries look up each row by its key; with joins, Postgres would read all users and sessions.
ENDED = """
    SELECT known.number
    FROM unnest(%s::bigint[], %s::bytea[], %s::text[], %s::uuid[], %s::text[], %s::timestamptz[])
        WITH ORDINALITY AS known (user_id, fingerprint, session, family, ticket, until, number)
    WHERE known.until <= clock_timestamp()
    OR NOT coalesce(
        (SELECT is_active AND sha256(convert_to(password || is_superuser::text, 'UTF8')) = known.fingerprint
         FROM accounts_user WHERE id = known.user_id),
        false)
    OR NOT coalesce(
        (SELECT expire_date > clock_timestamp() FROM accounts_session WHERE session_key = known.session),
        (SELECT revoked_at IS NULL AND expires_at > clock_timestamp()
         FROM accounts_tokenfamily WHERE id = known.family),
        (SELECT expires_at > clock_timestamp() FROM accounts_streamticket WHERE digest = known.ticket),
        false)
"""


class SignIn(NamedTuple):
    """How a user signed in: a session's key, a bearer token's family or the digest of a used stream ticket."""

    user_id: int
    fingerprint: bytes  # hash of what must not change: the password and `is_superuser`
    session: str | None = None
    family: str | None = None
    ticket: str | None = None
    until: datetime | None = None  # when the bearer token expires

    @classmethod
    def of(
        cls,
        user: User,
        *,
        session: str | None = None,
        family: str | None = None,
        ticket: str | None = None,
        until: datetime | None = None,
    ) -> Self:
        """Return the sign-in of this user, with the fingerprint of their current password and rights."""
        fingerprinted = f"{user.password}{'true' if user.is_superuser else 'false'}"
        return cls(user.pk, hashlib.sha256(fingerprinted.encode()).digest(), session, family, ticket, until)


def ended(sign_ins: Iterable[SignIn]) -> set[SignIn]:
    """Return the sign-ins that are no longer valid, with one query for all.

    A sign-in ends when it is signed out, revoked or expired, or when the user's password, rights or `is_active`
    change.
    """
    checked = list(sign_ins)
    if not checked:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(ENDED, [list(column) for column in zip(*checked, strict=True)])
        return {checked[number - 1] for (number,) in cursor.fetchall()}
