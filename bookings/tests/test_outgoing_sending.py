"""Webhooks to sellers that don't arrive at once: again, later, not for ever, and never in the way of others."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.models import User
from bookings.models import Booking, Delivery, Endpoint
from bookings.operations.endpoints import add_endpoint, roll_secret, send_test
from bookings.operations.outgoing import WAITS, send_due_deliveries
from bookings.outgoing import crew, line
from bookings.states import WANTED_KINDS, DeliveryStatus
from bookings.tests.receiver import Receiver, check
from events.clock import database_now

pytestmark = pytest.mark.django_db

Paid = Callable[..., Booking]


def pass_time() -> None:
    """Everything is due and everybody has rested."""
    Delivery.objects.update(due_at=database_now())
    Endpoint.objects.update(free_at=database_now())


def test_a_receiver_that_fails_gets_the_same_message_again(told: Receiver, paid_booking: Paid, alice: User) -> None:
    told.answers = [500]
    paid_booking(alice)
    assert send_due_deliveries() == 1
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.http_status, delivery.failure) == ("waiting", 500, "Answered 500: well")
    assert send_due_deliveries() == 0  # not yet
    pass_time()
    assert send_due_deliveries() == 1
    first, second = told.messages
    assert (first.id, first.body) == (second.id, second.body)
    check(second, Endpoint.objects.get().secret)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts, delivery.http_status, delivery.failure) == ("delivered", 2, 200, "")
    assert Endpoint.objects.get().failing_since is None


def test_it_is_tried_ten_times_in_three_days_and_then_given_up(told: Receiver, paid_booking: Paid, alice: User) -> None:
    told.answers = [503] * 20
    paid_booking(alice)
    for wait in WAITS:
        pass_time()
        before = database_now()
        assert send_due_deliveries() == 1
        assert 0.79 <= (Delivery.objects.get().due_at - before) / wait <= 1.3
    pass_time()
    send_due_deliveries()
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.FAILED, 10)
    pass_time()
    assert send_due_deliveries() == 0
    assert sum(WAITS, timedelta(0)) > timedelta(days=3)


def test_an_endpoint_that_fails_rests_and_is_then_tried_with_one_message(
    told: Receiver, paid_booking: Paid, alice: User
) -> None:
    for _ in range(3):
        paid_booking(alice, quantity=1)
    told.answers = [500, 500, 500, 500]
    assert send_due_deliveries() == 3  # together
    Delivery.objects.update(due_at=database_now())
    assert send_due_deliveries() == 0  # three are due, and nobody asks
    rest = Endpoint.objects.get().free_at - database_now()
    assert timedelta(seconds=2) < rest < timedelta(seconds=7)
    Endpoint.objects.update(failing_since=database_now() - timedelta(hours=1), free_at=database_now())
    assert send_due_deliveries() == 1
    rest = Endpoint.objects.get().free_at - database_now()
    assert timedelta(minutes=3) < rest < timedelta(minutes=7)
    pass_time()
    assert send_due_deliveries() == 3
    assert len(told.messages) == 7


def test_a_receiver_says_how_long_it_wants_to_rest(told: Receiver, paid_booking: Paid, alice: User) -> None:
    told.answers = [(429, {"Retry-After": "600"})]
    paid_booking(alice)
    send_due_deliveries()
    assert Endpoint.objects.get().free_at - database_now() > timedelta(minutes=9)


@pytest.mark.parametrize("length", [20, 5_000])
def test_a_rest_of_more_seconds_than_there_are_is_not_heeded(
    told: Receiver, paid_booking: Paid, alice: User, length: int
) -> None:
    told.answers = [(429, {"Retry-After": "9" * length})]
    paid_booking(alice)
    assert send_due_deliveries() == 1
    assert Delivery.objects.get().http_status == 429
    assert Endpoint.objects.get().free_at - database_now() < timedelta(minutes=1)


def test_what_fails_meanwhile_does_not_shorten_a_rest(told: Receiver, paid_booking: Paid, alice: User) -> None:
    told.answers = [(429, {"Retry-After": "600"}), 500, 200]
    for _ in range(3):
        paid_booking(alice, quantity=1)
    assert send_due_deliveries() == 3
    assert Endpoint.objects.get().free_at - database_now() > timedelta(minutes=9)


def test_a_redirect_is_a_failure_and_is_not_followed(
    told: Receiver, carol: User, paid_booking: Paid, alice: User
) -> None:
    told.answers = [(307, {"Location": "http://127.0.0.1:1/"})]
    paid_booking(alice)
    send_due_deliveries()
    assert Delivery.objects.get().http_status == 307
    assert len(told.messages) == 1


@pytest.mark.parametrize("way", ["silence", "drops"])
def test_a_slow_receiver_is_hung_up_on(
    told: Receiver, paid_booking: Paid, alice: User, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(line, "WHOLE_SECONDS", 1)
    told.drips, told.pause = way == "drops", 30 if way == "silence" else 0
    paid_booking(alice)
    assert send_due_deliveries() == 1
    assert Delivery.objects.get().failure == "No answer within 1 seconds."
    told.drips, told.pause = False, 0
    pass_time()
    send_due_deliveries()
    assert Delivery.objects.get().status == "delivered"


@pytest.mark.parametrize(("length", "connections"), [("4", 1), ("1000000", 2)])
def test_a_connection_is_kept_unless_the_answer_is_too_long_to_be_read(
    told: Receiver, length: str, connections: int
) -> None:
    told.answers = [(200, {"Content-Length": length})] * 2
    headers = {"webhook-id": "m", "webhook-timestamp": "0", "webhook-signature": "v1,"}
    with crew.Crew[int](1) as one:
        for number in range(2):
            one.send(told.url, b"{}", headers, about=number)
            assert one.free == 0
            assert [about for about, _ in one.answers()] == [number]
    assert told.connections == connections


@pytest.mark.parametrize("size", ["4", "-5", "9" * 5_000, "nonsense"])
def test_the_parts_of_an_answer_may_have_any_length(
    told: Receiver, paid_booking: Paid, alice: User, monkeypatch: pytest.MonkeyPatch, size: str
) -> None:
    monkeypatch.setattr(line, "WHOLE_SECONDS", 1)  # the rest of a part that was cut short never comes
    told.answers = [(200, {"Transfer-Encoding": f"chunked\r\n\r\n{size}\r\nwell"})]
    paid_booking(alice)
    send_due_deliveries()
    assert Delivery.objects.get().status == "delivered"


def test_a_connection_that_the_receiver_has_closed_is_made_anew(told: Receiver, carol: User) -> None:
    kept = line.Line(told.url)
    headers = {"webhook-id": "m", "webhook-timestamp": "0", "webhook-signature": "v1,"}
    for _ in range(2):
        assert kept.post(b"{}", headers).status == 200
    told.hang_up()
    assert kept.post(b"{}", headers).status == 200
    assert told.connections == 2
    kept.close()


def test_nobody_at_the_address(shop: Receiver, carol: User, paid_booking: Paid, alice: User) -> None:
    add_endpoint(seller=carol, url="http://127.0.0.1:1/", kinds=WANTED_KINDS)
    paid_booking(alice)
    send_due_deliveries()
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.http_status) == ("waiting", None)
    assert "refused" in delivery.failure


def test_a_message_that_cannot_be_made_stops_no_other(
    told: Receiver, paid_booking: Paid, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        paid_booking(alice, quantity=1)
    Delivery.objects.filter(pk=Delivery.objects.latest("id").pk).update(subject=str(alice.pk))
    assert send_due_deliveries() == 2
    assert sorted(Delivery.objects.values_list("status", flat=True)) == ["delivered", "waiting"]
    assert Endpoint.objects.get().failing_since is None


def test_a_dead_endpoint_is_in_nobodys_way(told: Receiver, carol: User, paid_booking: Paid, alice: User) -> None:
    add_endpoint(seller=carol, url="http://127.0.0.1:1/", kinds=WANTED_KINDS)
    for _ in range(3):
        paid_booking(alice, quantity=1)
    assert send_due_deliveries() == 3 + 3
    assert len(told.messages) == 3


def test_while_the_secret_changes_both_sign(told: Receiver, carol: User) -> None:
    old = Endpoint.objects.get()
    new = roll_secret(endpoint_id=old.pk, by=carol)
    send_test(endpoint_id=old.pk, by=carol)
    send_due_deliveries()
    assert check(told.messages[0], old.secret) == check(told.messages[0], new.secret)
    assert check(told.messages[0], new.secret)["type"] == "endpoint.test"
    Endpoint.objects.update(former_until=database_now())
    send_test(endpoint_id=old.pk, by=carol)
    send_due_deliveries()
    check(told.messages[1], new.secret)
    with pytest.raises(AssertionError):
        check(told.messages[1], old.secret)
