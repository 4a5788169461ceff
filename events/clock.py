"""The database's clock: the only one that deadlines are compared with."""

from datetime import datetime

from django.db import connection
from django.db.models import DateTimeField, Func


class Now(Func):
    """`clock_timestamp()`: the time at which the row is looked at, not that at which the transaction began."""

    template = "clock_timestamp()"
    output_field = DateTimeField()


def database_now() -> datetime:
    """The time by the database's clock, in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
