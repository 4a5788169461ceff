"""The booking: seats in one subsection, stored as their `positions` in it."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.db.models.functions import Cast

from bookings.references import PATTERN, Reference, ReferenceKind, reference_column
from bookings.states import HOLDING, TIME_IS_UP, BookingStatus, SelectionMode
from core.clock import Now
from core.ids import new_id
from events.models import Event, Subsection

if TYPE_CHECKING:
    from bookings.payments.models import Payment

# From a booking to what a reference belongs to.
REFERENCED_BY = {
    ReferenceKind.BOOKING: "reference",
    ReferenceKind.TICKET: "admissions__reference",
    ReferenceKind.PAYMENT: "order__payments__reference",
}
ModelT = TypeVar("ModelT", bound=models.Model)


def loaded(model: type[ModelT], **columns: Any) -> ModelT:
    """Return an instance of `model` with these columns, as if a query had loaded them; others are loaded on access.

    `columns` must be in the order of the model's fields.
    """
    return model.from_db(None, list(columns), list(columns.values()))


class BookingQuerySet(models.QuerySet["Booking"]):
    """A queryset of bookings, with the filters and joins that operations, API views and pages share."""

    def for_display(self) -> "BookingQuerySet":
        """Join event and subsection, and add `left`: the time until the deadline, by the database's clock."""
        bookings = self.select_related("event", "subsection").defer("subsection__seat_status")
        return bookings.annotate(left=F("expires_at") - Now())  # type: ignore[no-redef]  # Booking declares it

    def shown_as(self, status: str) -> "BookingQuerySet":
        """Return the bookings whose `shown_status` is `status`."""
        over = Q(status=BookingStatus.PENDING_PAYMENT, expires_at__lte=Now())
        if status == BookingStatus.EXPIRED:
            return self.filter(Q(status=status) | over)
        return self.filter(status=status).exclude(over)

    def with_reference(self, reference: Reference) -> "BookingQuerySet":
        """Return the bookings with this reference, or with a ticket or a payment that has it: one per event."""
        return self.filter(**{REFERENCED_BY[reference.kind]: reference.text})

    def due(self) -> "BookingQuerySet":
        """Return the holds whose deadline has passed and that the sweep has not ended yet."""
        return self.filter(status=BookingStatus.PENDING_PAYMENT, expires_at__lte=Now())


