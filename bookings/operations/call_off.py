"""An event does not take place: every hold ends and every paid booking is refunded."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Sum

from accounts.models import User
from accounts.operations.later import later
from accounts.transactions import durably
from bookings.models import Booking, Payment, Refund
from bookings.operations.post import write_letter
from bookings.operations.refund import give_back
from bookings.operations.steps import lock_with_block, move
from bookings.states import TAKEN_MONEY, BookingStatus, LetterKind, RefundReason, RefundStatus
from events.models import Event
from events.operations.change import own_event
from events.operations.seats import change_seats
from events.states import EVENT_TRANSITIONS, ChangeKind, EventStatus
from ticketing.errors import InvalidState

CALLED_OFF = "The event was cancelled."
CONCERNED = (BookingStatus.PENDING_PAYMENT, BookingStatus.PAID)


@durably
def cancel_event(*, event_id: int, seller: User) -> Event:
    """Cancels an event; nothing can be booked or paid from now on, and everybody's money goes back in the background.

    Locks the event's row. Raises NotFound, PermissionRefused, InvalidState.
    """
    own_event(event_id, seller)
    event = Event.objects.select_for_update(of=("self",), no_key=True).get(pk=event_id)
    if EventStatus.CANCELLED not in EVENT_TRANSITIONS[EventStatus(event.status)]:
        raise InvalidState(f"An event that is {event.status} can't be cancelled.")
    event.status = EventStatus.CANCELLED
    event.save(update_fields=["status", "updated_at"])
    later("bookings.tasks.release_cancelled_event", event_id=event_id)
    return event


def release_cancelled_event(*, event_id: int) -> int:
    """Ends every hold and gives every paid booking back, one transaction a booking; returns how many.

    Safe to run again after it was interrupted, and twice at once: a booking that is done is passed over.
    """
    concerned = Booking.objects.filter(event_id=event_id, event__status=EventStatus.CANCELLED, status__in=CONCERNED)
    return sum(_release(booking) for booking in list(concerned.order_by("subsection_id", "pk")))


def unreleased_events() -> list[int]:
    """Cancelled events that still have bookings to release: what a lost message or a dead worker left undone."""
    concerned = Booking.objects.filter(event__status=EventStatus.CANCELLED, status__in=CONCERNED)
    return list(concerned.order_by().values_list("event_id", flat=True).distinct())


def _release(booking: Booking) -> bool:
    if booking.status == BookingStatus.PENDING_PAYMENT:
        return _end_hold(booking)
    try:
        give_back(booking=booking, reason=RefundReason.EVENT_CANCELLED)
    except InvalidState:  # somebody else was faster
        return False
    return True


@transaction.atomic(durable=True)
def _end_hold(booking: Booking) -> bool:
    booking, block = lock_with_block(booking)
    if booking.status != BookingStatus.PENDING_PAYMENT:
        return False
    change_seats(subsection=block, positions=booking.positions, kind=ChangeKind.CANCELLED, booking_id=booking.pk)
    move(booking, BookingStatus.CANCELLED, failure=CALLED_OFF)
    write_letter(LetterKind.EVENT_CANCELLED, booking)
    return True


@dataclass(frozen=True, slots=True)
class CallOff:
    """How far the release of a cancelled event is, in bookings with money to give back, and holds still to end."""

    refunded: int  # the gateway has the order
    unsent: int  # promised; waits for the gateway
    to_refund: int
    holds: int

    @property
    def running(self) -> bool:
        """Whether anything is left to do."""
        return bool(self.unsent or self.to_refund or self.holds)

    @property
    def total(self) -> int:
        """All bookings whose money goes back because of the cancellation."""
        return self.refunded + self.unsent + self.to_refund


def progress_of(event: Event) -> CallOff | None:
    """How far the release of a cancelled event is; None for other events."""
    if event.status != EventStatus.CANCELLED:
        return None
    bookings = Booking.objects.filter(event=event, status__in=CONCERNED)
    left = _by_status(bookings)
    sent = _by_status(Refund.objects.filter(payment__booking__event=event, reason=RefundReason.EVENT_CANCELLED))
    return CallOff(
        refunded=sent.get(RefundStatus.SENT, 0),
        unsent=sent.get(RefundStatus.PENDING, 0),
        to_refund=left.get(BookingStatus.PAID, 0),
        holds=left.get(BookingStatus.PENDING_PAYMENT, 0),
    )


def _by_status(rows: QuerySet[Any]) -> dict[str, int]:
    return dict(rows.order_by().values_list("status").annotate(Count("pk")))


@dataclass(frozen=True, slots=True)
class Toll:
    """Whom the cancellation of an event would concern: bookings, different buyers, and money in minor units."""

    holds: int
    paid: int
    buyers: int
    money: int


def toll_of(event: Event) -> Toll:
    """The toll at this moment. Money is what payments have taken and refunds have not promised back."""
    bookings = Booking.objects.filter(event=event, status__in=CONCERNED)
    paid = Q(status=BookingStatus.PAID)
    counts = bookings.aggregate(
        holds=Count("pk", filter=~paid),
        paid=Count("pk", filter=paid),
        buyers=Count("buyer", distinct=True, filter=paid),
    )
    payments = Payment.objects.filter(booking__in=bookings.filter(paid), status__in=TAKEN_MONEY)
    left = payments.aggregate(left=Sum(F("amount") - F("refunded_amount")))["left"]
    return Toll(**counts, money=int(left or 0))
