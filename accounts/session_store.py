"""The session engine (SESSION_ENGINE): Django's own, in the database, which believes no impossible key."""

from django.contrib.sessions.backends import base, db


class SessionStore(db.SessionStore):
    r"""Sessions in the database.

    A cookie can carry any character (also as `"\000"`); Postgres can't store NUL, so asking for such a key would be
    answered 500 on every page.
    """

    def _validate_session_key(self, key: str | None) -> bool:
        acceptable = super()._validate_session_key(key)  # type: ignore[misc]
        return bool(acceptable) and set(key or "") <= set(base.VALID_KEY_CHARS)
