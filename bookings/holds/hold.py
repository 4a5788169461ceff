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
from bookings.holds.seat_rules import check_hold_request, not_enough_seats, too_many_seats
from bookings.idempotency import IdempotencyKey
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
from core.prepared_statements import execute_prepared
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
MAX_TRIES = 5  # each releases what has expired; more can expire meanwhile


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """What a buyer asks for: `quantity` seats of one block, named one by one ("row-seat") or the best there are,
    `accessible` of these for wheelchairs."""

    event_id: int
    section: str
    subsection: int
    mode: SelectionMode
    quantity: int
    seats: list[str] = field(default_factory=list)
    accessible: int = 0


class HoldMode(StrEnum):
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
    hold_request: HoldRequest,
    idempotency_key: IdempotencyKey | None = None,
    token_family_id: uuid.UUID | None = None,
    pass_issued_at: datetime | None = None,
) -> Booking:
    """Holds the seats for the buyer until the booking's `expires_at`; all of them or none.

    Before any lock, what can be refused cheaply is refused. Then, in one transaction:
    1. Lock the block's row. If something has expired in it, that is released first, in a transaction of its own.
    2. Choose or check the seats (bookings/sql/seat_rules.sql); lock the buyer's row and count his open holds, so that
       parallel requests can't pass the limit.
    3. Move the seats (the guarded update is the last word), insert the booking, append to the trail.
    4. After the commit the event's viewers and the buyer are told.

    The same `once` gives the same booking again. With the `family` of a bearer token, that token must still count.
    Where the waiting room is on, the buyer's pass, issued at `pass_issued_at`, must still count as well.
    Raises NotSignedIn, NotFound, BadInput, QueuePassRequired, NotOnSale, SeatsTaken, NotEnoughSeats,
    WouldLeaveSingleSeat, TooManyHolds, IdempotencyKeyReused; Overloaded if the block's seats keep changing hands.
    """
    booking_id = new_id()
    answer = execute_hold(
        HoldMode.HOLD, booking_id, buyer_id, hold_request, idempotency_key, token_family_id, pass_issued_at
    )
    if idempotency_key is not None and answer.outcome == "known":
        return existing_booking(buyer_id, idempotency_key)
    publish_held_seats(booking_id, buyer_id, hold_request, answer)
    return new_booking(booking_id, buyer_id, hold_request, answer, BookingStatus.PENDING_PAYMENT)


def execute_hold(
    mode: HoldMode,
    booking_id: uuid.UUID,
    buyer_id: int,
    hold_request: HoldRequest,
    idempotency_key: IdempotencyKey | None = None,
    token_family_id: uuid.UUID | None = None,
    pass_issued_at: datetime | None = None,
) -> Answer:
    """What the database has done, after a refusal has been raised as an error; see `hold_seats`."""
    places = check_hold_request(
        hold_request.mode, quantity=hold_request.quantity, seats=hold_request.seats, accessible=hold_request.accessible
    )
    for _ in range(MAX_TRIES):
        try:
            answer = _ask(
                mode, booking_id, buyer_id, hold_request, places, idempotency_key, token_family_id, pass_issued_at
            )
        except OperationalError as error:
            if not isinstance(error.__cause__, SerializationFailure):
                raise
            continue  # the guard: somebody has changed seats by hand, without the lock
        if answer.outcome in DONE:
            return answer
        if answer.outcome != "due":
            raise _refusal(answer, hold_request)
        expire_in(answer.subsection_id)
    raise Overloaded


def _ask(
    mode: HoldMode,
    booking_id: uuid.UUID,
    buyer_id: int,
    hold_request: HoldRequest,
    places: list[tuple[int, int]] | None,
    idempotency_key: IdempotencyKey | None,
    token_family_id: uuid.UUID | None,
    pass_issued_at: datetime | None,
) -> Answer:
    key, fingerprint = (idempotency_key.key, idempotency_key.request_hash) if idempotency_key else (None, "")
    rows, numbers = zip(*places, strict=True) if places else (None, None)
    who = (mode.value, booking_id, token_family_id, buyer_id, key, fingerprint)
    what = (
        hold_request.event_id,
        hold_request.section,
        hold_request.subsection,
        hold_request.mode.value,
        hold_request.quantity,
        hold_request.accessible,
    )
    seats = (rows and list(rows), numbers and list(numbers))
    return Answer(
        *execute_prepared(HOLD, (*who, *what, *seats, pass_issued_at), repeatable=idempotency_key is not None)
    )


