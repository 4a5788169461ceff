"""Holding and paying plan no statement anew at each call.

Postgres compares a plan that fits any parameters with what planning for these ones cost lately. A plan for the tickets
names all their partitions, of which it opens one, so it never looks cheaper, and that one UPDATE was planned at each
call: an eighth of what a hold costs the database (docs/performance.md). A plan that is kept must be good for a table of
any size, also if it was made while that was all but empty: so by index.
"""

from django.db import migrations

FUNCTIONS = ("bookings_hold", "bookings_begin_payment", "bookings_sell")


def _planned_once(function: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"ALTER FUNCTION {function} SET plan_cache_mode = force_generic_plan SET enable_seqscan = off",
        f"ALTER FUNCTION {function} RESET ALL",
    )


class Migration(migrations.Migration):
    dependencies = [("bookings", "0017_endpoint_off")]

    operations = [_planned_once(function) for function in FUNCTIONS]
