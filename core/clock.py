"""The database's clock, the only one used for deadlines."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import DateTimeField, F, Func, Value


class Now(Func):
    """A query expression for the present time (`clock_timestamp()`).

    It is the time at which the row is evaluated, not the start of the transaction.
    """

    template = "clock_timestamp()"
    output_field = DateTimeField()


def database_now() -> datetime:
    """Return the time of the database's clock, in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def period_start(length: timedelta, origin: datetime) -> Func:
    """Return a query expression for the start of the period that contains the time in column `at`.

    All periods are `length` long, and one of them starts at `origin`.
    """
    return Func(Value(length), F("at"), Value(origin), function="date_bin", output_field=DateTimeField())
