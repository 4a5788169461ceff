"""The history of one seat: the audit log and the payments, refunds and tickets of its bookings, as one timeline."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.db.models import Q

from accounts.models import User
from bookings.checkin.models import CheckIn
from bookings.holds.models import Booking
from bookings.payments.models import Payment, Refund
from bookings.seat_history.texts import (
    HistoryKind,
    SeatNames,
    change_text,
    payment_text,
    refund_recorded_text,
    refund_sent_text,
    scan_text,
)
from bookings.tickets.models import Admission
from events.models import SeatChange, Subsection
from events.seating.names import PlaceNames, names_of
from events.states import ChangeKind

Bookings = dict[uuid.UUID, Booking]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened to a seat, with a text for people.

    `booking` is the booking that the seat belonged to; None when the seat was blocked or unblocked.
    `by` is the person who made the refund or scanned the ticket; who blocked a seat is not recorded.
    `version` is the subsection's version in the audit log; None for entries that do not come from there.
    """

    at: datetime
    kind: HistoryKind
    text: str
    booking: Booking | None = None
    by: User | None = None
    version: int | None = None

    @property
    def booking_id(self) -> uuid.UUID | None:
        """The id of the booking, if there is one."""
        return self.booking.pk if self.booking else None

    @property
    def booking_reference(self) -> str | None:
        """The reference of the booking, if there is one."""
        return self.booking.reference if self.booking else None

    @property
    def buyer(self) -> User | None:
        """The buyer of the booking, if there is one."""
        return self.booking.buyer if self.booking else None


def seat_history(subsection: Subsection, position: int) -> list[Entry]:
    """Return everything that happened to a seat, oldest first: holds, payments, refunds, tickets and check-ins.

    `position` is the seat's position in `subsection`, from 0. Takes at most seven queries, however long the history is.
    """
    of_seat = SeatChange.objects.filter(subsection=subsection, positions__contains=[position])
    changes = _since_drawn(list(of_seat.defer("hash").order_by("version")))
    names = names_of(subsection)
    bookings = Booking.objects.select_related("buyer").in_bulk({change.booking_id for change in changes} - {None})
    entries = [  # the sort below is stable, so entries with the same time stay in this order
        *_payments(bookings),
        *_changes(changes, bookings, position, names),
        *_refunds(bookings),
        *_admissions(subsection, position, bookings),
    ]
    return sorted(entries, key=attrgetter("at"))


def _since_drawn(changes: list[SeatChange]) -> list[SeatChange]:
    """Return the changes since the block was last drawn anew: before that, the position was that of another seat."""
    drawn = [index for index, change in enumerate(changes) if change.kind == ChangeKind.REPLANNED]
    return changes[drawn[-1] :] if drawn else changes


def _changes(changes: list[SeatChange], bookings: Bookings, position: int, names: PlaceNames) -> Iterator[Entry]:
    held_before: set[uuid.UUID | None] = set()
    for change in changes:
        booking = bookings.get(change.booking_id) if change.booking_id else None
        is_repeated = change.booking_id in held_before
        text = change_text(change, booking, position=position, names=_names(booking, names), is_repeated=is_repeated)
        yield Entry(at=change.at, kind=HistoryKind(change.kind), text=text, booking=booking, version=change.version)
        if change.kind == ChangeKind.HELD:
            held_before.add(change.booking_id)


def _names(booking: Booking | None, names: PlaceNames) -> SeatNames:
    """Return a function that names the seats of a change: as the booking does or, without one, as they are now."""
    if booking is None or not booking.seat_names:
        return names.name
    return dict(zip(booking.positions, booking.seat_names, strict=True)).__getitem__


def _payments(bookings: Bookings) -> Iterator[Entry]:
    """Yield an entry for each payment, at the time of capture.

    The entry of a payment that took no money has the time at which the payment began, because its end is not recorded.
    """
    by_order = {booking.order_id: booking for booking in bookings.values()}
    for payment in Payment.objects.filter(order__in=by_order).order_by("created_at", "id"):
        booking = by_order[payment.order_id]
        kind, text = payment_text(payment, booking)
        yield Entry(at=payment.captured_at or payment.created_at, kind=kind, text=text, booking=booking)


def _refunds(bookings: Bookings) -> Iterator[Entry]:
    by_order = {booking.order_id: booking for booking in bookings.values()}
    of_seat = Q(booking__isnull=True) | Q(booking__in=bookings)
    refunds = Refund.objects.filter(of_seat, payment__order__in=by_order).select_related("payment", "by")
    for refund in refunds.order_by("created_at", "id"):
        booking = bookings[refund.booking_id] if refund.booking_id else by_order[refund.payment.order_id]
        promised = Entry(
            at=refund.created_at,
            kind=HistoryKind.REFUND_PROMISED,
            text=refund_recorded_text(refund),
            booking=booking,
            by=refund.by,
        )
        yield promised
        if refund.sent_at and refund.amount:
            yield Entry(at=refund.sent_at, kind=HistoryKind.REFUND_SENT, text=refund_sent_text(refund), booking=booking)


def _admissions(subsection: Subsection, position: int, bookings: Bookings) -> Iterator[Entry]:
    of_seat = Admission.objects.filter(event=subsection.event_id, subsection=subsection, position=position)
    tickets = of_seat.filter(booking__in=bookings)
    by_id = {ticket.pk: ticket for ticket in tickets.order_by("issued_at")}
    for ticket in by_id.values():
        booking = bookings.get(ticket.booking_id)
        text = f"Ticket {ticket.reference} issued to {ticket.holder}."
        yield Entry(at=ticket.issued_at, kind=HistoryKind.TICKET_ISSUED, text=text, booking=booking)
        if ticket.void_at:
            text = f"Ticket {ticket.reference} of {ticket.holder} is void."
            yield Entry(at=ticket.void_at, kind=HistoryKind.TICKET_VOID, text=text, booking=booking)
    scans = (
        CheckIn.objects.filter(admission__in=by_id)
        .select_related("admission__event", "by")
        .order_by("recorded_at", "id")
    )
    for scan in scans:
        kind, text = scan_text(scan)
        booking = bookings.get(by_id[scan.admission_id].booking_id)
        yield Entry(at=scan.counted_at, kind=kind, text=text, booking=booking, by=scan.by)
