"""Holding seats, step by step: what the database function `bookings_hold` does in one statement."""

from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction

from accounts.models import User
from bookings.errors import QueuePassRequired, TooManyHolds
from bookings.holds.expiry import release_expired
from bookings.holds.hold_request import HoldRequest
from bookings.holds.models import Booking
from bookings.holds.seat_rules import check_hold_request, not_enough_seats
from bookings.idempotency import IdempotencyKey
from bookings.publish import publish_booking
from bookings.specification.seat_choice import best_seats, check_single_gaps
from bookings.states import BookingStatus, SelectionMode
from bookings.waiting_room.models import QueuePass
from core.clock import database_now
from core.errors import BadInput, NotFound
from events.errors import NotOnSale, SeatsTaken
from events.inventory.seats import change_seats, lock_subsection
from events.models import Event, Subsection, Ticket
from events.seating.positions import positions_of, seat_name
from events.states import ChangeKind, EventStatus, SeatStatus

OPEN_HOLDS = """
    SELECT clock_timestamp(), count(*), min(expires_at) FROM bookings_booking
    WHERE buyer_id = %s AND status IN ('processing', 'pending_payment')
    AND (status = 'processing' OR expires_at > clock_timestamp())
"""


def hold_seats(
    *,
    buyer: User,
    hold_request: HoldRequest,
    idempotency_key: IdempotencyKey | None = None,
    pass_issued_at: datetime | None = None,
) -> Booking:
    """Holds the seats for the buyer until the booking's `expires_at`; all of them or none.

    Before any lock, what can be refused cheaply is refused. Then, in one transaction:
    1. Lock the block's row; release what has expired in it.
    2. Choose or check the seats; lock the buyer's row and count his open holds, so that parallel requests can't pass
       the limit.
    3. Insert the booking, move the seats (the guarded update is the last word), append to the trail.
    4. After the commit the event's viewers and the buyer are told.

    The same `once` gives the same booking again. Raises NotFound, BadInput, QueuePassRequired, NotOnSale, SeatsTaken,
    NotEnoughSeats, WouldLeaveSingleSeat, TooManyHolds, IdempotencyKeyReused.
    """
    check_hold_request(
        hold_request.mode, quantity=hold_request.quantity, seats=hold_request.seats, accessible=hold_request.accessible
    )
    if (earlier := _earlier(buyer, idempotency_key)) is not None:
        return earlier
    block = _block(hold_request)
    _check_pass(buyer, block.event, pass_issued_at)
    _check_on_sale(block.event, database_now())
    positions = _wanted_positions(hold_request, block)
    _refuse_cheaply(hold_request, block, positions)
    try:
        return _hold(buyer, hold_request, block, positions, idempotency_key)
    except IntegrityError:
        # Another request with the same key was faster; anything else is not ours to explain.
        if (earlier := _earlier(buyer, idempotency_key)) is None:
            raise
        return earlier


@transaction.atomic(durable=True)
def _hold(
    buyer: User,
    hold_request: HoldRequest,
    seen: Subsection,
    positions: list[int],
    idempotency_key: IdempotencyKey | None,
) -> Booking:
    block = lock_subsection(seen.pk)
    release_expired(block)

    chosen = _choose(hold_request, seen.event, block, positions)
    now = _check_limit(buyer, seen.event)

    booking = _insert(buyer, hold_request, seen.event, block, chosen, now, idempotency_key)
    change_seats(subsection=block, positions=chosen, kind=ChangeKind.HELD, booking_id=booking.pk)

    publish_booking(booking)
    return booking


def _earlier(buyer: User, idempotency_key: IdempotencyKey | None) -> Booking | None:
    """The booking this key has already made, as it is now."""
    if idempotency_key is None:
        return None
    booking = Booking.objects.for_display().filter(buyer=buyer, idempotency_key=idempotency_key.key).first()
    if booking is not None:
        idempotency_key.check(booking.request_hash)
    return booking


def _block(hold_request: HoldRequest) -> Subsection:
    """The block with its event."""
    blocks = Subsection.objects.select_related("event")
    block = blocks.filter(
        event_id=hold_request.event_id, section=hold_request.section, number=hold_request.subsection
    ).first()
    if block is None:
        if not Event.objects.filter(pk=hold_request.event_id).exists():
            raise NotFound("There is no such event.")
        raise BadInput.field(
            "section", f"This event has no block {hold_request.section[:32]} {hold_request.subsection}.", "unknown"
        )
    return block


def _check_pass(buyer: User, event: Event, pass_issued_at: datetime | None) -> None:
    """Where the waiting room of an event on sale is on, the buyer's pass must be neither over nor used up."""
    if not event.waiting_room_on or not event.is_active:
        return
    if event.status not in (EventStatus.AVAILABLE, EventStatus.SOLD_OUT):
        return
    if pass_issued_at is None:
        raise QueuePassRequired(event.pk)
    if not QueuePass.objects.active().filter(event=event, user=buyer, issued_at=pass_issued_at).exists():
        raise QueuePassRequired(event.pk)


