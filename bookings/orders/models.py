"""The order: one or more bookings of an event that a buyer pays at once."""

from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint

from bookings.idempotency import KEY_LENGTH
from core.ids import new_id
from events.models import Event


class Order(models.Model):
    """What a buyer pays at once: one or more bookings of an event.

    A booking that is made by itself is the only one of its order, which has the booking's id. `request_hash` is the
    hash of the request that came with the idempotency key.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # Neither has a foreign key of its own: those of the bookings, which have the same event and buyer, are enough.
    event = models.ForeignKey(Event, models.PROTECT, db_constraint=False, db_index=False, related_name="orders")
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_constraint=False, db_index=False, related_name="orders"
    )
    idempotency_key = models.CharField(max_length=KEY_LENGTH, null=True)
    request_hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    # The event's fees and taxes when the seats were held; NULL if it had none. The database's foreign key is to (event,
    # terms): bookings/sql/terms_keys.sql.
    terms = models.ForeignKey(
        "bookings.Terms", models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="orders"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            # Over all events: a buyer's key means one request, whatever the request is about.
            UniqueConstraint(
                fields=["buyer", "idempotency_key"],
                name="order_once_per_key",
                condition=Q(idempotency_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
