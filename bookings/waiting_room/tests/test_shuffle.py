"""The lottery among users who come before the sale: nobody can predict it, and anyone can verify it."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from bookings.waiting_room.admit import admit_from_queue
from bookings.waiting_room.join import join_queue, queue_position
from bookings.waiting_room.models import QueueLottery
from bookings.waiting_room.shuffle import place_of, shuffled
from core.clock import database_now
from events.models import Event, new_seed

Shop = Callable[..., Event]


@pytest.fixture
def tomorrow(waiting_room: Event) -> Event:
    """A waiting room whose event goes on sale in a day."""
    waiting_room.sales_start_at = database_now() + timedelta(days=1)
    waiting_room.save()
    return waiting_room


def start_sale(event: Event) -> None:
    Event.objects.filter(pk=event.pk).update(sales_start_at=database_now() - timedelta(seconds=1))


def output_of_the_command(event: Event) -> str:
    out = StringIO()
    call_command("verify_shuffle", event=event.pk, stdout=out)
    return out.getvalue()


def test_anyone_can_compute_a_place_from_the_seed() -> None:
    digest = hmac.new(b"a seed", b"42", hashlib.sha256).hexdigest()
    assert place_of("a seed", 42) == int(digest[:13], 16) / 2**52


def test_the_order_is_independent_of_the_order_of_user_ids() -> None:
    users = list(range(1, 10_001))
    orders = [shuffled(new_seed(), users) for _ in range(2)]
    assert sorted(orders[0]) == sorted(orders[1]) == users
    for order in (*orders, [orders[0].index(user) for user in orders[1]]):
        ahead = sum(earlier < later for earlier, later in pairwise(order))
        assert 4_700 < ahead < 5_300  # about half of the neighbours are in order, as in any random order


@pytest.mark.django_db(transaction=True)
def test_places_are_unknown_before_the_sale_and_then_decided_by_the_seed(
    tomorrow: Event, new_user: Callable[..., User]
) -> None:
    early = [new_user(f"early{number}") for number in range(8)]
    for number, user in enumerate(early):
        assert join_queue(event_id=tomorrow.pk, user=user).ahead == number
    admit_from_queue()
    assert {queue_position(event_id=tomorrow.pk, user=user).ahead for user in early} == {7}  # the worst case for all

    start_sale(tomorrow)
    late = join_queue(event_id=tomorrow.pk, user=new_user("late"))
    admit_from_queue()
    order = shuffled(tomorrow.shuffle_seed, [user.pk for user in early])
    standings = {user.pk: queue_position(event_id=tomorrow.pk, user=user).ahead for user in early}
    assert sorted(standings, key=lambda pk: standings[pk]) == order
    assert (late.event.drawn_at, late.rank) == (None, 8)


@pytest.mark.django_db(transaction=True)
def test_the_seed_is_published_with_the_lottery_and_matches_the_earlier_hash(tomorrow: Event, alice: User) -> None:
    published_hash = tomorrow.seed_hash
    join_queue(event_id=tomorrow.pk, user=alice)
    admit_from_queue()
    tomorrow.refresh_from_db()
    assert (tomorrow.shown_seed, tomorrow.drawn_at) == (None, None)

    start_sale(tomorrow)
    admit_from_queue()
    tomorrow.refresh_from_db()
    assert hashlib.sha256(str(tomorrow.shown_seed).encode()).hexdigest() == published_hash


@pytest.mark.django_db(transaction=True)
def test_the_command_verifies_the_lottery(tomorrow: Event, new_user: Callable[..., User]) -> None:
    for number in range(20):
        join_queue(event_id=tomorrow.pk, user=new_user(f"early{number}"))
    with pytest.raises(CommandError, match="secret until the sale begins"):
        output_of_the_command(tomorrow)

    start_sale(tomorrow)
    for second in range(6):
        admit_from_queue(at=second)
    output = output_of_the_command(tomorrow)
    assert "20 came early" in output
    assert "5 of them so far, 0 after a user behind them" in output
    assert "The order is that of the seed." in output


@pytest.mark.django_db(transaction=True)
def test_the_command_detects_a_user_who_was_moved_to_the_front(tomorrow: Event, new_user: Callable[..., User]) -> None:
    for number in range(20):
        join_queue(event_id=tomorrow.pk, user=new_user(f"early{number}"))
    start_sale(tomorrow)
    admit_from_queue()
    lottery = QueueLottery.objects.get()
    lottery.user_ids = [lottery.user_ids[-1], *lottery.user_ids[:-1]]
    lottery.save()
    with pytest.raises(CommandError, match="from place 1 on"):
        output_of_the_command(tomorrow)


@pytest.mark.django_db
def test_the_command_fails_for_an_unknown_event() -> None:
    with pytest.raises(CommandError, match="no such event"):
        call_command("verify_shuffle", event=987_654)
