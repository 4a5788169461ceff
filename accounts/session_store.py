"""The session engine (SESSION_ENGINE): Django's database sessions, which here ignore impossible keys."""

from django.contrib.sessions.backends import base, db


class SessionStore(db.SessionStore):
    r"""Database sessions that ignore a session key with characters that Django never uses in keys.

    Such a key can come from a forged cookie. Postgres can't store NUL (`"\000"`), so looking it up would fail with 500.
    """

    def __init__(self, session_key: str | None = None) -> None:
        possible = session_key is not None and set(session_key) <= set(base.VALID_KEY_CHARS)
        super().__init__(session_key if possible else None)
