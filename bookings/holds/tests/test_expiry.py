"""Holds end at their deadline, by the database's clock; the sweep records it and frees the seats."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import redis
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connection, transaction

from accounts.models import User
from bookings.holds.expiry import expire_holds, expire_in, release_expired
from bookings.holds.models import Booking
from bookings.publish import buyer_group
from bookings.states import BookingStatus
from bookings.testing.crowd import crowd
from core.clock import database_now
from events.inventory.seats import lock_subsection
from events.models import Event, SeatChange, Subsection
from events.publish import event_group
from realtime.internals.channels_redis import RedisSender

Hold = Callable[..., Booking]


def test_the_sweep_frees_the_seats_of_expired_holds(hold: Hold, alice: User, bob: User, concert: Event) -> None:
    over = [hold(alice), hold(alice, section="B")]
    running = hold(bob)
    Booking.objects.filter(buyer=alice).update(expires_at=database_now())
    assert expire_holds() == 2
    assert set(Booking.objects.filter(status=BookingStatus.EXPIRED)) == set(over)
    subsections = Subsection.objects.filter(event=concert).values_list("available", "reserved", "version")
    assert list(subsections) == [(48, 2, 3), (50, 0, 0), (50, 0, 2), (50, 0, 0)]
    running.refresh_from_db()
    assert running.status == BookingStatus.PENDING_PAYMENT


def test_a_second_sweep_changes_nothing(hold: Hold, alice: User) -> None:
    hold(alice)
    Booking.objects.update(expires_at=database_now())
    assert [expire_holds(), expire_holds()] == [1, 0]
    assert SeatChange.objects.filter(kind="expired").count() == 1


def test_paid_and_cancelled_bookings_never_expire(paid_booking: Hold, alice: User) -> None:
    booking = paid_booking(alice)
    Booking.objects.update(expires_at=database_now())
    assert expire_holds() == 0
    booking.refresh_from_db()
    assert booking.status == BookingStatus.PAID


@pytest.mark.parametrize("holds", [1, 20])
def test_ending_any_number_of_holds_takes_four_statements(
    hold: Hold, alice: User, concert: Event, holds: int, django_assert_num_queries: Any
) -> None:
    Event.objects.update(max_active_holds=1000)
    for _ in range(holds):
        hold(alice)
    subsection = lock_subsection(Subsection.objects.earliest("id").pk)
    with django_assert_num_queries(1):
        assert release_expired(subsection) == 0
    Booking.objects.update(expires_at=database_now())
    with django_assert_num_queries(4):
        assert release_expired(subsection) == holds


def test_ended_holds_are_published_as_one_change_and_to_each_buyer(
    hold: Hold, alice: User, bob: User, concert: Event, django_capture_on_commit_callbacks: Any
) -> None:
    holds = [hold(alice, "1-2", "1-1"), hold(bob, "3-1"), hold(alice, "2-1")]
    Booking.objects.update(expires_at=database_now())
    with subscribed(event_group(concert.pk), buyer_group(alice.pk), buyer_group(bob.pk)) as messages:
        with django_capture_on_commit_callbacks(execute=True):
            expire_holds()
        seats, *changes = [next(messages) for _ in range(4)]
    assert (seats["from_version"], seats["version"], seats["status"]) == (3, 6, "available")
    assert (seats["available"], seats["reserved"], sorted(seats["positions"])) == (50, 0, [0, 1, 10, 20])
    assert [(message["group"], message["booking_id"], message["status"]) for message in changes] == [
        (buyer_group(booking.buyer_id), str(booking.pk), "expired") for booking in holds
    ]


@contextmanager
def subscribed(*groups: str) -> Iterator[Iterator[dict[str, Any]]]:
    """Return the messages that are published to the groups inside the context, in order."""
    layer: Any = get_channel_layer()
    client = redis.Redis.from_url(settings.REDIS_BROKER_URL)
    with client, client.pubsub() as subscriber:
        subscriber.subscribe(*(RedisSender(layer).channel_of(group) for group in groups))
        messages = (
            subscriber.get_message(timeout=5) or pytest.fail("No further message was published.") for _ in iter(int, 1)
        )
        yield (layer.deserialize(message["data"]) for message in messages if message["type"] == "message")


@pytest.mark.django_db(transaction=True)
def test_a_hold_extended_while_the_sweep_waits_for_its_lock_does_not_end(hold: Hold, alice: User, bob: User) -> None:
    """An extension locks only the booking, so the sweep must check the deadline again after waiting."""
    over, extended = hold(alice), hold(bob)
    Booking.objects.update(expires_at=database_now())

    results: list[Any] = []
    swept = threading.Thread(target=lambda: results.extend(crowd(1, lambda n: expire_holds())))
    with transaction.atomic():
        Booking.objects.filter(pk=extended.pk).update(expires_at=database_now() + timedelta(minutes=1))
        swept.start()
        wait_until_a_transaction_waits_for_a_lock()
    swept.join(30)
    assert results == [1]
    assert set(Booking.objects.values_list("pk", "status")) == {
        (over.pk, BookingStatus.EXPIRED),
        (extended.pk, BookingStatus.PENDING_PAYMENT),
    }


@pytest.mark.django_db(transaction=True)
def test_expire_in_waits_for_the_subsections_lock_unless_it_may_skip(hold: Hold, alice: User) -> None:
    subsection_id = hold(alice).subsection_id
    Booking.objects.update(expires_at=database_now())
    results: list[Any] = []
    waiting = threading.Thread(target=lambda: results.extend(crowd(1, lambda n: expire_in(subsection_id))))
    with transaction.atomic():
        lock_subsection(subsection_id)
        assert crowd(1, lambda n: expire_in(subsection_id, wait=False)) == [0]
        waiting.start()
        wait_until_a_transaction_waits_for_a_lock()
    waiting.join(30)
    assert results == [1]


def wait_until_a_transaction_waits_for_a_lock() -> None:
    """Wait at most ten seconds."""
    for _ in range(1000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    pytest.fail("No transaction waits for a lock.")
