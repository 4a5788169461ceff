"""Holds seats step by step: the specification of the database function `bookings_hold`."""

import json
import uuid
from datetime import datetime, timedelta

from django.db import IntegrityError, connection

from accounts.models import User
from bookings.errors import NeedsWheelchairPlace, QueuePassRequired, TooManyHolds, WouldLeaveSingleSeat
from bookings.holds.expiry import release_expired
from bookings.holds.hold_refusals import (
    no_subsection,
    not_enough_seats,
    not_on_sale,
    standing_area,
    too_many_seats,
    total_too_high,
    whole_table,
)
from bookings.holds.hold_request import HoldRequest, check_hold_request
from bookings.holds.models import Booking
from bookings.idempotency import IdempotencyKey
from bookings.invoices.models import Terms
from bookings.orders.models import Order
from bookings.publish import publish_booking
from bookings.specification.places import Places
from bookings.states import BookingStatus, SelectionMode
from bookings.waiting_room.models import QueuePass
from core.clock import database_now
from core.errors import NotSignedIn
from core.transactions import retrying_transaction
from events.errors import SeatsTaken
from events.inventory.seats import change_seats, lock_subsection
from events.models import Event, Subsection, Ticket
from events.pricing import charge_rules
from events.seating.names import names_of
from events.states import ON_SALE, ChangeKind, SeatStatus, SubsectionKind

OPEN_HOLDS = """
    SELECT clock_timestamp(), count(DISTINCT order_id), min(expires_at) FROM bookings_booking
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
    """Hold seats for the buyer until the booking's `expires_at`: all requested seats or none.

    A request that can be refused without a lock is refused before any lock is taken. Then, in one transaction:

    1. Lock the subsection's row, and end the holds in it that have expired.
    2. Choose or check the seats. Lock the buyer's row and count their open holds, so that parallel requests can't
       exceed the limit.
    3. Insert the booking, change the seats in a guarded update, and add a row to the audit log.
    4. Publish the change to the event's viewers and the buyer after the commit.

    With an idempotency key that the buyer used before, return the earlier booking as it is now. Raises NotFound,
    BadInput, QueuePassRequired, NotOnSale, NeedsWheelchairPlace, SeatsTaken, NotEnoughSeats, WouldLeaveSingleSeat,
    TooManyHolds, IdempotencyKeyReused.
    """
    check_hold_request(hold_request)
    if (earlier := _earlier(buyer, idempotency_key)) is not None:
        return earlier
    subsection, positions = refuse_without_lock(buyer, hold_request, pass_issued_at)
    try:
        return _hold(buyer, hold_request, subsection, positions, idempotency_key)
    except IntegrityError:
        # A parallel request with the same key may have inserted its booking first.
        if (earlier := _earlier(buyer, idempotency_key)) is None:
            raise
        return earlier


@retrying_transaction
def _hold(
    buyer: User,
    hold_request: HoldRequest,
    unlocked: Subsection,
    positions: list[int],
    idempotency_key: IdempotencyKey | None,
) -> Booking:
    event = unlocked.event
    subsection = lock_subsection(unlocked.pk)
    release_expired(subsection)

    block = Places(subsection)
    chosen = choose(hold_request, event, subsection, positions, block)
    check_total(block.total(chosen), event.currency)
    now = check_limit(buyer, event)

    order = new_order(buyer, event, now, idempotency_key)
    return insert(buyer, hold_request, order, subsection, block, chosen, booking_id=order.pk)


def refuse_without_lock(
    buyer: User, hold_request: HoldRequest, pass_issued_at: datetime | None
) -> tuple[Subsection, list[int]]:
    """Refuse what needs no lock; return the subsection with its event, and the positions of the named seats."""
    subsection = _subsection(hold_request)
    _check_queue_pass(buyer, subsection.event, pass_issued_at)
    _check_on_sale(subsection.event, database_now())
    block = Places(subsection)
    positions = _named_positions(hold_request, subsection, block)
    _check_without_lock(hold_request, subsection, positions)
    return subsection, positions


def _earlier(buyer: User, idempotency_key: IdempotencyKey | None) -> Booking | None:
    """Return the booking that was made with this key, if any, as it is now. Raises IdempotencyKeyReused."""
    if idempotency_key is None:
        return None
    bookings = Booking.objects.for_display().select_related("order")
    booking = bookings.filter(order__buyer=buyer, order__idempotency_key=idempotency_key.key).first()
    if booking is not None:
        idempotency_key.check(booking.order.request_hash)
    return booking


def _subsection(hold_request: HoldRequest) -> Subsection:
    """Return the subsection with its event. Raises NotFound or BadInput."""
    subsections = Subsection.objects.select_related("event")
    subsection = subsections.filter(
        event_id=hold_request.event_id, section=hold_request.section, number=hold_request.subsection
    ).first()
    if subsection is None:
        raise no_subsection(hold_request)
    return subsection


def _check_queue_pass(buyer: User, event: Event, pass_issued_at: datetime | None) -> None:
    """Raise QueuePassRequired if the waiting room is on and the buyer has no active queue pass."""
    if not event.waiting_room_on or not event.is_active:
        return
    if event.status not in ON_SALE:
        return
    if pass_issued_at is None:
        raise QueuePassRequired(event.pk)
    if not QueuePass.objects.active().filter(event=event, user=buyer, issued_at=pass_issued_at).exists():
        raise QueuePassRequired(event.pk)


def _check_on_sale(event: Event, now: datetime) -> None:
    """Raise NotOnSale unless the event is on sale.

    A sold-out event counts as on sale, so that the buyer gets the names of the taken seats.
    """
    open_for_sale = event.is_active and event.status in ON_SALE
    has_begun = event.sales_start_at is None or event.sales_start_at <= now
    has_ended = any(end is not None and end <= now for end in (event.sales_end_at, _latest_sale(event)))
    if not open_for_sale or not has_begun or has_ended:
        raise not_on_sale(event, now)


def _latest_sale(event: Event) -> datetime | None:
    """Return when the event's dates end the sale: the end of late entry, else the start, else the end."""
    return event.late_entry_until or event.starts_at or event.ends_at


