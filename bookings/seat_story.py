"""The story of one seat: the trail and what hangs on the bookings in it, as one timeline."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from accounts.models import User
from bookings.models import Admission, Booking, CheckIn, Payment, Refund
from bookings.seat_words import StoryKind, change_words, payment_words, promise_words, scan_words, sent_words
from events.models import SeatChange, Subsection
from events.states import ChangeKind

Bookings = dict[uuid.UUID, Booking]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened to a seat, in plain words.

    `booking` is whose it was then; None of a seat that was taken out of sale or put back. `by` is who gave money back
    or stood at the gate; of blocks nobody wrote it down. `version` is the trail's, of entries that come from there.
    """

    at: datetime
    kind: StoryKind
    text: str
    booking: Booking | None = None
    by: User | None = None
    version: int | None = None

    @property
    def booking_id(self) -> uuid.UUID | None:
        """The booking's id."""
        return self.booking.pk if self.booking else None

    @property
    def buyer(self) -> User | None:
        """Whose booking it is."""
        return self.booking.buyer if self.booking else None


def seat_story(block: Subsection, position: int) -> list[Entry]:
    """All that ever happened to the seat, oldest first: who held it, paid for it, lost it, was refunded, was let in.

    Six statements at most, however long the story is.
    """
    of_seat = SeatChange.objects.filter(subsection=block, positions__contains=[position])
    changes = list(of_seat.defer("hash").order_by("version"))
    bookings = Booking.objects.select_related("buyer").in_bulk({change.booking_id for change in changes} - {None})
    entries = [  # what is of one moment stays in this order
        *_payments(bookings),
        *_changes(changes, bookings, position, block.cols),
        *_refunds(bookings),
        *_admissions(block, position, bookings),
    ]
    return sorted(entries, key=attrgetter("at"))


def _changes(changes: list[SeatChange], bookings: Bookings, position: int, cols: int) -> Iterator[Entry]:
    have_held: set[uuid.UUID | None] = set()
    for change in changes:
        booking = bookings.get(change.booking_id) if change.booking_id else None
        again = change.booking_id in have_held
        text = change_words(change, booking, position=position, cols=cols, again=again)
        yield Entry(at=change.at, kind=StoryKind(change.kind), text=text, booking=booking, version=change.version)
        if change.kind == ChangeKind.HELD:
            have_held.add(change.booking_id)


def _payments(bookings: Bookings) -> Iterator[Entry]:
    """Of an attempt that took no money, nobody wrote down when it ended: it stands where it began."""
    for payment in Payment.objects.filter(booking__in=bookings).order_by("created_at", "id"):
        booking = bookings[payment.booking_id]
        kind, text = payment_words(payment, booking)
        yield Entry(at=payment.captured_at or payment.created_at, kind=kind, text=text, booking=booking)


def _refunds(bookings: Bookings) -> Iterator[Entry]:
    refunds = Refund.objects.filter(payment__booking__in=bookings).select_related("payment", "by")
    for refund in refunds.order_by("created_at", "id"):
        booking = bookings[refund.payment.booking_id]
        promised = Entry(
            at=refund.created_at,
            kind=StoryKind.REFUND_PROMISED,
            text=promise_words(refund),
            booking=booking,
            by=refund.by,
        )
        yield promised
        if refund.sent_at:
            yield Entry(at=refund.sent_at, kind=StoryKind.REFUND_SENT, text=sent_words(refund), booking=booking)


def _admissions(block: Subsection, position: int, bookings: Bookings) -> Iterator[Entry]:
    tickets = Admission.objects.filter(event=block.event_id, subsection=block, position=position)
    of_id = {ticket.pk: ticket for ticket in tickets.order_by("issued_at")}
    for ticket in of_id.values():
        booking = bookings.get(ticket.booking_id)
        text = f"Ticket issued to {ticket.holder}."
        yield Entry(at=ticket.issued_at, kind=StoryKind.TICKET_ISSUED, text=text, booking=booking)
        if ticket.void_at:
            text = f"The ticket of {ticket.holder} opens no door any more."
            yield Entry(at=ticket.void_at, kind=StoryKind.TICKET_VOID, text=text, booking=booking)
    scans = CheckIn.objects.filter(admission__in=of_id).select_related("by").order_by("recorded_at", "id")
    for scan in scans:
        kind, text = scan_words(scan)
        booking = bookings.get(of_id[scan.admission_id].booking_id)
        yield Entry(at=scan.counted_at, kind=kind, text=text, booking=booking, by=scan.by)
