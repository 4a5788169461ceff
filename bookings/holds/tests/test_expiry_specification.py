"""Ending many holds at once leaves the same rows as its specification, which ends them one by one."""

import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from bookings.holds.cancel import cancel_booking
from bookings.holds.expiry import release_expired
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from bookings.payments.pay import pay_booking
from bookings.specification import expiry as specification
from conftest import GOOD_CARD
from core.clock import database_now
from events.inventory.seats import lock_subsection
from events.models import Event, SeatChange, Subsection, Ticket

Hold = Callable[..., Booking]
GENERATED = {"id", "at", "updated_at", "due_at", "written_at", "hash"}  # ids, times and the hashes of them


@pytest.fixture
def buyers(new_user: Callable[..., User], concert: Event) -> list[User]:
    """Five buyers without a limit."""
    Event.objects.update(max_active_holds=1000)
    return [new_user(f"buyer{number}") for number in range(5)]


@pytest.mark.parametrize("run", range(12))
def test_ending_holds_at_once_leaves_the_same_rows_as_one_by_one(
    hold: Hold, buyers: list[User], concert: Event, run: int
) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    dice = random.Random(seed)
    for booking in [hold(dice.choice(buyers), **_hold_fields(dice)) for _ in range(dice.randint(0, 14))]:
        _continue(booking, dice)
    subsection = Subsection.objects.filter(event=concert).earliest("id")
    assert _after(release_expired, subsection.pk) == _after(specification.release_expired, subsection.pk)


def _hold_fields(dice: random.Random) -> dict[str, Any]:
    """Return fields of a hold request: mostly for the first subsection, sometimes for another."""
    if dice.random() < 0.1:
        return {"section": "B", "quantity": 2}
    return {"quantity": dice.randint(1, 3)}


def _continue(booking: Booking, dice: random.Random) -> None:
    """Cancel, pay or end a hold at random; most end, with their positions shuffled."""
    number = dice.random()
    if number < 0.1:
        cancel_booking(booking_id=booking.pk, buyer=booking.buyer)
    elif number < 0.2:
        pay_booking(booking_id=booking.pk, buyer_id=booking.buyer_id, card_number=GOOD_CARD)
    else:
        ends = database_now() + timedelta(seconds=0 if number < 0.9 else 60)
        positions = dice.sample(booking.positions, len(booking.positions))
        Booking.objects.filter(pk=booking.pk).update(expires_at=ends, positions=positions)


def _after(release: Callable[[Subsection], int], subsection_id: int) -> dict[str, Any]:
    """Return the subsection in memory and all rows after `release`, which is then rolled back."""
    with transaction.atomic():
        subsection = lock_subsection(subsection_id)
        rows: dict[str, Any] = {"count": release(subsection)}
        stored = Subsection.objects.get(pk=subsection_id)
        rows["in memory"] = {name: getattr(subsection, name) for name in ("version", "available", "reserved", "sold")}
        assert rows["in memory"] == {name: getattr(stored, name) for name in rows["in memory"]}
        for model in (Booking, Subsection, Ticket, SeatChange, EmailMessage):
            rows[model.__name__] = [_comparable(model, row) for row in model._default_manager.order_by("pk").values()]
        rows["EmailMessage"].sort(key=lambda email: email["booking_id"])
        transaction.set_rollback(True)
    return rows


def _comparable(model: type[Any], row: Mapping[str, Any]) -> dict[str, Any]:
    generated = GENERATED - {"id"} if model is Booking else GENERATED
    return {name: value for name, value in row.items() if name not in generated}
