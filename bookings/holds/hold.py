"""Holds seats for a buyer.

`bookings_hold` (bookings/sql/hold.sql) does the work in the database, called through bookings/holds/hold_function.py.
bookings/specification/hold.py does the same step by step with the ORM; a property test compares both.
"""

import uuid
from datetime import datetime

from django.db import OperationalError
from psycopg.errors import SerializationFailure

from bookings.holds.expiry import expire_in
from bookings.holds.hold_function import HoldMode, HoldParameters, HoldResult, call_hold
from bookings.holds.hold_refusals import refusal
from bookings.holds.hold_request import HoldRequest, check_hold_request
from bookings.holds.models import Booking, loaded
from bookings.idempotency import IdempotencyKey
from bookings.publish import BookingChanged, publish_seats_and_booking
from bookings.states import BookingStatus
from core.errors import Overloaded
from core.ids import new_id
from events.models import Event, Subsection
from events.pricing import charge_rules
from events.publish import SeatsChanged
from events.seating.positions import grid_numbers
from events.states import SeatStatus

SUCCESSES = ("held", "accepted", "settled", "known")  # outcomes of `bookings_hold` that don't refuse the request
MAX_ATTEMPTS = 5  # calls of `bookings_hold`; holds that are due are ended in between, and others can become due


def hold_seats(
    *,
    buyer_id: int,
    hold_request: HoldRequest,
    idempotency_key: IdempotencyKey | None = None,
    token_family_id: uuid.UUID | None = None,
    pass_issued_at: datetime | None = None,
) -> Booking:
    """Hold seats for the buyer until the booking's `expires_at`: all requested seats or none.

    A request that can be refused without a lock is refused before any lock is taken. Then, in one transaction:

    1. Lock the subsection's row. If holds in it have expired, end them in a transaction of their own, and start again.
    2. Choose or check the seats (bookings/sql/seat_rules.sql). Lock the buyer's row and count their open holds, so that
       parallel requests can't exceed the limit.
    3. Change the seats in a guarded update, insert the booking, and add a row to the audit log.
    4. Publish the change to the event's viewers and the buyer after the commit.

    With an idempotency key that the buyer used before, return the earlier booking as it is now. With the id of a token
    family, the family must be active: neither revoked nor expired. If the event's waiting room is on, the buyer's queue
    pass, identified by `pass_issued_at`, must be active.

    Raises NotSignedIn, NotFound, BadInput, QueuePassRequired, NotOnSale, NeedsWheelchairPlace, SeatsTaken,
    NotEnoughSeats, WouldLeaveSingleSeat, TooManyHolds, IdempotencyKeyReused; Overloaded if none of MAX_ATTEMPTS calls
    succeeds, because holds keep expiring or seats are changed without the lock.
    """
    booking_id = new_id()
    result = execute_hold(
        HoldMode.HOLD,
        booking_id=booking_id,
        buyer_id=buyer_id,
        hold_request=hold_request,
        idempotency_key=idempotency_key,
        token_family_id=token_family_id,
        pass_issued_at=pass_issued_at,
    )
    if idempotency_key is not None and result.outcome == "known":
        return existing_booking(buyer_id, idempotency_key)
    publish_held_seats(booking_id, buyer_id, hold_request, result)
    return new_booking(booking_id, buyer_id, hold_request, result, BookingStatus.PENDING_PAYMENT)


def execute_hold(
    mode: HoldMode,
    *,
    booking_id: uuid.UUID,
    buyer_id: int,
    hold_request: HoldRequest,
    idempotency_key: IdempotencyKey | None = None,
    token_family_id: uuid.UUID | None = None,
    pass_issued_at: datetime | None = None,
) -> HoldResult:
    """Execute `bookings_hold` in the given mode and return its result, whose outcome is one of SUCCESSES.

    Raises the errors of `hold_seats`, except IdempotencyKeyReused.
    """
    check_hold_request(hold_request)
    numbers = grid_numbers(hold_request.seats) if hold_request.seats else None
    parameters = HoldParameters(
        mode=mode.value,
        booking_id=booking_id,
        token_family_id=token_family_id,
        buyer_id=buyer_id,
        idempotency_key=idempotency_key.key if idempotency_key else None,
        request_hash=idempotency_key.request_hash if idempotency_key else "",
        event_id=hold_request.event_id,
        section=hold_request.section,
        subsection=hold_request.subsection,
        selection_mode=hold_request.mode.value,
        quantity=hold_request.quantity,
        accessible=hold_request.accessible,
        grid_rows=[row for row, _ in numbers] if numbers else None,
        grid_seats=[seat for _, seat in numbers] if numbers else None,
        pass_issued_at=pass_issued_at,
        max_totals=charge_rules().max_totals(),
        names=hold_request.seats or None,
    )
    return _call_repeatedly(parameters, hold_request)


