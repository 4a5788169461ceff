"""The session engine (SESSION_ENGINE): Django's database sessions, with a check for impossible keys."""

from django.contrib.sessions.backends import base, db


class SessionStore(db.SessionStore):
    r"""Sessions in the database.

    A cookie can contain any character, such as `"\000"`. Postgres can't store NUL, so without the check such a cookie
    would make every page fail with 500.
    """

    def __init__(self, session_key: str | None = None) -> None:
        possible = session_key is not None and set(session_key) <= set(base.VALID_KEY_CHARS)
        super().__init__(session_key if possible else None)
