"""Holding seats: one statement, the database function `bookings_hold` (bookings/sql/hold.sql), which is one transaction
and one round trip.

bookings/specification/hold.py does the same step by step with the ORM; a property test compares both.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.db import OperationalError
from psycopg.errors import SerializationFailure

from bookings.errors import QueuePassRequired, TooManyHolds, WouldLeaveSingleSeat
from bookings.holds.expiry import expire_in
from bookings.holds.models import Booking
from bookings.holds.seat_rules import check_wish, not_enough_seats, too_many_seats
from bookings.idempotency import Once
from bookings.publish import BookingChanged, publish_seats_and_booking
from bookings.states import BookingStatus, SelectionMode
from core.clock import database_now
from core.errors import (
    BadInput,
    DomainError,
    NotFound,
    NotSignedIn,
    Overloaded,
)
from core.ids import new_id
from core.prepared_statements import ask
from events.errors import NotOnSale, SeatsTaken
from events.models import Event, Subsection
from events.publish import SeatsChanged
from events.seating.positions import positions_of, seat_name
from events.states import EventStatus, SeatStatus

HOLD = """
    SELECT * FROM bookings_hold(
        %s::text, %s::uuid, %s::uuid, %s::bigint, %s::text, %s::text,
        %s::bigint, %s::text, %s::integer, %s::text, %s::integer, %s::integer, %s::integer[], %s::integer[],
        %s::timestamptz
    )
"""
# The columns of a booking that a hold shows or tells, in the model's order.
NEW_BOOKING = (
    *("id", "buyer_id", "event_id", "subsection_id", "seat_selection_mode", "quantity", "positions", "unit_price"),
    *("total_price", "status", "expires_at", "paid_at", "failure", "created_at", "updated_at"),
)
DONE = ("held", "accepted", "settled", "known")  # outcomes that are no refusal
MOST_TRIES = 5  # each releases what has expired; more can expire meanwhile


@dataclass(frozen=True, slots=True)
class Wish:
    """What a buyer asks for: `quantity` seats of one block, named one by one ("row-seat") or the best there are,
    `accessible` of these for wheelchairs."""

    event_id: int
    section: str
    subsection: int
    mode: SelectionMode
    quantity: int
    seats: list[str] = field(default_factory=list)
    accessible: int = 0


class Deed(StrEnum):
    """What `bookings_hold` is asked to do."""

    HOLD = "hold"
    ACCEPT = "accept"  # keep the wish as a processing booking
    ALLOCATE = "allocate"  # find the seats of such a booking


class Answer(NamedTuple):
    """What `bookings_hold` returns: all of it if `outcome` is "held", else what helps to explain the refusal."""

    outcome: str
    seats: list[int] | None
    number: int | None
    subsection_id: int
    cols: int
    price: int
    held_at: datetime
    ends_at: datetime
    event_name: str
    venue_name: str
    currency: str
    version: int
    available: int
    reserved: int
    sold: int
    blocked: int


def hold_seats(
    *,
    buyer_id: int,
    wish: Wish,
    once: Once | None = None,
    family: uuid.UUID | None = None,
    pass_from: datetime | None = None,
) -> Booking:
    """Holds the seats for the buyer until the booking's `expires_at`; all of them or none.

    Before any lock, what can be refused cheaply is refused. Then, in one transaction:
    1. Lock the block's row. If something has expired in it, that is released first, in a transaction of its own.
    2. Choose or check the seats (bookings/sql/seat_rules.sql); lock the buyer's row and count his open holds, so that
       parallel requests can't pass the limit.
    3. Move the seats (the guarded update is the last word), insert the booking, append to the trail.
    4. After the commit the event's viewers and the buyer are told.

    The same `once` gives the same booking again. With the `family` of a bearer token, that token must still count.
    Where the waiting room is on, the buyer's pass, issued at `pass_from`, must still count as well.
    Raises NotSignedIn, NotFound, BadInput, QueuePassRequired, NotOnSale, SeatsTaken, NotEnoughSeats,
    WouldLeaveSingleSeat, TooManyHolds, IdempotencyKeyReused; Overloaded if the block's seats keep changing hands.
    """
    booking_id = new_id()
    answer = ask_for_seats(Deed.HOLD, booking_id, buyer_id, wish, once, family, pass_from)
    if once is not None and answer.outcome == "known":
        return known_booking(buyer_id, once)
    tell_held(booking_id, buyer_id, wish, answer)
    return new_booking(booking_id, buyer_id, wish, answer, BookingStatus.PENDING_PAYMENT)


def ask_for_seats(
    deed: Deed,
    booking_id: uuid.UUID,
    buyer_id: int,
    wish: Wish,
    once: Once | None = None,
    family: uuid.UUID | None = None,
    pass_from: datetime | None = None,
) -> Answer:
    """What the database has done, after a refusal has been raised as an error; see `hold_seats`."""
    places = check_wish(wish.mode, quantity=wish.quantity, seats=wish.seats, accessible=wish.accessible)
    for _ in range(MOST_TRIES):
        try:
            answer = _ask(deed, booking_id, buyer_id, wish, places, once, family, pass_from)
        except OperationalError as error:
            if not isinstance(error.__cause__, SerializationFailure):
                raise
            continue  # the guard: somebody has changed seats by hand, without the lock
        if answer.outcome in DONE:
            return answer
        if answer.outcome != "due":
            raise _refusal(answer, wish)
        expire_in(answer.subsection_id)
    raise Overloaded


def _ask(
    deed: Deed,
    booking_id: uuid.UUID,
    buyer_id: int,
    wish: Wish,
    places: list[tuple[int, int]] | None,
    once: Once | None,
    family: uuid.UUID | None,
    pass_from: datetime | None,
) -> Answer:
    key, fingerprint = (once.key, once.request_hash) if once else (None, "")
    rows, numbers = zip(*places, strict=True) if places else (None, None)
    who = (deed.value, booking_id, family, buyer_id, key, fingerprint)
    what = (wish.event_id, wish.section, wish.subsection, wish.mode.value, wish.quantity, wish.accessible)
    seats = (rows and list(rows), numbers and list(numbers))
    return Answer(*ask(HOLD, (*who, *what, *seats, pass_from), repeatable=once is not None))


def tell_held(booking_id: uuid.UUID, buyer_id: int, wish: Wish, answer: Answer) -> None:
    """Tells the event's viewers and the buyer that the seats are held."""
    seats = SeatsChanged(
        event_id=wish.event_id,
        subsection_id=answer.subsection_id,
        from_version=answer.version - 1,
        version=answer.version,
        available=answer.available,
        reserved=answer.reserved,
        sold=answer.sold,
        blocked=answer.blocked,
        status=SeatStatus.RESERVED.value,
        positions=answer.seats or [],
        at=answer.held_at.isoformat(),
    )
    status = BookingStatus.PENDING_PAYMENT.value
    publish_seats_and_booking(seats, BookingChanged(booking_id, buyer_id, wish.event_id, status, answer.held_at))


