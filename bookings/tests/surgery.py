"""Taking a part out of a database function, so that a test can show what the part is for."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def altered(function: str, *changes: tuple[str, str]) -> Iterator[None]:
    """The function with pieces of its text exchanged, each of which must occur once; as before afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [function])
        whole: str = cursor.fetchone()[0]
        maimed = whole
        for old, new in changes:
            assert maimed.count(old) == 1, old
            maimed = maimed.replace(old, new)
        cursor.execute(maimed)
        try:
            yield
        finally:
            cursor.execute(whole)
