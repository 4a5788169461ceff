"""The session engine (SESSION_ENGINE): Django's database sessions, with a check for impossible keys."""

from django.contrib.sessions.backends import base, db


class SessionStore(db.SessionStore):
    r"""Sessions in the database.

    A cookie can contain any character, such as `"\000"`. Postgres can't store NUL, so without the check such a cookie
    would make every page fail with 500.
    """

    def _validate_session_key(self, key: str | None) -> bool:
        acceptable = super()._validate_session_key(key)  # type: ignore[misc]
        return bool(acceptable) and set(key or "") <= set(base.VALID_KEY_CHARS)