def new_booking(booking_id: uuid.UUID, buyer_id: int, wish: Wish, answer: Answer, status: BookingStatus) -> Booking:
    """The new row as a model, with so much of its event and block as is shown."""
    total = answer.price * wish.quantity
    booking = Booking.from_db(
        None,
        NEW_BOOKING,
        (
            *(booking_id, buyer_id, wish.event_id, answer.subsection_id, wish.mode.value, wish.quantity),
            *(answer.seats or [], answer.price, total, status.value, answer.ends_at, None, ""),
            *(answer.held_at, answer.held_at),
        ),
    )
    booking.event = Event.from_db(
        None,
        ("id", "name", "venue_name", "currency"),
        (wish.event_id, answer.event_name, answer.venue_name, answer.currency),
    )
    booking.subsection = Subsection.from_db(
        None,
        ("id", "event_id", "section", "number", "cols"),
        (answer.subsection_id, wish.event_id, wish.section, wish.subsection, answer.cols),
    )
    booking.left = answer.ends_at - answer.held_at
    return booking


def known_booking(buyer_id: int, once: Once) -> Booking:
    """The booking this key has already made, as it is now."""
    booking = Booking.objects.for_display().get(buyer_id=buyer_id, idempotency_key=once.key)
    once.check(booking.request_hash)
    return booking


def _refusal(answer: Answer, wish: Wish) -> DomainError:
    """What the buyer is told; reads again where the function has only said no."""
    match answer.outcome:
        case "not_signed_in":
            return NotSignedIn()
        case "no_subsection":
            return _no_block(wish)
        case "queue_pass_required":
            return QueuePassRequired(wish.event_id)
        case "not_on_sale":
            return _not_on_sale(Event.objects.get(pk=wish.event_id))
        case "too_many_seats":
            return too_many_seats(answer.number or 0)
        case "no_seat":
            return _no_seat(answer, wish)
        case "too_many_holds":
            return TooManyHolds(retry_after=answer.number or 1)
        case "seats_taken":
            return SeatsTaken(_names(answer))
        case "would_leave_single_seat":
            return WouldLeaveSingleSeat(_names(answer))
    assert answer.outcome == "not_enough_seats", answer.outcome
    return not_enough_seats(wish.accessible)


def _names(answer: Answer) -> list[str]:
    return [seat_name(position, answer.cols) for position in answer.seats or ()]


def _no_block(wish: Wish) -> DomainError:
    if not Event.objects.filter(pk=wish.event_id).exists():
        return NotFound("There is no such event.")
    return BadInput.field("section", f"This event has no block {wish.section[:32]} {wish.subsection}.", "unknown")


def _not_on_sale(event: Event) -> NotOnSale:
    now = database_now()
    if event.is_active and event.status in (EventStatus.AVAILABLE, EventStatus.SOLD_OUT):
        if event.sales_start_at is not None and now < event.sales_start_at:
            return NotOnSale(f"Sales begin at {event.sales_start_at:%Y-%m-%d %H:%M} UTC.")
        if event.sales_end_at is not None and now >= event.sales_end_at:
            return NotOnSale("Sales are over.")
    return NotOnSale()


def _no_seat(answer: Answer, wish: Wish) -> DomainError:
    try:
        positions_of(wish.seats, rows=answer.number or 0, cols=answer.cols)
    except BadInput as problems:
        return problems
    raise AssertionError("the function found a seat that is none")
