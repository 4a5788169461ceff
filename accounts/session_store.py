"""The session engine (SESSION_ENGINE): Django's database sessions, with their user, and without impossible keys."""

from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import base, db
from django.http import HttpRequest
from django.utils import timezone

from accounts.devices import device_name
from accounts.models import Session

DEVICE, SIGNED_IN_AT = "device", "signed_in_at"  # members of the session's data


class SessionStore(db.SessionStore):
    r"""Database sessions that ignore a session key with characters that Django never uses in keys.

    Such a key can come from a forged cookie. Postgres can't store NUL (`"\000"`), so looking it up would fail with 500.
    """

    def __init__(self, session_key: str | None = None) -> None:
        possible = session_key is not None and set(session_key) <= set(base.VALID_KEY_CHARS)
        super().__init__(session_key if possible else None)

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Return the model of the rows."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the row for the session's data."""
        since = data.get(SIGNED_IN_AT)
        return Session(
            session_key=self._get_or_create_session_key(),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            user_id=data.get(SESSION_KEY),
            device=data.get(DEVICE, ""),
            signed_in_at=datetime.fromisoformat(since) if since else timezone.now(),
        )


def remember_device(sender: object, request: HttpRequest, **kwargs: object) -> None:
    """Note in a new session from where and when its user signed in: a receiver of Django's `user_logged_in`."""
    request.session[DEVICE] = device_name(request.META.get("HTTP_USER_AGENT", ""))
    request.session[SIGNED_IN_AT] = timezone.now().isoformat()