def _named_positions(hold_request: HoldRequest, subsection: Subsection, block: Places) -> list[int]:
    """Return the positions of the named seats; empty for the best available.

    Raises BadInput, NeedsWheelchairPlace.
    """
    if hold_request.quantity > subsection.event.max_tickets_per_booking:
        raise too_many_seats(subsection.event.max_tickets_per_booking)
    check_total(subsection.price * hold_request.quantity, subsection.event.currency)
    if hold_request.mode == SelectionMode.BEST_AVAILABLE:
        return []
    if subsection.kind == SubsectionKind.STANDING:
        raise standing_area()
    positions = names_of(subsection).positions(hold_request.seats)
    if missing := block.missing_at_tables(positions):
        raise whole_table(names_of(subsection).names(missing))
    alone = [] if subsection.event.release_companion_seats else block.unclaimed(positions)
    if alone:
        raise NeedsWheelchairPlace(names_of(subsection).names(alone))
    return positions


def check_total(total: int, currency: str) -> None:
    """Raise BadInput if the seats together cost more than can be charged at once."""
    limits = json.loads(charge_rules().max_totals() or "{}")
    if total > limits.get(currency, limits.get("", total)):
        raise total_too_high(total, currency)


def _check_without_lock(hold_request: HoldRequest, subsection: Subsection, positions: list[int]) -> None:
    """Raise SeatsTaken or NotEnoughSeats if the request can't succeed; seats of expired holds count as available."""
    if hold_request.mode == SelectionMode.MANUAL:
        taken = _taken_positions(subsection, positions)
        if taken:
            raise SeatsTaken(names_of(subsection).names(taken))
    elif not _has_room(hold_request, subsection):
        due = Booking.objects.due().filter(subsection=subsection)
        if not due.exists():
            raise not_enough_seats(hold_request, subsection.kind)


def _has_room(hold_request: HoldRequest, subsection: Subsection) -> bool:
    """Return whether enough seats are free, wherever they are.

    Wheelchair places count only for a request of `accessible` seats.
    """
    free = [position for position, letter in enumerate(subsection.seat_status) if letter == "a"]
    kept = [position for position in free if position in subsection.accessible]
    if hold_request.accessible == 0:
        return len(free) - len(kept) >= hold_request.quantity
    return len(kept) >= hold_request.accessible and len(free) >= hold_request.quantity


