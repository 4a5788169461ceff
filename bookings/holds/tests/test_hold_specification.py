"""`bookings_hold` and its specification give the same results and leave the same rows for random requests.

Two equal events get the same random sequence of requests: one through the database function, the other through the
specification. Both are compared after each request.
"""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from bookings.holds.cancel import cancel_booking
from bookings.holds.expiry import expire_holds
from bookings.holds.hold import hold_seats
from bookings.holds.hold_request import HoldRequest
from bookings.holds.models import Booking
from bookings.idempotency import IdempotencyKey
from bookings.invariants import check_invariants
from bookings.references import read_reference
from bookings.specification.hold import hold_seats as specified_hold
from bookings.states import BookingStatus, SelectionMode
from bookings.waiting_room.models import QueuePass
from core.clock import database_now
from core.errors import DomainError
from events.inventory.blocking import block_seats
from events.lifecycle.dates import DATES
from events.models import Event, SeatChange, Subsection, Ticket

pytestmark = pytest.mark.django_db(transaction=True)

ROWS, COLS = 3, 6
Hold = Callable[..., Booking]


def by_function(
    buyer: User, hold_request: HoldRequest, idempotency_key: IdempotencyKey | None, pass_issued_at: datetime | None
) -> Booking:
    return hold_seats(
        buyer_id=buyer.pk, hold_request=hold_request, idempotency_key=idempotency_key, pass_issued_at=pass_issued_at
    )


def by_specification(
    buyer: User, hold_request: HoldRequest, idempotency_key: IdempotencyKey | None, pass_issued_at: datetime | None
) -> Booking:
    return specified_hold(
        buyer=buyer, hold_request=hold_request, idempotency_key=idempotency_key, pass_issued_at=pass_issued_at
    )


def result_of(
    hold: Callable[..., Booking],
    buyer: User,
    hold_request: HoldRequest,
    idempotency_key: IdempotencyKey | None,
    pass_issued_at: datetime | None,
) -> dict[str, Any]:
    try:
        booking = hold(buyer, hold_request, idempotency_key, pass_issued_at)
    except DomainError as error:
        body = error.body()
        body.pop("retry_after", None)  # the requests are made at different times
        body.pop("queue", None)  # contains the event's id
        return body
    return {
        "positions": booking.positions,
        "unit_price": booking.unit_price,
        "total_price": booking.total_price,
        "status": booking.shown_status,
        "is_held": booking.seconds_left > 0,
        "subsection": (booking.subsection.section, booking.subsection.number),
        "kind": read_reference(booking.reference).kind,
        "reference": booking.reference == Booking.objects.values_list("reference", flat=True).get(pk=booking.pk),
        "texts": (booking.event.name, booking.event.venue_name, booking.event.currency),
    }


def rows(event: Event) -> dict[str, Any]:
    """Return everything that a hold may write, without ids and times."""
    changes = SeatChange.objects.filter(subsection__event=event).order_by("subsection_id", "version")
    bookings = Booking.objects.filter(event=event).order_by("created_at")
    subsections = Subsection.objects.filter(event=event)
    return {
        "subsections": list(
            subsections.values_list("seat_status", "version", "available", "reserved", "sold", "blocked")
        ),
        "tickets": list(Ticket.objects.filter(event=event).values_list("position", "status")),
        "changes": [(c.version, c.kind, sorted(c.positions)) for c in changes],
        "bookings": sorted(
            (
                b.buyer.name[0],
                b.positions,
                b.status,
                b.quantity,
                b.accessible_wanted,
                b.order.idempotency_key or "",
                b.order.request_hash,
            )
            for b in bookings
        ),
    }


def random_hold_request(dice: random.Random, event: Event) -> HoldRequest:
    quantity = dice.choice([1, 1, 2, 2, 3, 4, 5, 11])
    section, number = dice.choice([("A", 1), ("A", 1), ("B", 1), ("B", 1), ("Z", 1)])
    if dice.random() < 0.5:
        places = dice.choice([0, 0, 0, 1, 2, 12]) if section == "B" else 0
        return HoldRequest(event.pk, section, number, SelectionMode.BEST_AVAILABLE, quantity, accessible=places)
    seats = [f"{dice.randint(1, ROWS)}-{dice.randint(1, COLS + (dice.random() < 0.1))}" for _ in range(quantity)]
    return HoldRequest(event.pk, section, number, SelectionMode.MANUAL, len(set(seats)), sorted(set(seats)))


