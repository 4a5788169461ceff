"""Seats are no longer sold after the start of an event unless `late_entry_until` says so.

Sellers whose `sales_end_at` is after the start have said so before: it becomes their `late_entry_until`, as far as the
event lasts.
"""

from django.db import migrations, models
from django.db.models import F, Q

LATE_ENTRY = """
    UPDATE events_event
    SET late_entry_until = least(sales_end_at, coalesce(ends_at, starts_at + interval '24 hours')),
        sales_end_at = least(sales_end_at, coalesce(ends_at, starts_at + interval '24 hours'))
    WHERE sales_end_at > starts_at AND coalesce(ends_at, 'infinity') > starts_at
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0002_sql_files")]

    operations = [
        migrations.AddField(
            model_name="event",
            name="late_entry_until",
            field=models.DateTimeField(
                blank=True, help_text="Seats are sold until then although the event has begun.", null=True
            ),
        ),
        migrations.AddField(
            model_name="event",
            name="start_moved_at",
            field=models.DateTimeField(
                editable=False,
                help_text="When the start was last changed after the event was published.",
                null=True,
            ),
        ),
        migrations.RunSQL(LATE_ENTRY, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                name="event_late_entry_while_it_takes_place",
                condition=Q(late_entry_until__isnull=True)
                | Q(starts_at__isnull=False, late_entry_until__gt=F("starts_at"))
                & (Q(ends_at__isnull=True) | Q(late_entry_until__lte=F("ends_at"))),
            ),
        ),
    ]