class Booking(models.Model):
    """A buyer's seats in one subsection, with a deadline by the database's clock while they are held.

    The price is fixed when the seats are held. It is paid with all other bookings of its order; most orders have no
    other.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reference = reference_column()
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="bookings", db_index=False)
    # The database's foreign key is to (event, subsection): bookings/sql/keys.sql.
    event = models.ForeignKey(Event, models.PROTECT, db_constraint=False, db_index=False, related_name="bookings")
    subsection = models.ForeignKey(
        Subsection, models.PROTECT, db_constraint=False, db_index=False, related_name="bookings"
    )
    # The database's foreign key is to (event, order): bookings/sql/order_keys.sql.
    order = models.ForeignKey("bookings.Order", models.PROTECT, db_constraint=False, related_name="bookings")
    seat_selection_mode = models.CharField(max_length=14, choices=SelectionMode.choices)
    quantity = models.PositiveIntegerField()
    accessible_wanted = models.PositiveIntegerField(
        default=0, db_default=0, help_text="How many of the best available are wheelchair places."
    )
    positions = ArrayField(models.PositiveIntegerField())
    # The seats of a drawn block, in the order of `positions`, as they were when they were held: a later version of the
    # plan may number others. NULL in other subsections, where they follow from the positions.
    seat_names = ArrayField(models.TextField(), null=True, help_text='"C-12": the labels of row and seat.')
    row_numbers = ArrayField(models.PositiveIntegerField(), null=True)
    seat_numbers = ArrayField(models.PositiveIntegerField(), null=True)
    seat_prices = ArrayField(
        models.PositiveIntegerField(), null=True, help_text="In minor units; NULL if all seats cost `unit_price`."
    )
    # As they were when they were held, too, of all kinds of subsections.
    seat_kinds = ArrayField(models.TextField(), null=True, help_text="A BookedKind each; NULL if all are ordinary.")
    seat_notes = ArrayField(
        models.TextField(), null=True, help_text="What the buyer was told of each; NULL if there was nothing to say."
    )
    unit_price = models.PositiveIntegerField(
        help_text="Price of one seat when it was held, in minor units; the lowest if the seats have several."
    )
    total_price = models.PositiveBigIntegerField(help_text="In minor units.")
    status = models.CharField(max_length=15, choices=BookingStatus.choices)
    expires_at = models.DateTimeField(help_text="When the hold ends, to the millisecond.")
    extended = models.BooleanField(default=False, db_default=False, help_text="A hold can be extended once.")
    paying_since = models.DateTimeField(null=True, help_text="When the payment window began; it begins once.")
    paid_at = models.DateTimeField(null=True)
    failure = models.CharField(
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text="Why it failed, expired or was cancelled, for the buyer.",
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    left: timedelta  # see BookingQuerySet.for_display
    objects: ClassVar[BookingQuerySet] = BookingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["buyer", "-created_at"], name="booking_of_buyer"),
            models.Index(fields=["event", "-created_at"], name="booking_of_event"),
            # Used by the sweep and by every hold: holds of a subsection by their deadline.
            models.Index(
                fields=["subsection", "expires_at"], name="booking_deadline", condition=Q(status="pending_payment")
            ),
            # Used by the limit of open holds: the few open bookings of a buyer.
            models.Index(
                fields=["buyer"], name="booking_open", condition=Q(status__in=["processing", "pending_payment"])
            ),
        ]
        constraints = [
            UniqueConstraint(fields=["reference", "event"], name="booking_reference_once"),
            CheckConstraint(name="booking_reference_valid", condition=Q(reference__regex=PATTERN)),
            CheckConstraint(name="booking_status_known", condition=Q(status__in=BookingStatus.values)),
            CheckConstraint(name="booking_quantity_positive", condition=Q(quantity__gte=1)),
            CheckConstraint(name="booking_accessible_are_its_seats", condition=Q(accessible_wanted__lte=F("quantity"))),
            # bookings/sql/keys.sql has the rule for seats with several prices.
            CheckConstraint(
                name="booking_total",
                condition=Q(total_price=Cast("unit_price", models.BigIntegerField()) * F("quantity"))
                | Q(seat_prices__isnull=False),
            ),
            CheckConstraint(
                name="booking_has_its_seats",
                condition=Q(positions__len=F("quantity")) | Q(status__in=["processing", "failed", "cancelled"]),
            ),
            CheckConstraint(
                name="booking_has_a_kind_per_seat",
                condition=Q(seat_kinds__isnull=True) | Q(seat_kinds__len=F("positions__len")),
            ),
            CheckConstraint(
                name="booking_has_a_note_per_seat",
                condition=Q(seat_notes__isnull=True) | Q(seat_notes__len=F("positions__len")),
            ),
            CheckConstraint(
                name="booking_paid_has_time",
                condition=Q(status__in=["paid", "completed", "refunded"], paid_at__isnull=False)
                | ~Q(status__in=["paid", "completed", "refunded"]),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_own_order(self) -> bool:
        """Whether the booking was made by itself, so that it is paid alone. No other booking joins its order."""
        return self.order_id == self.pk

    @property
    def order_reference(self) -> str:
        """What people call its order: the reference of the first booking. Runs a query for an order of several."""
        if self.is_own_order:
            return self.reference
        return Booking.objects.filter(order_id=self.order_id).order_by("pk").values_list("reference", flat=True)[0]

    @property
    def payments(self) -> "models.QuerySet[Payment]":
        """The payments of its order, newest first."""
        order: Any = self._meta.get_field("order").related_model
        payments: models.QuerySet[Payment] = order(pk=self.order_id).payments.all()  # without reading the order
        return payments

    @property
    def is_over(self) -> bool:
        """Whether the booking is a hold whose deadline has passed, but that the sweep has not ended yet.

        Needs `left` (see `BookingQuerySet.for_display`), as do the properties below.
        """
        return self.status == BookingStatus.PENDING_PAYMENT and self.left <= timedelta(0)

    @property
    def shown_status(self) -> str:
        """The status that people see: expired once the deadline has passed, even before the sweep."""
        return BookingStatus.EXPIRED.value if self.is_over else self.status

    @property
    def shown_failure(self) -> str:
        """Why the booking failed, was cancelled or expired, as a text for its buyer; empty otherwise."""
        return TIME_IS_UP if self.is_over else self.failure

    @property
    def seconds_left(self) -> int:
        """Whole seconds until the deadline while the seats are held, otherwise 0."""
        return max(0, int(self.left.total_seconds())) if self.status in HOLDING else 0
