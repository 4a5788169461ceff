"""Scans with a time that can't be true count from their record, also those that are recorded already."""

from datetime import timedelta

from django.db import migrations, models

from core.sql_files import install

IGNORE_CLOCKS = """
    UPDATE bookings_checkin c SET clock_ignored = true
    FROM bookings_admission a
    WHERE a.id = c.admission_id AND NOT c.clock_ignored AND (
        c.scanned_at > c.recorded_at + interval '1 minute' OR c.scanned_at < a.issued_at - interval '1 day'
    )
"""
# The earliest entry since the last undo.
CORRECT_TICKETS = """
    UPDATE bookings_admission a SET used_at = coalesce((
        SELECT min(CASE WHEN c.clock_ignored THEN c.recorded_at ELSE least(c.scanned_at, c.recorded_at) END)
        FROM bookings_checkin c
        WHERE c.admission_id = a.id AND c.kind = 'accepted' AND NOT EXISTS (
            SELECT FROM bookings_checkin u
            WHERE u.admission_id = a.id AND u.kind = 'undone' AND u.recorded_at > c.recorded_at
        )
    ), a.issued_at)
    WHERE a.used_at < a.issued_at - interval '1 day'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0006_record_returned_money"),
    ]

    operations = [
        migrations.AlterField(
            model_name="checkin",
            name="clock_ignored",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="The scanner's clock was wrong: the scan counts from `recorded_at`.",
            ),
        ),
        migrations.RunSQL(IGNORE_CLOCKS, migrations.RunSQL.noop),
        migrations.RunSQL(CORRECT_TICKETS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("clock_ignored", True),
                    ("scanned_at__lte", models.F("recorded_at") + timedelta(minutes=1)),
                    _connector="OR",
                ),
                name="check_in_counts_until_recorded",
            ),
        ),
        migrations.AddConstraint(
            model_name="admission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("used_at__isnull", True),
                    ("used_at__gte", models.F("issued_at") - timedelta(days=1)),
                    _connector="OR",
                ),
                name="admission_used_after_issue",
            ),
        ),
        install("bookings", "check_in_times"),
    ]
