"""Short references of bookings, tickets and payments: columns, triggers, and a reference for every row that exists.

The tables can't be written meanwhile. `bookings_hold`, `bookings_begin_payment` and `bookings_sell` return more than before,
so the processes of the previous version must be stopped first.
"""

from django.db import migrations, models

from core.sql_files import install

MODELS = {"booking": "booking", "admission": "ticket", "payment": "payment"}  # and the kind of their references

# Rows that got the same reference as another one of their event get a new one, until none has.
FILL = """
    DO $$
    BEGIN
        UPDATE bookings_{model} SET reference = bookings_new_reference('{kind}') WHERE reference = '';
        LOOP
            UPDATE bookings_{model} r SET reference = bookings_new_reference('{kind}')
            FROM (
                SELECT id, event_id, row_number() OVER (PARTITION BY event_id, reference ORDER BY id) AS number
                FROM bookings_{model}
            ) n
            WHERE r.id = n.id AND r.event_id = n.event_id AND n.number > 1;
            EXIT WHEN NOT FOUND;
        END LOOP;
    END $$
"""


def columns() -> list[migrations.AddField]:
    """Add the columns."""
    return [
        migrations.AddField(name, "reference", models.CharField(db_default="", editable=False, max_length=8))
        for name in MODELS
    ]


def rows() -> list[migrations.RunSQL]:
    """Give every row a reference."""
    return [
        migrations.RunSQL(FILL.format(model=name, kind=kind), migrations.RunSQL.noop) for name, kind in MODELS.items()
    ]


def constraints() -> list[migrations.AddConstraint]:
    """Guard the columns."""
    once = [models.UniqueConstraint(fields=["reference", "event"], name=f"{name}_reference_once") for name in MODELS]
    pattern = models.Q(reference__regex="^[23456789CDFHJKMNPRTVWXY]{8}$")
    valid = [models.CheckConstraint(condition=pattern, name=f"{name}_reference_valid") for name in MODELS]
    return [
        migrations.AddConstraint(name, constraint)
        for name, pair in zip(MODELS, zip(once, valid, strict=True), strict=True)
        for constraint in pair
    ]


class Migration(migrations.Migration):
    dependencies = [("bookings", "0003_close_sales_at_the_start")]

    operations = [
        *columns(),
        install("bookings", "references"),
        *rows(),
        *constraints(),
        install("bookings", "hold"),
        install("bookings", "begin_payment"),
        install("bookings", "sell"),
    ]