def random_pass(dice: random.Random, event: Event, buyer: User) -> datetime | None:
    """Create a queue pass for the buyer, some of them expired; return when it was issued, or None without a pass."""
    if dice.random() < 0.3:
        return None
    now = database_now()
    ends_at = now + timedelta(minutes=dice.choice([-1, 10, 10]))
    return QueuePass.objects.create(event=event, user=buyer, issued_at=now, ends_at=ends_at).issued_at


def act_at_random(dice: random.Random, event: Event, seller: User) -> None:
    """Do something else between two requests, such as ending a hold; equal for both events with equal dice."""
    open_ = list(Booking.objects.filter(event=event, status=BookingStatus.PENDING_PAYMENT).order_by("created_at"))
    number = dice.random()
    if number < 0.15 and open_:
        Booking.objects.filter(pk=dice.choice(open_).pk).update(expires_at=database_now())
    elif number < 0.25 and open_:
        booking = dice.choice(open_)
        if booking.expires_at > database_now():
            cancel_booking(booking_id=booking.pk, buyer=booking.buyer)
    else:
        change_at_random(number, dice, event, seller)


def change_at_random(number: float, dice: random.Random, event: Event, seller: User) -> None:
    """Block a seat or change the event, which `number` decides; equal for both events with equal dice."""
    if number < 0.35:
        seat = f"{dice.randint(1, ROWS)}-{dice.randint(1, COLS)}"
        with suppress(DomainError):
            block_seats(event_id=event.pk, seller=seller, section="A", subsection=1, seats=[seat])
    elif number < 0.4:
        offset = timedelta(minutes=dice.choice([-1, 1]))
        Event.objects.filter(pk=event.pk).update(sales_start_at=database_now() + offset)
    elif number < 0.5:
        Event.objects.filter(pk=event.pk).update(waiting_room_on=dice.random() < 0.5)
    elif number < 0.6:
        Event.objects.filter(pk=event.pk).update(**random_dates(dice))
    else:
        Event.objects.filter(pk=event.pk).update(**dict.fromkeys(DATES))


def random_dates(dice: random.Random) -> dict[str, datetime | None]:
    """Return dates that are a minute ago, in a minute or empty, as far as the database allows them together."""
    now, minute = database_now(), timedelta(minutes=1)
    dates = {name: dice.choice([None, now - minute, now + minute]) for name in DATES}
    starts, late = dates["starts_at"], dates["late_entry_until"]
    if starts is None or late is None or late <= starts or (dates["ends_at"] and late > dates["ends_at"]):
        dates["late_entry_until"] = None
    return dates


@pytest.mark.parametrize("run", range(12))
def test_function_and_specification_agree(
    run: int, new_event: Callable[..., Event], new_user: Callable[..., User], carol: User
) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    rules = {"allow_single_gaps": run % 2 == 0, "max_active_holds": random.Random(seed).choice([1, 3, 100])}
    places = ["1-1", "1-4", "2-1", "3-5", "3-6"]
    sections = [
        {"name": "A", "price": 700, "subsections": 1},
        {"name": "B", "price": 700, "subsections": 1, "accessible": places},
    ]
    setups = []
    for name, hold in (("function", by_function), ("specification", by_specification)):
        event = new_event(sections, rows=ROWS, cols=COLS, **rules)
        setups.append((hold, event, [new_user(f"{email}-{name}") for email in "xyz"]))
    for step in range(60):
        results = []
        for hold, event, buyers in setups:
            dice = random.Random(seed * 1_000 + step)
            act_at_random(dice, event, carol)
            hold_request, buyer = random_hold_request(dice, event), dice.choice(buyers)
            idempotency_key = (
                IdempotencyKey(f"key-{dice.randint(1, 5)}", dice.choice(["this", "this", "that"]))
                if dice.random() < 0.2
                else None
            )
            results.append(result_of(hold, buyer, hold_request, idempotency_key, random_pass(dice, event, buyer)))
        assert results[0] == results[1], f"step {step}"
        # The function ends expired holds even if it then refuses; the specification leaves them to the sweep.
        expire_holds()
        assert rows(setups[0][1]) == rows(setups[1][1]), f"step {step}"
    assert not any(check_invariants().values())
