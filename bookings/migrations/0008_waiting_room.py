"""The waiting room: passes and the draw. The hold asks `bookings_may_pass` where it is on (0011)."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Whether this pass counts: it is the buyer's, neither over nor used up by a purchase.
MAY_PASS = """
CREATE FUNCTION bookings_may_pass(wanted_event bigint, buyer bigint, pass_from timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM bookings_queuepass p
        WHERE p.event_id = wanted_event AND p.user_id = buyer AND p.issued_at = pass_from
            AND p.ends_at > clock_timestamp()
    ) AND NOT EXISTS (
        SELECT FROM bookings_booking b
        WHERE b.buyer_id = buyer AND b.event_id = wanted_event AND b.paid_at >= pass_from
    );
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("bookings", "0007_pay"),
        ("events", "0004_waiting_room"),
    ]

    operations = [
        migrations.CreateModel(
            name="QueuePass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("issued_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                (
                    "event",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="queue_passes",
                        to="events.event",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="queue_passes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "queue passes",
                "ordering": ["issued_at", "id"],
                "indexes": [models.Index(fields=["event", "ends_at"], name="queue_pass_active")],
                "constraints": [
                    models.UniqueConstraint(fields=("event", "user", "issued_at"), name="queue_pass_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="QueueDraw",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="queue_draw",
                        serialize=False,
                        to="events.event",
                    ),
                ),
                (
                    "user_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(MAY_PASS, "DROP FUNCTION bookings_may_pass"),
    ]
