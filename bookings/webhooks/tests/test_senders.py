"""Several senders at a time, and senders that die: each message is sent by one of them, and slow endpoints delay no
others."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db.models import QuerySet

from accounts.models import User
from bookings.holds.models import Booking
from bookings.states import WANTED_KINDS, DeliveryKind, DeliveryStatus
from bookings.testing.crowd import crowd
from bookings.webhooks import delivery
from bookings.webhooks.delivery import MAX_CONCURRENT, send_due_deliveries
from bookings.webhooks.endpoints import add_endpoint
from bookings.webhooks.models import Delivery, Endpoint
from bookings.webhooks.tests.receiver import Receiver, receiver
from core.clock import database_now
from realtime.tests.servers import own_services
from ticketing.celery import app

pytestmark = pytest.mark.django_db

Paid = Callable[..., Booking]


def pass_time() -> None:
    """Make all deliveries due and end all pauses."""
    Delivery.objects.update(due_at=database_now())
    Endpoint.objects.update(free_at=database_now())


def test_after_a_sender_dies_another_sends_the_same_message_again(
    carols_server: Receiver, paid_booking: Paid, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*args: object) -> None:
        raise Killed

    paid_booking(alice)
    with monkeypatch.context() as patch:
        patch.setattr(delivery, "_record_result", die)
        with pytest.raises(Killed):
            send_due_deliveries()
    assert Delivery.objects.get().status == DeliveryStatus.SENDING
    assert send_due_deliveries() == 0  # its claim still holds
    pass_time()
    assert send_due_deliveries() == 1
    first, second = carols_server.messages
    assert (first.id, first.body) == (second.id, second.body)


def test_a_sender_whose_claim_has_ended_changes_nothing(
    carols_server: Receiver, paid_booking: Paid, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid_booking(alice)
    carols_server.responses = [500]
    record_result = delivery._record_result

    def too_late(*args: Any) -> None:
        monkeypatch.setattr(delivery, "_record_result", record_result)
        pass_time()
        send_due_deliveries()
        record_result(*args)

    monkeypatch.setattr(delivery, "_record_result", too_late)
    send_due_deliveries()
    assert [Delivery.objects.get().status, len(carols_server.messages)] == ["delivered", 2]


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until the condition is true, ten seconds at most."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def many_due(endpoint: Endpoint, number: int) -> None:
    """Create `number` due deliveries to the endpoint."""
    now = database_now()
    kind, subject = DeliveryKind.TEST, str(endpoint.pk)
    Delivery.objects.bulk_create(
        Delivery(endpoint=endpoint, kind=kind, subject=subject, happened_at=now, due_at=now) for _ in range(number)
    )


@contextmanager
def sweeping() -> Iterator[None]:
    """Run a sweep in a thread during the block."""
    sweep = threading.Thread(target=crowd, args=(1, lambda n: send_due_deliveries()))
    sweep.start()
    yield
    sweep.join(30)
    assert not sweep.is_alive()


def test_an_endpoint_gets_several_messages_at_a_time_up_to_the_limit(carols_server: Receiver) -> None:
    many_due(Endpoint.objects.get(), 3 * MAX_CONCURRENT)
    carols_server.delay = 0.1
    assert send_due_deliveries() == 3 * MAX_CONCURRENT
    assert len({message.id for message in carols_server.messages}) == 3 * MAX_CONCURRENT
    assert carols_server.max_in_flight == MAX_CONCURRENT


@pytest.mark.django_db(transaction=True)
def test_a_slow_endpoint_does_not_delay_another(carols_server: Receiver, dave: User) -> None:
    with receiver() as quick:
        many_due(Endpoint.objects.get(), 3 * MAX_CONCURRENT)
        many_due(add_endpoint(seller=dave, url=quick.url, kinds=WANTED_KINDS), 3 * MAX_CONCURRENT)
        carols_server.delay = 9
        with sweeping():
            wait_until(lambda: len(quick.messages) == 3 * MAX_CONCURRENT)
            assert len(carols_server.messages) == carols_server.in_flight  # none of them has got a response
            carols_server.respond_now.set()
    assert set(Delivery.objects.values_list("status", flat=True)) == {"delivered"}


@pytest.mark.django_db(transaction=True)
def test_a_second_sweep_has_capacity_while_the_first_waits(
    carols_server: Receiver, dave: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "MAX_IN_FLIGHT", 2)
    many_due(Endpoint.objects.get(), 20)
    carols_server.delay = 9
    with receiver() as quick, sweeping():
        wait_until(lambda: carols_server.in_flight == 2)
        many_due(add_endpoint(seller=dave, url=quick.url, kinds=WANTED_KINDS), 3)
        with sweeping():
            wait_until(lambda: len(quick.messages) == 3)
            assert len(carols_server.messages) == carols_server.in_flight
            carols_server.respond_now.set()


def test_a_sweep_shares_its_capacity_among_endpoints_with_due_messages(
    carols_server: Receiver, dave: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "MAX_IN_FLIGHT", 4)
    busy = Endpoint.objects.get()
    late = add_endpoint(seller=dave, url=carols_server.url, kinds=WANTED_KINDS)
    many_due(busy, 10)
    many_due(late, 1)
    claims = [delivery._claim(free_slots) or [] for free_slots in (4, 2, 1)]
    assert [[claimed.endpoint for claimed in claim] for claim in claims] == [[busy, busy], [late], [busy]]


@pytest.mark.django_db(transaction=True)
def test_simultaneous_sweeps_send_each_message_once_and_keep_the_endpoints_limit(carols_server: Receiver) -> None:
    many_due(Endpoint.objects.get(), 60)
    carols_server.delay = 0.05
    assert sum(crowd(5, lambda n: send_due_deliveries())) == 60
    assert len({message.id for message in carols_server.messages}) == len(carols_server.messages) == 60
    assert carols_server.max_in_flight <= MAX_CONCURRENT


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_the_lock_keeps_a_second_sweep_from_claiming_the_same_deliveries(
    carols_server: Receiver, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    many_due(Endpoint.objects.get(), 2)
    barrier, first, update = threading.Barrier(2), QuerySet.first, QuerySet.update

    def read_and_wait(rows: QuerySet[Endpoint]) -> Endpoint | None:
        found = first(rows)
        barrier.wait(10)
        return found

    def wait_and_update(rows: QuerySet[Delivery], **fields: Any) -> int:
        barrier.wait(10)
        return update(rows, **fields)

    with monkeypatch.context() as patch:
        patch.setattr(QuerySet, "first", read_and_wait)
        if not locked:
            patch.setattr(QuerySet, "select_for_update", lambda rows, **options: rows)
            patch.setattr(QuerySet, "update", wait_and_update)
        claims = crowd(2, lambda n: delivery._claim(4) or [])
    keys = [delivery.pk for claim in claims for delivery in claim]
    assert (len(keys), len(set(keys))) == ((2, 2) if locked else (4, 2))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("again", [True, False])
def test_messages_in_flight_are_counted_under_the_lock(
    carols_server: Receiver, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    """A sweep that chose an endpoint before another sweep claimed its deliveries exceeds no limit."""
    endpoint = Endpoint.objects.get()
    many_due(endpoint, 2 * MAX_CONCURRENT)
    first = QuerySet.first

    def lock_late(rows: QuerySet[Endpoint]) -> Endpoint | None:
        monkeypatch.setattr(QuerySet, "first", first)
        crowd(1, lambda n: delivery._claim(2 * MAX_CONCURRENT))  # between choosing the endpoint and locking it
        return Endpoint.objects.select_for_update().first()

    monkeypatch.setattr(QuerySet, "first", lock_late)
    if not again:
        monkeypatch.setattr(delivery, "_in_flight", lambda *of: Delivery.objects.none())
    claimed = delivery._claim(2 * MAX_CONCURRENT)
    assert len(claimed or []) == (0 if again else MAX_CONCURRENT)


@pytest.mark.django_db(transaction=True)
def test_a_message_of_a_killed_worker_is_sent_by_the_next(
    carols_server: Receiver, paid_booking: Paid, alice: User
) -> None:
    carols_server.delay = 60
    paid_booking(alice)
    app.control.purge()
    command = [*(sys.executable, "-m", "celery", "-A", "ticketing", "worker", "--queues", "deliveries")]
    worker = subprocess.Popen(
        [*command, "--pool", "threads", "--concurrency", "2", "-l", "error"],
        env={**os.environ, **own_services(), "WEBHOOK_PRIVATE_ADDRESSES": "on"},
    )
    try:
        app.send_task("bookings.webhooks.tasks.send_due_deliveries")
        end = time.monotonic() + 30
        while not carols_server.messages:
            assert time.monotonic() < end, "no worker took the delivery"
            time.sleep(0.05)
    finally:
        worker.kill()  # SIGKILL: the receiver has the message, and the delivery's row doesn't say so
        worker.wait()
    assert Delivery.objects.get().status == DeliveryStatus.SENDING
    carols_server.delay = 0
    pass_time()
    assert send_due_deliveries() == 1
    first, second = carols_server.messages
    assert (first.id, first.body) == (second.id, second.body)
    assert Delivery.objects.get().status == DeliveryStatus.DELIVERED
