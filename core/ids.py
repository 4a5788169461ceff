"""Ids of rows."""

import uuid

from uuid_utils.compat import uuid7


def new_id() -> uuid.UUID:
    """Return a UUIDv7. It is made in Python because Postgres can make them only since version 18."""
    return uuid7()