def publish_held_seats(booking_id: uuid.UUID, buyer_id: int, hold_request: HoldRequest, answer: Answer) -> None:
    """Tells the event's viewers and the buyer that the seats are held."""
    seats = SeatsChanged(
        event_id=hold_request.event_id,
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
    publish_seats_and_booking(
        seats, BookingChanged(booking_id, buyer_id, hold_request.event_id, status, answer.held_at)
    )


def new_booking(
    booking_id: uuid.UUID, buyer_id: int, hold_request: HoldRequest, answer: Answer, status: BookingStatus
) -> Booking:
    """The new row as a model, with so much of its event and block as is shown."""
    total = answer.price * hold_request.quantity
    booking = Booking.from_db(
        None,
        NEW_BOOKING,
        (
            *(
                booking_id,
                buyer_id,
                hold_request.event_id,
                answer.subsection_id,
                hold_request.mode.value,
                hold_request.quantity,
            ),
            *(answer.seats or [], answer.price, total, status.value, answer.ends_at, None, ""),
            *(answer.held_at, answer.held_at),
        ),
    )
    booking.event = Event.from_db(
        None,
        ("id", "name", "venue_name", "currency"),
        (hold_request.event_id, answer.event_name, answer.venue_name, answer.currency),
    )
    booking.subsection = Subsection.from_db(
        None,
        ("id", "event_id", "section", "number", "cols"),
        (answer.subsection_id, hold_request.event_id, hold_request.section, hold_request.subsection, answer.cols),
    )
    booking.left = answer.ends_at - answer.held_at
    return booking


def existing_booking(buyer_id: int, idempotency_key: IdempotencyKey) -> Booking:
    """The booking this key has already made, as it is now."""
    booking = Booking.objects.for_display().get(buyer_id=buyer_id, idempotency_key=idempotency_key.key)
    idempotency_key.check(booking.request_hash)
    return booking


def _refusal(answer: Answer, hold_request: HoldRequest) -> DomainError:
    """What the buyer is told; reads again where the function has only said no."""
    match answer.outcome:
        case "not_signed_in":
            return NotSignedIn()
        case "no_subsection":
            return _no_block(hold_request)
        case "queue_pass_required":
            return QueuePassRequired(hold_request.event_id)
        case "not_on_sale":
            return _not_on_sale(Event.objects.get(pk=hold_request.event_id))
        case "too_many_seats":
            return too_many_seats(answer.number or 0)
        case "no_seat":
            return _no_seat(answer, hold_request)
        case "too_many_holds":
            return TooManyHolds(retry_after=answer.number or 1)
        case "seats_taken":
            return SeatsTaken(_names(answer))
        case "would_leave_single_seat":
            return WouldLeaveSingleSeat(_names(answer))
    assert answer.outcome == "not_enough_seats", answer.outcome  # noqa: S101  (the SQL function has no other)
    return not_enough_seats(hold_request.accessible)


def _names(answer: Answer) -> list[str]:
    return [seat_name(position, answer.cols) for position in answer.seats or ()]


def _no_block(hold_request: HoldRequest) -> DomainError:
    if not Event.objects.filter(pk=hold_request.event_id).exists():
        return NotFound("There is no such event.")
    return BadInput.field(
        "section", f"This event has no block {hold_request.section[:32]} {hold_request.subsection}.", "unknown"
    )


def _not_on_sale(event: Event) -> NotOnSale:
    now = database_now()
    if event.is_active and event.status in (EventStatus.AVAILABLE, EventStatus.SOLD_OUT):
        if event.sales_start_at is not None and now < event.sales_start_at:
            return NotOnSale(f"Sales begin at {event.sales_start_at:%Y-%m-%d %H:%M} UTC.")
        if event.sales_end_at is not None and now >= event.sales_end_at:
            return NotOnSale("Sales are over.")
    return NotOnSale()


def _no_seat(answer: Answer, hold_request: HoldRequest) -> DomainError:
    try:
        positions_of(hold_request.seats, rows=answer.number or 0, cols=answer.cols)
    except BadInput as problems:
        return problems
    raise AssertionError("the function found a seat that is none")
