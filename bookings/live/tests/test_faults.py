"""A buyer receives each change of a booking within about a second, even if Redis or the workers fail."""

import time
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
from channels_redis.pubsub import RedisPubSubChannelLayer

from bookings.holds.expiry import expire_holds
from bookings.holds.models import Booking
from bookings.payments.pay import pay_booking
from conftest import GOOD_CARD
from core.clock import database_now
from realtime.publish import Publisher
from realtime.tests.servers import daphne, free_port, valkey

MAX_SECONDS = 1.6  # one read of the database per second, and a slow machine

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cookie_of(client_of):
    return lambda user: f"sessionid={client_of(user).cookies['sessionid'].value}"


@pytest.fixture
def separate_redis(monkeypatch, tmp_path):
    """A function that starts a Redis at the address that messages are published to, and that address."""
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    publisher = Publisher(RedisPubSubChannelLayer(hosts=[url], prefix="ticketing-0"))
    monkeypatch.setattr("realtime.publish._publisher", lambda: publisher)
    return lambda: valkey(port, tmp_path), url


@contextmanager
def both_transports(server, booking, cookie):
    """Open the buyer's socket and stream, and skip the initial messages."""
    with ExitStack() as both:
        socket = both.enter_context(
            server.socket(f"/ws/event/{booking.event_id}", additional_headers={"Cookie": cookie})
        )
        stream = both.enter_context(server.stream(f"/api/booking/event/{booking.event_id}/sse", cookie=cookie))
        socket.expect("snapshot")
        stream.wait_for_comment()
        yield socket, stream


def wait_for_status(socket, stream, booking, status):
    """Wait until both transports report that the booking has this status."""
    while (frame := socket.expect("booking_updated")["booking"])["status"] != status:
        pass
    while (message := stream.receive().data).get("status") != status:
        pass
    assert frame["id"] == message["booking_id"] == str(booking.pk)


def duration_of(action) -> float:
    started = time.monotonic()
    action()
    return time.monotonic() - started


def test_a_payment_is_received_within_a_second_after_a_restart_of_redis(separate_redis, hold, alice, cookie_of):
    start_redis, url = separate_redis
    booking = hold(alice, "1-1")

    def pay_and_receive():
        pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD_CARD)
        wait_for_status(socket, stream, booking, "paid")

    with (
        start_redis() as redis,
        daphne(REDIS_URL=url) as server,
        both_transports(server, booking, cookie_of(alice)) as (socket, stream),
    ):
        redis.kill()
        redis.wait()
        with start_redis():
            assert duration_of(pay_and_receive) < MAX_SECONDS


def test_an_expiry_is_received_within_a_second_after_a_restart_of_redis(separate_redis, hold, alice, cookie_of):
    start_redis, url = separate_redis
    booking = hold(alice, "1-1")

    def expire_and_receive():
        Booking.objects.filter(pk=booking.pk).update(expires_at=database_now())
        expire_holds()
        wait_for_status(socket, stream, booking, "expired")

    with (
        start_redis() as redis,
        daphne(REDIS_URL=url) as server,
        both_transports(server, booking, cookie_of(alice)) as (socket, stream),
    ):
        redis.kill()
        redis.wait()
        with start_redis():
            assert duration_of(expire_and_receive) < MAX_SECONDS


def test_the_end_of_a_hold_is_received_on_time_without_a_worker(
    live_server_of_streams, hold, alice, cookie_of, client_of
):
    booking = hold(alice, "1-1")
    ends = timedelta(seconds=2)
    with both_transports(live_server_of_streams, booking, cookie_of(alice)) as (socket, stream):
        Booking.objects.filter(pk=booking.pk).update(expires_at=database_now() + ends)
        waited = duration_of(lambda: wait_for_status(socket, stream, booking, "expired"))
        shown = client_of(alice).get(f"/api/booking/{booking.pk}").json()
    assert ends.total_seconds() - 0.1 < waited < ends.total_seconds() + MAX_SECONDS
    assert (shown["status"], shown["seconds_left"]) == ("expired", 0)
    assert "time to pay" in shown["failure"]
    assert Booking.objects.get(pk=booking.pk).status == "pending_payment"
