"""The sign-ins of a user: browsers (sessions) and programs (families of bearer tokens), to look at and to end."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY
from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare

from accounts.devices import UNKNOWN
from accounts.models import Session, TokenFamily, User
from core.errors import NotFound
from core.transactions import retrying_transaction


class ListedSignIn(NamedTuple):
    """One sign-in. `id` names it and can't be used to sign in; `is_current` is true for that of the request."""

    id: str
    kind: Literal["browser", "program"]
    device: str
    signed_in_at: datetime
    expires_at: datetime
    is_current: bool


def list_sign_ins(
    *, user: User, session_key: str | None = None, token_family_id: UUID | None = None
) -> list[ListedSignIn]:
    """Return the sign-ins that are still valid, newest first; the arguments say which is the request's."""
    browsers = [
        ListedSignIn(
            _id_of(session), "browser", session.device or UNKNOWN, session.signed_in_at, session.expire_date,
            session.session_key == session_key,
        )
        for session in _sessions(user)
    ]  # fmt: skip
    programs = [
        ListedSignIn(
            str(family.pk), "program", family.device or UNKNOWN, family.created_at, family.expires_at,
            family.pk == token_family_id,
        )
        for family in _families(user)
    ]  # fmt: skip
    return sorted([*browsers, *programs], key=lambda one: one.signed_in_at, reverse=True)


@retrying_transaction
def end_sign_in(*, user: User, sign_in_id: str) -> None:
    """End one sign-in of the user. Feeds that it opened close within seconds. Raises NotFound if there is none."""
    keys = [session.session_key for session in _sessions(user) if _id_of(session) == sign_in_id]
    families = [family.pk for family in _families(user) if str(family.pk) == sign_in_id]
    if not keys and not families:
        raise NotFound("There is no such sign-in any more.")
    Session.objects.filter(pk__in=keys).delete()
    TokenFamily.objects.filter(pk__in=families, revoked_at=None).update(revoked_at=Now())


@retrying_transaction
def end_all_sign_ins(*, user: User) -> None:
    """End all sign-ins of the user on all devices, also that of the request, and delete their stream tickets."""
    Session.objects.filter(user_id=user.pk).delete()
    user.token_families.filter(revoked_at=None).update(revoked_at=Now())
    user.stream_tickets.all().delete()


def _sessions(user: User) -> Iterator[Session]:
    """Yield the user's sessions except those that a changed password has ended."""
    expected = user.get_session_auth_hash()
    for session in Session.objects.filter(user_id=user.pk, expire_date__gt=Now()):
        if constant_time_compare(session.get_decoded().get(HASH_SESSION_KEY, ""), expected):
            yield session


def _families(user: User) -> Iterator[TokenFamily]:
    yield from user.token_families.filter(revoked_at=None, expires_at__gt=Now())


def _id_of(session: Session) -> str:
    """Return a name of the session that reveals nothing of its key, which is as good as a password."""
    return hashlib.sha256(session.session_key.encode()).hexdigest()[:32]