def _call_repeatedly(parameters: HoldParameters, hold_request: HoldRequest) -> HoldResult:
    """Call `bookings_hold` and return its result; if expired holds must be ended first, end them and call it again.

    Raises the error for a refused request; Overloaded after MAX_ATTEMPTS calls.
    """
    for _ in range(MAX_ATTEMPTS):
        try:
            result = call_hold(parameters)
        except OperationalError as error:
            if not isinstance(error.__cause__, SerializationFailure):
                raise
            continue  # somebody changed seats in the database without the subsection's lock
        if result.outcome in SUCCESSES:
            return result
        if result.outcome != "due":
            raise refusal(result, hold_request)
        expire_in(result.subsection_id)
    raise Overloaded


def publish_held_seats(booking_id: uuid.UUID, buyer_id: int, hold_request: HoldRequest, result: HoldResult) -> None:
    """Publish to the event's viewers and the buyer that the seats of a new booking are held."""
    seats = SeatsChanged(
        event_id=hold_request.event_id,
        subsection_id=result.subsection_id,
        from_version=result.version - 1,
        version=result.version,
        available=result.available,
        reserved=result.reserved,
        sold=result.sold,
        blocked=result.blocked,
        status=SeatStatus.RESERVED.value,
        positions=result.seats or [],
        at=result.held_at.isoformat(),
    )
    booking = BookingChanged(
        booking_id=booking_id,
        buyer_id=buyer_id,
        event_id=hold_request.event_id,
        status=BookingStatus.PENDING_PAYMENT.value,
        updated_at=result.held_at,
    )
    publish_seats_and_booking(seats, booking)


def new_booking(
    booking_id: uuid.UUID, buyer_id: int, hold_request: HoldRequest, result: HoldResult, status: BookingStatus
) -> Booking:
    """Return the booking that `bookings_hold` inserted, built from its result without a query.

    The booking, its event and its subsection have the columns that the API shows; other columns are loaded on access.
    """
    booking = loaded(
        Booking,
        id=booking_id,
        reference=result.booking_reference,
        buyer_id=buyer_id,
        event_id=hold_request.event_id,
        subsection_id=result.subsection_id,
        seat_selection_mode=hold_request.mode.value,
        quantity=hold_request.quantity,
        positions=result.seats or [],
        seat_names=result.seat_names,
        row_numbers=result.row_numbers,
        seat_numbers=result.seat_numbers,
        seat_prices=result.seat_prices,
        seat_kinds=result.seat_kinds,
        seat_notes=result.seat_notes,
        unit_price=result.price,
        total_price=result.total,
        status=status.value,
        expires_at=result.ends_at,
        paid_at=None,
        failure="",
        created_at=result.held_at,
        updated_at=result.held_at,
    )
    booking.event = loaded(
        Event,
        id=hold_request.event_id,
        name=result.event_name,
        venue_name=result.venue_name,
        currency=result.currency,
    )
    booking.subsection = loaded(
        Subsection,
        id=result.subsection_id,
        event_id=hold_request.event_id,
        section=hold_request.section,
        number=hold_request.subsection,
        kind=result.kind,
        cols=result.cols,
    )
    booking.left = result.ends_at - result.held_at
    return booking


def has_booking(buyer_id: int, idempotency_key: IdempotencyKey | None) -> bool:
    """Return whether the buyer has a booking that was made with this key, whatever the request was."""
    key = idempotency_key.key if idempotency_key else None
    return key is not None and Booking.objects.filter(order__buyer_id=buyer_id, order__idempotency_key=key).exists()


def existing_booking(buyer_id: int, idempotency_key: IdempotencyKey) -> Booking:
    """Return the booking that was made with this key, as it is now.

    Raises IdempotencyKeyReused if the earlier request was different.
    """
    bookings = Booking.objects.for_display().select_related("order")
    made = bookings.filter(order__buyer_id=buyer_id, order__idempotency_key=idempotency_key.key)
    booking = made.earliest("pk")  # an order that was made with the key can have several, and another hash
    idempotency_key.check(booking.order.request_hash)
    return booking
