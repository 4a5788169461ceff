"""By what somebody is signed in, and whether it still holds: for feeds, which may stay open for longer."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Self

from django.db import connection

from accounts.models import User

# Scalar subqueries, so that each row is looked up by its key: joined, all users and sessions there are would be read.
ENDED = """
    SELECT known.number
    FROM unnest(%s::bigint[], %s::bytea[], %s::text[], %s::uuid[], %s::text[], %s::timestamptz[])
        WITH ORDINALITY AS known (user_id, seal, session, family, ticket, until, number)
    WHERE known.until <= clock_timestamp()
    OR NOT coalesce(
        (SELECT is_active AND sha256(convert_to(password || is_superuser::text, 'UTF8')) = known.seal
         FROM accounts_user WHERE id = known.user_id),
        false)
    OR NOT coalesce(
        (SELECT expire_date > clock_timestamp() FROM django_session WHERE session_key = known.session),
        (SELECT revoked_at IS NULL AND expires_at > clock_timestamp()
         FROM accounts_tokenfamily WHERE id = known.family),
        (SELECT expires_at > clock_timestamp() FROM accounts_streamticket WHERE digest = known.ticket),
        false)
"""


class SignIn(NamedTuple):
    """What a user has proved himself by: a `session`'s key, a bearer token's `family`, or a used `ticket`'s digest."""

    user_id: int
    seal: bytes  # of what else must stay as it was: the password, an operator's rights
    session: str | None = None
    family: str | None = None
    ticket: str | None = None
    until: datetime | None = None  # a bearer token's own end

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
        """The user's, as he is now."""
        sealed = f"{user.password}{'true' if user.is_superuser else 'false'}"
        return cls(user.pk, hashlib.sha256(sealed.encode()).digest(), session, family, ticket, until)


def ended(sign_ins: Iterable[SignIn]) -> set[SignIn]:
    """Those that don't hold any more: signed out, revoked, past their end, or the user's password, rights or activity
    changed. One statement for all.
    """
    asked = list(sign_ins)
    if not asked:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(ENDED, [list(column) for column in zip(*asked, strict=True)])
        return {asked[number - 1] for (number,) in cursor.fetchall()}
