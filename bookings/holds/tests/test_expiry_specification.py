"""Ending many holds at once leaves the same rows as ending them one by one."""

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
MADE_ANEW = {"id", "at", "updated_at", "due_at", "written_at", "hash"}  # ids, times and what follows from them


@pytest.fixture
def buyers(new_user: Callable[..., User], concert: Event) -> list[User]:
    """Five buyers without a limit."""
    Event.objects.update(max_active_holds=1000)
    return [new_user(f"buyer{number}") for number in range(5)]


@pytest.mark.parametrize("story", range(12))
def test_many_ends_at_once_leave_the_rows_of_as_many_ends_one_by_one(
    hold: Hold, buyers: list[User], concert: Event, story: int
) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for booking in [hold(chance.choice(buyers), **_wish(chance)) for _ in range(chance.randint(0, 14))]:
        _live(booking, chance)
    block = Subsection.objects.filter(event=concert).earliest("id")
    assert _after(release_expired, block.pk) == _after(specification.release_expired, block.pk)


def _wish(chance: random.Random) -> dict[str, Any]:
    """The best seats of the first block, now and then of another."""
    if chance.random() < 0.1:
        return {"section": "B", "quantity": 2}
    return {"quantity": chance.randint(1, 3)}


def _live(booking: Booking, chance: random.Random) -> None:
    """What becomes of a hold: most end, their seats in no order."""
    fate = chance.random()
    if fate < 0.1:
        cancel_booking(booking_id=booking.pk, buyer=booking.buyer)
    elif fate < 0.2:
        pay_booking(booking_id=booking.pk, buyer_id=booking.buyer_id, card_number=GOOD_CARD)
    else:
        ends = database_now() + timedelta(seconds=0 if fate < 0.9 else 60)
        positions = chance.sample(booking.positions, len(booking.positions))
        Booking.objects.filter(pk=booking.pk).update(expires_at=ends, positions=positions)


def _after(release: Callable[[Subsection], int], block_id: int) -> dict[str, Any]:
    """What the block in memory and all tables hold after the release, which is then taken back."""
    with transaction.atomic():
        block = lock_subsection(block_id)
        rows: dict[str, Any] = {"count": release(block)}
        stored = Subsection.objects.get(pk=block_id)
        rows["in memory"] = {name: getattr(block, name) for name in ("version", "available", "reserved", "sold")}
        assert rows["in memory"] == {name: getattr(stored, name) for name in rows["in memory"]}
        for model in (Booking, Subsection, Ticket, SeatChange, EmailMessage):
            rows[model.__name__] = [_lasting(model, row) for row in model._default_manager.order_by("pk").values()]
        rows["EmailMessage"].sort(key=lambda email: email["booking_id"])
        transaction.set_rollback(True)
    return rows


def _lasting(model: type[Any], row: Mapping[str, Any]) -> dict[str, Any]:
    made_anew = MADE_ANEW - {"id"} if model is Booking else MADE_ANEW
    return {name: value for name, value in row.items() if name not in made_anew}