def _check_on_sale(event: Event, now: datetime) -> None:
    # A sold out event is asked all the same: it answers which seats are taken.
    if event.status not in (EventStatus.AVAILABLE, EventStatus.SOLD_OUT) or not event.is_active:
        raise NotOnSale
    if event.sales_start_at is not None and now < event.sales_start_at:
        raise NotOnSale(f"Sales begin at {event.sales_start_at:%Y-%m-%d %H:%M} UTC.")
    if event.sales_end_at is not None and now >= event.sales_end_at:
        raise NotOnSale("Sales are over.")


def _wanted_positions(hold_request: HoldRequest, block: Subsection) -> list[int]:
    """The checked positions of a manual choice; none for the best available."""
    limit = block.event.max_tickets_per_booking
    if hold_request.quantity > limit:
        raise BadInput.field("quantity", f"At most {limit} seats can be booked at once.", "max_value")
    if hold_request.mode == SelectionMode.BEST_AVAILABLE:
        return []
    return positions_of(hold_request.seats, rows=block.rows, cols=block.cols)


def _refuse_cheaply(hold_request: HoldRequest, block: Subsection, positions: list[int]) -> None:
    """Refuses without a lock what visibly can't be had; a hold whose time is over does not count."""
    if hold_request.mode == SelectionMode.MANUAL:
        taken = _visibly_taken(block, positions)
        if taken:
            raise SeatsTaken([seat_name(position, block.cols) for position in taken])
    elif not _has_room(hold_request, block):
        due = Booking.objects.due().filter(subsection=block)
        if not due.exists():
            raise not_enough_seats(hold_request.accessible)


def _has_room(hold_request: HoldRequest, block: Subsection) -> bool:
    free = [position for position, letter in enumerate(block.seat_status) if letter == "a"]
    kept = [position for position in free if position in block.accessible]
    if hold_request.accessible == 0:
        return len(free) - len(kept) >= hold_request.quantity
    return len(kept) >= hold_request.accessible and len(free) >= hold_request.quantity


def _visibly_taken(block: Subsection, positions: list[int]) -> list[int]:
    tickets = Ticket.objects.filter(event_id=block.event_id, subsection_id=block.pk, position__in=positions)
    taken = list(tickets.exclude(status=SeatStatus.AVAILABLE).values_list("position", "booking_id"))
    holders = [booking_id for _, booking_id in taken if booking_id is not None]
    over = set(Booking.objects.due().filter(pk__in=holders).values_list("pk", flat=True)) if holders else set()
    return [position for position, booking_id in taken if booking_id not in over]


def _choose(hold_request: HoldRequest, event: Event, block: Subsection, positions: list[int]) -> list[int]:
    if hold_request.mode == SelectionMode.MANUAL:
        if not event.allow_single_gaps:
            check_single_gaps(free_positions(block), positions, cols=block.cols, accessible=block.accessible)
        return positions
    best = best_seats(
        free_positions(block),
        quantity=hold_request.quantity,
        cols=block.cols,
        accessible=block.accessible,
        places=hold_request.accessible,
        gaps_allowed=event.allow_single_gaps,
    )
    if best is None:
        raise not_enough_seats(hold_request.accessible)
    return best


def _check_limit(buyer: User, event: Event) -> datetime:
    """Locks the buyer's row, then counts; returns the time of the count, which the deadline is made from."""
    User.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=buyer.pk)
    with connection.cursor() as cursor:
        cursor.execute(OPEN_HOLDS, [buyer.pk])
        now, open_holds, first_end = cursor.fetchone()
    if open_holds >= event.max_active_holds:
        raise TooManyHolds(retry_after=int((first_end - now).total_seconds()) + 1)
    return now


def _insert(
    buyer: User,
    hold_request: HoldRequest,
    event: Event,
    block: Subsection,
    chosen: list[int],
    now: datetime,
    idempotency_key: IdempotencyKey | None,
) -> Booking:
    block.event = event
    booking = Booking(
        buyer=buyer,
        event=event,
        subsection=block,
        seat_selection_mode=hold_request.mode,
        quantity=hold_request.quantity,
        accessible_wanted=hold_request.accessible,
        positions=chosen,
        unit_price=block.price,
        total_price=block.price * hold_request.quantity,
        status=BookingStatus.PENDING_PAYMENT,
        expires_at=now + timedelta(seconds=event.hold_seconds),
        idempotency_key=idempotency_key.key if idempotency_key else None,
        request_hash=idempotency_key.request_hash if idempotency_key else "",
        created_at=now,
        updated_at=now,
    )
    booking.save(force_insert=True)
    booking.left = timedelta(seconds=event.hold_seconds)
    return booking


def free_positions(subsection: Subsection) -> list[int]:
    """Positions of the block's available seats, from the front left."""
    return list(
        Ticket.objects.filter(
            event_id=subsection.event_id, subsection_id=subsection.pk, status=SeatStatus.AVAILABLE
        ).values_list("position", flat=True)
    )
