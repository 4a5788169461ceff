"""Cancels an event: ends every hold and refunds every paid booking."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from accounts.models import User
from bookings.holds.models import Booking
from bookings.holds.transitions import lock_with_subsection, move
from bookings.notifications.outbox import queue_email
from bookings.payments.models import Payment, Refund
from bookings.payments.refund import execute_refund
from bookings.states import TAKEN_MONEY, BookingStatus, EmailKind, RefundReason, RefundStatus
from core.clock import database_now
from core.enqueue import enqueue_on_commit
from core.errors import InvalidState
from core.transactions import retrying_transaction
from events.inventory.seats import change_seats
from events.models import Event
from events.ownership import own_event
from events.states import EVENT_TRANSITIONS, ChangeKind, EventStatus

EVENT_CANCELLED_REASON = "The event was cancelled."
AFFECTED = (BookingStatus.PENDING_PAYMENT, BookingStatus.PAID)


@retrying_transaction
def cancel_event(*, event_id: int, seller: User) -> Event:
    """Cancel an event, as its seller: nothing can be booked or paid any more.

    A Celery task ends the holds and refunds the paid bookings after the commit (`release_cancelled_event`).

    1. Lock the event's row.
    2. Check that the event can be cancelled in its current status; if its sale was ended, only before it begins.
    3. Write the status and enqueue the task.

    Raises NotFound, PermissionRefused, InvalidState.
    """
    own_event(event_id, seller)
    event = Event.objects.select_for_update(of=("self",), no_key=True).get(pk=event_id)
    if EventStatus.CANCELLED not in EVENT_TRANSITIONS[EventStatus(event.status)]:
        raise InvalidState(f"An event that is {event.status} can't be cancelled.")
    if event.status == EventStatus.ENDED and has_begun(event):
        raise InvalidState("The sale was ended and the event has begun. Refund the bookings one by one instead.")
    event.status = EventStatus.CANCELLED
    event.save(update_fields=["status", "updated_at"])
    enqueue_on_commit("bookings.event_changes.tasks.release_cancelled_event", event_id=event_id)
    return event


def has_begun(event: Event) -> bool:
    """Return whether the event's start has passed, by the database's clock; never for an event without a date."""
    return event.starts_at is not None and event.starts_at <= database_now()


def release_cancelled_event(*, event_id: int) -> int:
    """End every hold and refund every paid booking of a cancelled event; return the number of these bookings.

    Uses one transaction per booking. Safe to repeat after an interruption and to run several times at once: bookings
    that are done are skipped.
    """
    affected = Booking.objects.filter(event_id=event_id, event__status=EventStatus.CANCELLED, status__in=AFFECTED)
    return sum(_release(booking) for booking in list(affected.order_by("subsection_id", "pk")))


def unreleased_events() -> list[int]:
    """Return the ids of cancelled events that still have holds or paid bookings.

    They are left over when a task message is lost or a worker dies.
    """
    affected = Booking.objects.filter(event__status=EventStatus.CANCELLED, status__in=AFFECTED)
    return list(affected.order_by().values_list("event_id", flat=True).distinct())


def _release(booking: Booking) -> bool:
    if booking.status == BookingStatus.PENDING_PAYMENT:
        return _end_hold(booking)
    try:
        execute_refund(booking=booking, reason=RefundReason.EVENT_CANCELLED)
    except InvalidState:  # the booking was refunded or cancelled meanwhile
        return False
    return True


@retrying_transaction
def _end_hold(booking: Booking) -> bool:
    """Cancel a hold and free its seats; return False if the booking is no longer a hold.

    Locks the subsection, then the booking.
    """
    booking, subsection = lock_with_subsection(booking)
    if booking.status != BookingStatus.PENDING_PAYMENT:
        return False
    change_seats(subsection=subsection, positions=booking.positions, kind=ChangeKind.CANCELLED, booking_id=booking.pk)
    move(booking, BookingStatus.CANCELLED, failure=EVENT_CANCELLED_REASON)
    queue_email(EmailKind.EVENT_CANCELLED, booking)
    return True


@dataclass(frozen=True, slots=True)
class CancellationProgress:
    """The progress of an event's cancellation, in numbers of bookings."""

    refunded: int  # refunds sent to the gateway
    unsent: int  # refunds recorded but not sent yet
    failed: int  # refunds that the gateway refused for good
    to_refund: int  # paid bookings without a refund
    holds: int  # holds that have not ended yet

    @property
    def running(self) -> bool:
        """Whether anything is left to do."""
        return bool(self.unsent or self.to_refund or self.holds)

    @property
    def total(self) -> int:
        """Number of bookings that are refunded because of the cancellation."""
        return self.refunded + self.unsent + self.failed + self.to_refund


def progress_of(event: Event) -> CancellationProgress | None:
    """Return the progress of an event's cancellation; None if the event is not cancelled."""
    if event.status != EventStatus.CANCELLED:
        return None
    bookings = _by_status(Booking.objects.filter(event=event, status__in=AFFECTED))
    refunds = _by_status(Refund.objects.filter(event=event, reason=RefundReason.EVENT_CANCELLED))
    return CancellationProgress(
        refunded=refunds.get(RefundStatus.SENT, 0),
        unsent=refunds.get(RefundStatus.PENDING, 0),
        failed=refunds.get(RefundStatus.FAILED, 0),
        to_refund=bookings.get(BookingStatus.PAID, 0),
        holds=bookings.get(BookingStatus.PENDING_PAYMENT, 0),
    )


def _by_status(rows: QuerySet[Any]) -> dict[str, int]:
    return dict(rows.order_by().values_list("status").annotate(Count("pk")))


@dataclass(frozen=True, slots=True)
class CancellationImpact:
    """What the cancellation of an event would affect."""

    holds: int  # bookings that are held
    paid: int  # bookings that are paid
    buyers: int  # different buyers of the paid bookings
    money: int  # minor units that would be refunded


def cancellation_impact(event: Event) -> CancellationImpact:
    """Return what the cancellation of an event would affect now.

    `money` is what the payments have captured, minus the refunds that are recorded already.
    """
    bookings = Booking.objects.filter(event=event, status__in=AFFECTED)
    paid = Q(status=BookingStatus.PAID)
    counts = bookings.aggregate(
        holds=Count("pk", filter=~paid),
        paid=Count("pk", filter=paid),
        buyers=Count("buyer", distinct=True, filter=paid),
    )
    payments = Payment.objects.filter(order__in=bookings.filter(paid).values("order"), status__in=TAKEN_MONEY)
    left = payments.aggregate(left=Sum(F("amount") - F("refunded_amount")))["left"]
    return CancellationImpact(**counts, money=int(left or 0))
