"""Orders: every booking belongs to one, and payments are those of an order. A booking so far is an order of its own.

The tables can't be written meanwhile, and the processes of the previous version must be stopped first.
"""

from typing import Any

from django.conf import settings
from django.db import migrations, models
from django.db.models.deletion import PROTECT

import core.ids
from core.sql_files import install

ORDER_PER_BOOKING = """
    INSERT INTO bookings_order (id, event_id, buyer_id, idempotency_key, request_hash, created_at)
    SELECT id, event_id, buyer_id, idempotency_key, request_hash, created_at FROM bookings_booking
"""
UNIQUE: dict[str, dict[str, Any]] = {
    "payment_captured_once": {"fields": ["order", "event"], "condition": models.Q(status__in=["captured", "partly_refunded"])},
    "payment_open_once": {"fields": ["order", "event"], "condition": models.Q(status="pending")},
    "payment_once_per_key": {"fields": ["order", "idempotency_key", "event"]},
}


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0012_kinds_of_booked_places"),
        ("events", "0011_layout_runs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("idempotency_key", models.CharField(max_length=255, null=True)),
                ("request_hash", models.CharField(blank=True, db_default="", default="", max_length=64)),
                ("created_at", models.DateTimeField()),
                (
                    "buyer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=PROTECT,
                        related_name="orders",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False, db_index=False, on_delete=PROTECT, related_name="orders", to="events.event"
                    ),
                ),
            ],
        ),
        migrations.RunSQL(ORDER_PER_BOOKING, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "order",
            models.UniqueConstraint(
                condition=models.Q(idempotency_key__isnull=False),
                fields=["buyer", "idempotency_key"],
                name="order_once_per_key",
            ),
        ),
        # Bookings.
        migrations.RemoveConstraint("booking", "booking_once_per_key"),
        migrations.RemoveField("booking", "idempotency_key"),
        migrations.RemoveField("booking", "request_hash"),
        migrations.AddField(
            "booking",
            "order",
            models.ForeignKey(
                db_constraint=False, null=True, on_delete=PROTECT, related_name="bookings", to="bookings.order"
            ),
        ),
        migrations.RunSQL("UPDATE bookings_booking SET order_id = id", migrations.RunSQL.noop),
        migrations.AlterField(
            "booking",
            "order",
            models.ForeignKey(db_constraint=False, on_delete=PROTECT, related_name="bookings", to="bookings.order"),
        ),
        # Payments: the id of a booking is that of its order.
        migrations.RunSQL(
            "ALTER TABLE bookings_payment DROP CONSTRAINT IF EXISTS payment_booking_of_event",
            """
            ALTER TABLE bookings_payment ADD CONSTRAINT payment_booking_of_event
                FOREIGN KEY (event_id, booking_id) REFERENCES bookings_booking (event_id, id)
                DEFERRABLE INITIALLY DEFERRED
            """,
        ),
        *(migrations.RemoveConstraint("payment", name) for name in UNIQUE),
        migrations.RenameField("payment", "booking", "order"),
        migrations.AlterField(
            "payment",
            "order",
            models.ForeignKey(db_constraint=False, on_delete=PROTECT, related_name="payments", to="bookings.order"),
        ),
        *(migrations.AddConstraint("payment", models.UniqueConstraint(name=name, **rule)) for name, rule in UNIQUE.items()),
        install("bookings", "order_keys"),
        install("bookings", "hold"),
        install("bookings", "begin_payment"),
        install("bookings", "sell"),
    ]