def _taken_positions(subsection: Subsection, positions: list[int]) -> list[int]:
    """Return those of the positions whose seats are taken; seats of expired holds count as available."""
    tickets = Ticket.objects.filter(event_id=subsection.event_id, subsection_id=subsection.pk, position__in=positions)
    taken = list(tickets.exclude(status=SeatStatus.AVAILABLE).values_list("position", "booking_id"))
    holders = [booking_id for _, booking_id in taken if booking_id is not None]
    over = set(Booking.objects.due().filter(pk__in=holders).values_list("pk", flat=True)) if holders else set()
    return [position for position, booking_id in taken if booking_id not in over]


def choose(
    hold_request: HoldRequest, event: Event, subsection: Subsection, positions: list[int], block: Places
) -> list[int]:
    """Return the positions to hold: the named ones, checked for single gaps, or the best available.

    Raises WouldLeaveSingleSeat, NotEnoughSeats.
    """
    if hold_request.mode == SelectionMode.MANUAL:
        alone = [] if event.allow_single_gaps else block.avoidable_gaps(free_positions(subsection), positions)
        if alone:
            raise WouldLeaveSingleSeat(names_of(subsection).names(alone))
        return positions
    best = block.best(
        free_positions(subsection),
        quantity=hold_request.quantity,
        places=hold_request.accessible,
        gaps_allowed=event.allow_single_gaps,
    )
    if best is None:
        raise not_enough_seats(hold_request, subsection.kind)
    return best


def check_limit(buyer: User, event: Event) -> datetime:
    """Lock the buyer's row and count their open holds. Return the time of the count, when the new hold begins.

    Raises NotSignedIn if the account is deleted or deactivated, TooManyHolds if they have as many as the event allows.
    """
    active = User.objects.select_for_update(of=("self",), no_key=True).filter(pk=buyer.pk, is_active=True)
    if active.only("pk").first() is None:
        raise NotSignedIn
    with connection.cursor() as cursor:
        cursor.execute(OPEN_HOLDS, [buyer.pk])
        now: datetime
        now, open_holds, first_end = cursor.fetchone()
    if open_holds >= event.max_active_holds:
        raise TooManyHolds(retry_after=int((first_end - now).total_seconds()) + 1)
    return now


def new_order(buyer: User, event: Event, now: datetime, idempotency_key: IdempotencyKey | None) -> Order:
    """Insert an order without bookings, and return it."""
    return Order.objects.create(
        event=event,
        buyer=buyer,
        idempotency_key=idempotency_key.key if idempotency_key else None,
        request_hash=idempotency_key.request_hash if idempotency_key else "",
        terms=Terms.objects.filter(event=event).order_by("-pk").first(),
        created_at=now,
    )


def insert(
    buyer: User,
    hold_request: HoldRequest,
    order: Order,
    subsection: Subsection,
    block: Places,
    chosen: list[int],
    *,
    booking_id: uuid.UUID,
) -> Booking:
    """Insert a booking of an order, change its seats, and publish both. The hold begins and ends with the order."""
    event, now = order.event, order.created_at
    subsection.event = event
    booking = Booking(
        id=booking_id,
        order=order,
        buyer=buyer,
        event=event,
        subsection=subsection,
        seat_selection_mode=hold_request.mode,
        quantity=hold_request.quantity,
        accessible_wanted=hold_request.accessible,
        positions=chosen,
        **block.lists(chosen),
        unit_price=min(block.prices(chosen)),
        total_price=block.total(chosen),
        status=BookingStatus.PENDING_PAYMENT,
        expires_at=now + timedelta(seconds=event.hold_seconds),
        created_at=now,
        updated_at=now,
    )
    booking.save(force_insert=True)
    change_seats(subsection=subsection, positions=chosen, kind=ChangeKind.HELD, booking_id=booking.pk)
    publish_booking(booking)
    booking.left = timedelta(seconds=event.hold_seconds)
    return booking


def free_positions(subsection: Subsection) -> list[int]:
    """Return the positions of the subsection's available seats, from the front left."""
    return list(
        Ticket.objects.filter(
            event_id=subsection.event_id, subsection_id=subsection.pk, status=SeatStatus.AVAILABLE
        ).values_list("position", flat=True)
    )
