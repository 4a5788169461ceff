"""Changes a database function for a test, so that it can show what a part of the function is for."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def altered(function: str, *changes: tuple[str, str]) -> Iterator[None]:
    """Replace pieces of the function's definition (old, new), and restore it afterwards.

    Each old piece must occur exactly once.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [function])
        original: str = cursor.fetchone()[0]
        changed = original
        for old, new in changes:
            assert changed.count(old) == 1, old
            changed = changed.replace(old, new)
        cursor.execute(changed)
        try:
            yield
        finally:
            cursor.execute(original)
