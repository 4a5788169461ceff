"""Admission from the queue: in order, at the set rate, within `max_active`. Tests set the clock instead of waiting."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest

from accounts.models import User
from bookings.holds.hold import hold_seats
from bookings.holds.hold_request import HoldRequest
from bookings.payments.pay import pay_booking
from bookings.states import SelectionMode
from bookings.testing.crowd import crowd
from bookings.waiting_room import pace
from bookings.waiting_room.admit import admit_from_queue
from bookings.waiting_room.join import join_queue, leave_queue, queue_position
from bookings.waiting_room.models import QueuePass
from bookings.waiting_room.room import MAX_CATCH_UP_SECONDS, REBUILD_SECONDS, Room
from bookings.waiting_room.shuffle import place_of, shuffled
from conftest import GOOD_CARD
from core.clock import Now, database_now
from core.redis import client
from events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 100_000


def many_users(number: int) -> list[int]:
    users = [User(email=f"crowd{n}@example.com", name="Crowd", password="!") for n in range(number)]
    return [user.pk for user in User.objects.bulk_create(users, batch_size=5_000)]


def change(event: Event, **fields: Any) -> None:
    Event.objects.filter(pk=event.pk).update(**fields)


def admit_each_second(first: int, last: int) -> Iterator[int]:
    """Admit at each of these seconds and yield the number of users admitted."""
    for second in range(first, last + 1):
        yield admit_from_queue(at=second)


@pytest.fixture
def queue_of(waiting_room: Event) -> Callable[[int], list[int]]:
    """A function that creates users who have joined one after the other."""

    def make(number: int) -> list[int]:
        users = many_users(number)
        for user_id in users:
            Room(waiting_room.pk).join(user_id, at=0)
        admit_from_queue(at=0)  # starts the clock of admission
        return users

    return make


def test_a_hundred_thousand_users_are_admitted_in_order_at_the_set_rate(waiting_room: Event) -> None:
    change(waiting_room, admit_per_minute=50_000, max_active=MANY, pass_seconds=86_400)
    users = many_users(MANY)
    early, late = users[: MANY // 2], users[MANY // 2 :]
    room, seed = Room(waiting_room.pk), waiting_room.shuffle_seed
    for user_id in early:
        room.join(user_id, opens_at=100, early=place_of(seed, user_id), at=50)
    for user_id in late:
        room.join(user_id, opens_at=100, early=place_of(seed, user_id), at=100)
    order = shuffled(seed, early) + late

    admit_from_queue(at=100)
    admitted = 0
    for second in range(1, 200):
        number = admit_from_queue(at=100 + second)
        admitted += number
        due = min(MANY, second * 50_000 / 60)
        assert abs(admitted - due) <= max(1, 0.02 * due)
        if admitted == MANY:
            break
    batches: dict[Any, set[int]] = {}
    for user_id, issued_at in QueuePass.objects.order_by("issued_at").values_list("user_id", "issued_at"):
        batches.setdefault(issued_at, set()).add(user_id)
    for batch in batches.values():
        assert batch == set(order[: len(batch)])
        del order[: len(batch)]
    assert order == []
    assert len(room) == 0


def test_fractions_of_a_user_are_carried_over(waiting_room: Event, queue_of: Callable[[int], list[int]]) -> None:
    change(waiting_room, admit_per_minute=100)
    queue_of(200)
    admitted = list(admit_each_second(1, 60))
    assert sum(admitted) == 100
    assert set(admitted) == {1, 2}


def test_simultaneous_calls_admit_no_more_than_one(waiting_room: Event, queue_of: Callable[[int], list[int]]) -> None:
    change(waiting_room, admit_per_minute=600)
    queue_of(400)
    for second in range(1, 11):
        crowd(4, lambda n, second=second: admit_from_queue(at=second))  # type: ignore[misc]
    assert QueuePass.objects.count() == 100
    assert QueuePass.objects.values("user").distinct().count() == 100


def test_simultaneous_calls_for_different_seconds_admit_nobody_twice(
    waiting_room: Event, queue_of: Callable[[int], list[int]]
) -> None:
    change(waiting_room, admit_per_minute=600, max_active=150)
    queue_of(400)
    for first in range(1, 41, 4):
        crowd(4, lambda n, first=first: admit_from_queue(at=first + n))  # type: ignore[misc]
    admit_from_queue(at=45)
    assert QueuePass.objects.count() == QueuePass.objects.values("user").distinct().count() == 150


def test_calls_more_often_than_once_a_second_admit_no_more(
    waiting_room: Event, queue_of: Callable[[int], list[int]]
) -> None:
    queue_of(50)
    assert sum(admit_from_queue(at=moment / 7) for moment in range(1, 71)) == 10


def test_a_late_call_makes_up_for_a_limited_number_of_seconds(
    waiting_room: Event, queue_of: Callable[[int], list[int]]
) -> None:
    queue_of(200)
    assert admit_from_queue(at=3) == 3
    assert admit_from_queue(at=103) == MAX_CATCH_UP_SECONDS


def test_nobody_is_admitted_when_the_clock_goes_back(waiting_room: Event, queue_of: Callable[[int], list[int]]) -> None:
    queue_of(20)
    assert admit_from_queue(at=5) == 5
    assert admit_from_queue(at=2) == 0
    assert admit_from_queue(at=3) == 1


def test_no_more_passes_are_active_than_max_active(waiting_room: Event, queue_of: Callable[[int], list[int]]) -> None:
    change(waiting_room, admit_per_minute=600, max_active=12)
    queue_of(60)
    assert list(admit_each_second(1, 3)) == [10, 2, 0]

    ended, buyer, leaver = QueuePass.objects.all()[:3]
    QueuePass.objects.filter(pk=ended.pk).update(ends_at=Now())
    assert admit_from_queue(at=4) == 1
    hold_request = HoldRequest(waiting_room.pk, "A", 1, SelectionMode.BEST_AVAILABLE, 1)
    booking = hold_seats(buyer_id=buyer.user_id, hold_request=hold_request, pass_issued_at=buyer.issued_at)
    assert admit_from_queue(at=5) == 0
    pay_booking(booking_id=booking.pk, buyer_id=buyer.user_id, card_number=GOOD_CARD)
    assert admit_from_queue(at=6) == 1
    leave_queue(event_id=waiting_room.pk, user=leaver.user)
    assert list(admit_each_second(7, 8)) == [1, 0]


def test_admissions_that_max_active_prevented_are_not_made_up_for(
    waiting_room: Event, queue_of: Callable[[int], list[int]]
) -> None:
    change(waiting_room, max_active=1)
    queue_of(20)
    assert sum(admit_each_second(1, 10)) == 1
    change(waiting_room, max_active=100)
    assert list(admit_each_second(11, 13)) == [1, 1, 1]


def test_nobody_is_admitted_while_paused_and_then_the_rate_is_as_before(
    waiting_room: Event, queue_of: Callable[[int], list[int]]
) -> None:
    queue_of(20)
    assert sum(admit_each_second(1, 3)) == 3
    change(waiting_room, admission_paused=True)
    assert sum(admit_each_second(4, 30)) == 0
    change(waiting_room, admission_paused=False)
    assert list(admit_each_second(31, 33)) == [1, 1, 1]


def test_slow_holds_reduce_the_share_of_the_set_rate() -> None:
    assert [pace.share_of_rate(p95) for p95 in (None, 0.01, 0.5, 1.0, 2.5, 60.0)] == [1.0, 1.0, 1.0, 0.5, 0.2, 0.1]


def test_the_share_of_the_rate_applies_to_admission(
    waiting_room: Event, queue_of: Callable[[int], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    change(waiting_room, admit_per_minute=600)
    queue_of(40)
    monkeypatch.setattr("bookings.waiting_room.pace.slowdown", lambda: 0.5)
    assert list(admit_each_second(1, 4)) == [5, 5, 5, 5]


def test_each_event_has_a_queue_of_its_own(
    waiting_room: Event, new_event: Callable[..., Event], alice: User, bob: User
) -> None:
    other = new_event(waiting_room_on=True)
    for event, user in ((waiting_room, alice), (other, bob)):
        assert join_queue(event_id=event.pk, user=user, at=0).rank == 0
    admit_from_queue(at=0)
    assert admit_from_queue(at=1) == 2


def test_nobody_is_admitted_when_the_event_has_ended_or_its_waiting_room_is_off(
    waiting_room: Event, alice: User
) -> None:
    join_queue(event_id=waiting_room.pk, user=alice, at=0)
    for fields in ({"waiting_room_on": False}, {"waiting_room_on": True, "status": "ended"}):
        change(waiting_room, **fields)
        assert sum(admit_each_second(0, 5)) == 0
    assert not QueuePass.objects.exists()


def test_deleted_and_locked_users_are_skipped(waiting_room: Event, queue_of: Callable[[int], list[int]]) -> None:
    deleted, locked, third = queue_of(3)
    User.objects.filter(pk=deleted).delete()
    User.objects.filter(pk=locked).update(is_active=False)
    assert sum(admit_each_second(1, 3)) == 3
    assert [queue_pass.user_id for queue_pass in QueuePass.objects.all()] == [third]
    assert len(Room(waiting_room.pk)) == 0


def test_a_failure_before_the_commit_costs_nobody_their_place(
    waiting_room: Event, queue_of: Callable[[int], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    users = queue_of(5)
    with monkeypatch.context() as broken:
        broken.setattr("bookings.waiting_room.admit._issue_passes", lambda event, users: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            admit_from_queue(at=1)
    assert len(Room(waiting_room.pk)) == 5
    assert list(admit_each_second(2, 3)) == [1, 1]
    assert [queue_pass.user_id for queue_pass in QueuePass.objects.all()] == users[:2]


def test_a_user_left_in_the_queue_after_the_commit_gets_no_second_pass(
    waiting_room: Event, queue_of: Callable[[int], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    users = queue_of(3)
    with monkeypatch.context() as broken:
        broken.setattr("bookings.waiting_room.room.Room.remove", lambda self, users: None)
        admit_from_queue(at=1)
    assert sum(admit_each_second(2, 4)) == 3
    assert sorted(queue_pass.user_id for queue_pass in QueuePass.objects.all()) == users


def test_a_lost_queue_admits_nobody_until_buyers_have_returned(
    waiting_room: Event, new_user: Callable[..., User]
) -> None:
    start = database_now().timestamp()
    people = [new_user(f"person{number}") for number in range(6)]
    tokens = {user.pk: join_queue(event_id=waiting_room.pk, user=user, at=start).token for user in people}
    admit_from_queue(at=start)
    client().flushdb()

    back = start + 60
    stranger = new_user("stranger")
    join_queue(event_id=waiting_room.pk, user=stranger, at=back)
    assert admit_from_queue(at=back + 1) == 0
    for user in reversed(people):
        join_queue(event_id=waiting_room.pk, user=user, token=tokens[user.pk], at=back + 2)
    assert [queue_position(event_id=waiting_room.pk, user=user).rank for user in (*people, stranger)] == [*range(7)]
    assert sum(admit_from_queue(at=back + second) for second in range(3, REBUILD_SECONDS)) == 0
    assert sum(admit_from_queue(at=back + REBUILD_SECONDS + second) for second in range(8)) == 7
    admitted = [queue_pass.user_id for queue_pass in QueuePass.objects.order_by("issued_at")]
    assert admitted == [*(user.pk for user in people), stranger.pk]


def test_scores_of_joining_always_increase(waiting_room: Event) -> None:
    room = Room(waiting_room.pk)
    scores = [room.join(user_id, at=at).score for user_id, at in enumerate([5, 5, 5, 4, 6, 6], start=1)]
    assert all(earlier < later for earlier, later in pairwise(scores))
