"""Webhooks that fail: they are retried with growing delays, then given up, and never delay other endpoints."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.models import User
from bookings.holds.models import Booking
from bookings.states import WANTED_KINDS, DeliveryStatus
from bookings.webhooks import http_connection, worker_pool
from bookings.webhooks.delivery import RETRY_DELAYS, send_due_deliveries
from bookings.webhooks.endpoints import add_endpoint, roll_secret, send_test
from bookings.webhooks.models import Delivery, Endpoint
from bookings.webhooks.tests.receiver import Receiver, check
from core.clock import database_now

pytestmark = pytest.mark.django_db

Paid = Callable[..., Booking]


def pass_time() -> None:
    """Make all deliveries due and end all pauses."""
    Delivery.objects.update(due_at=database_now())
    Endpoint.objects.update(free_at=database_now())


def test_a_failed_message_is_sent_again_unchanged(carols_server: Receiver, paid_booking: Paid, alice: User) -> None:
    carols_server.responses = [500]
    paid_booking(alice)
    assert send_due_deliveries() == 1
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.http_status, delivery.failure) == ("waiting", 500, "Status 500: well")
    assert send_due_deliveries() == 0  # not yet
    pass_time()
    assert send_due_deliveries() == 1
    first, second = carols_server.messages
    assert (first.id, first.body) == (second.id, second.body)
    check(second, Endpoint.objects.get().secret)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts, delivery.http_status, delivery.failure) == ("delivered", 2, 200, "")
    assert Endpoint.objects.get().failing_since is None


def test_a_message_is_given_up_after_ten_attempts_in_three_days(
    carols_server: Receiver, paid_booking: Paid, alice: User
) -> None:
    carols_server.responses = [503] * 20
    paid_booking(alice)
    for delay in RETRY_DELAYS:
        pass_time()
        before = database_now()
        assert send_due_deliveries() == 1
        assert 0.79 <= (Delivery.objects.get().due_at - before) / delay <= 1.3
    pass_time()
    send_due_deliveries()
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.FAILED, 10)
    pass_time()
    assert send_due_deliveries() == 0
    assert sum(RETRY_DELAYS, timedelta(0)) > timedelta(days=3)


def test_a_failing_endpoint_is_paused_and_then_tried_with_one_message(
    carols_server: Receiver, paid_booking: Paid, alice: User
) -> None:
    for _ in range(3):
        paid_booking(alice, quantity=1)
    carols_server.responses = [500, 500, 500, 500]
    assert send_due_deliveries() == 3  # at the same time
    Delivery.objects.update(due_at=database_now())
    assert send_due_deliveries() == 0  # three are due, but the endpoint is paused
    pause = Endpoint.objects.get().free_at - database_now()
    assert timedelta(seconds=2) < pause < timedelta(seconds=7)
    Endpoint.objects.update(failing_since=database_now() - timedelta(hours=1), free_at=database_now())
    assert send_due_deliveries() == 1
    pause = Endpoint.objects.get().free_at - database_now()
    assert timedelta(minutes=3) < pause < timedelta(minutes=7)
    pass_time()
    assert send_due_deliveries() == 3
    assert len(carols_server.messages) == 7


def test_retry_after_sets_the_length_of_the_pause(carols_server: Receiver, paid_booking: Paid, alice: User) -> None:
    carols_server.responses = [(429, {"Retry-After": "600"})]
    paid_booking(alice)
    send_due_deliveries()
    assert Endpoint.objects.get().free_at - database_now() > timedelta(minutes=9)


@pytest.mark.parametrize("length", [20, 5_000])
def test_an_absurdly_long_retry_after_is_ignored(
    carols_server: Receiver, paid_booking: Paid, alice: User, length: int
) -> None:
    carols_server.responses = [(429, {"Retry-After": "9" * length})]
    paid_booking(alice)
    assert send_due_deliveries() == 1
    assert Delivery.objects.get().http_status == 429
    assert Endpoint.objects.get().free_at - database_now() < timedelta(minutes=1)


def test_a_later_failure_does_not_shorten_a_pause(carols_server: Receiver, paid_booking: Paid, alice: User) -> None:
    carols_server.responses = [(429, {"Retry-After": "600"}), 500, 200]
    for _ in range(3):
        paid_booking(alice, quantity=1)
    assert send_due_deliveries() == 3
    assert Endpoint.objects.get().free_at - database_now() > timedelta(minutes=9)


def test_a_redirect_is_a_failure_and_is_not_followed(
    carols_server: Receiver, carol: User, paid_booking: Paid, alice: User
) -> None:
    carols_server.responses = [(307, {"Location": "http://127.0.0.1:1/"})]
    paid_booking(alice)
    send_due_deliveries()
    assert Delivery.objects.get().http_status == 307
    assert len(carols_server.messages) == 1


@pytest.mark.parametrize("way", ["no response", "single bytes"])
def test_a_slow_response_is_cut_off(
    carols_server: Receiver, paid_booking: Paid, alice: User, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(http_connection, "TOTAL_SECONDS", 1)
    carols_server.sends_slowly, carols_server.delay = way == "single bytes", 30 if way == "no response" else 0
    paid_booking(alice)
    assert send_due_deliveries() == 1
    assert Delivery.objects.get().failure == "No response within 1 seconds."
    carols_server.sends_slowly, carols_server.delay = False, 0
    pass_time()
    send_due_deliveries()
    assert Delivery.objects.get().status == "delivered"


@pytest.mark.parametrize(("length", "connections"), [("4", 1), ("1000000", 2)])
def test_a_connection_is_reused_unless_the_response_is_too_long_to_be_read(
    carols_server: Receiver, length: str, connections: int
) -> None:
    carols_server.responses = [(200, {"Content-Length": length})] * 2
    headers = {"webhook-id": "m", "webhook-timestamp": "0", "webhook-signature": "v1,"}
    with worker_pool.WorkerPool[int](1) as pool:
        for number in range(2):
            pool.send(carols_server.url, b"{}", headers, subject=number)
            assert pool.free == 0
            assert [subject for subject, _ in pool.results()] == [number]
    assert carols_server.connections == connections


@pytest.mark.parametrize("size", ["4", "-5", "9" * 5_000, "nonsense"])
def test_a_response_may_have_any_chunk_size(
    carols_server: Receiver, paid_booking: Paid, alice: User, monkeypatch: pytest.MonkeyPatch, size: str
) -> None:
    monkeypatch.setattr(http_connection, "TOTAL_SECONDS", 1)  # the rest of an incomplete chunk never arrives
    carols_server.responses = [(200, {"Transfer-Encoding": f"chunked\r\n\r\n{size}\r\nwell"})]
    paid_booking(alice)
    send_due_deliveries()
    assert Delivery.objects.get().status == "delivered"


def test_a_connection_closed_by_the_receiver_is_opened_again(carols_server: Receiver, carol: User) -> None:
    connection = http_connection.HttpConnection(carols_server.url)
    headers = {"webhook-id": "m", "webhook-timestamp": "0", "webhook-signature": "v1,"}
    for _ in range(2):
        assert connection.post(b"{}", headers).status == 200
    carols_server.close_connections()
    assert connection.post(b"{}", headers).status == 200
    assert carols_server.connections == 2
    connection.close()


def test_a_refused_connection_is_recorded_and_retried(
    webhook_server: Receiver, carol: User, paid_booking: Paid, alice: User
) -> None:
    add_endpoint(seller=carol, url="http://127.0.0.1:1/", kinds=WANTED_KINDS)
    paid_booking(alice)
    send_due_deliveries()
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.http_status) == ("waiting", None)
    assert "refused" in delivery.failure


def test_a_body_that_cannot_be_built_stops_no_other_delivery(
    carols_server: Receiver, paid_booking: Paid, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        paid_booking(alice, quantity=1)
    Delivery.objects.filter(pk=Delivery.objects.latest("id").pk).update(subject=str(alice.pk))
    assert send_due_deliveries() == 2
    assert sorted(Delivery.objects.values_list("status", flat=True)) == ["delivered", "waiting"]
    assert Endpoint.objects.get().failing_since is None


def test_a_dead_endpoint_does_not_delay_others(
    carols_server: Receiver, carol: User, paid_booking: Paid, alice: User
) -> None:
    add_endpoint(seller=carol, url="http://127.0.0.1:1/", kinds=WANTED_KINDS)
    for _ in range(3):
        paid_booking(alice, quantity=1)
    assert send_due_deliveries() == 3 + 3
    assert len(carols_server.messages) == 3


def test_messages_are_signed_with_both_secrets_while_the_old_one_is_valid(carols_server: Receiver, carol: User) -> None:
    old = Endpoint.objects.get()
    new = roll_secret(endpoint_id=old.pk, by=carol)
    send_test(endpoint_id=old.pk, by=carol)
    send_due_deliveries()
    assert check(carols_server.messages[0], old.secret) == check(carols_server.messages[0], new.secret)
    assert check(carols_server.messages[0], new.secret)["type"] == "endpoint.test"
    Endpoint.objects.update(former_until=database_now())
    send_test(endpoint_id=old.pk, by=carol)
    send_due_deliveries()
    check(carols_server.messages[1], new.secret)
    with pytest.raises(AssertionError):
        check(carols_server.messages[1], old.secret)
