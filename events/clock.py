"""The database's clock: the only one that deadlines are compared with."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import DateTimeField, F, Func, Value


class Now(Func):
    """`clock_timestamp()`: the time at which the row is looked at, not that at which the transaction began."""

    template = "clock_timestamp()"
    output_field = DateTimeField()


def database_now() -> datetime:
    """The time by the database's clock, in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def part_of_time(length: timedelta, origin: datetime) -> Func:
    """When the part of time began in which `at` falls: all are as long, and one of them begins at `origin`."""
    return Func(Value(length), F("at"), Value(origin), function="date_bin", output_field=DateTimeField())
