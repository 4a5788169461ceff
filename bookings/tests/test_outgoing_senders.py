"""Who sends webhooks to sellers: many at once, or somebody who dies; each message goes out by one of them at a time."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest
from django.db.models import QuerySet

from accounts.models import User
from bookings.models import Booking, Delivery, Endpoint
from bookings.operations import outgoing
from bookings.operations.outgoing import send_due_deliveries
from bookings.states import DeliveryStatus
from bookings.tests.crowd import crowd
from bookings.tests.receiver import Receiver
from events.clock import database_now
from realtime.tests.servers import own_services
from ticketing.celery import app

pytestmark = pytest.mark.django_db

Paid = Callable[..., Booking]


def pass_time() -> None:
    """Everything is due and everybody has rested."""
    Delivery.objects.update(due_at=database_now())
    Endpoint.objects.update(free_at=database_now())


def test_a_sender_that_died_has_a_successor_with_the_same_message(
    told: Receiver, paid_booking: Paid, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*args: object) -> None:
        raise Killed

    paid_booking(alice)
    with monkeypatch.context() as death:
        death.setattr(outgoing, "_heed", die)
        with pytest.raises(Killed):
            send_due_deliveries()
    assert Delivery.objects.get().status == DeliveryStatus.SENDING
    assert send_due_deliveries() == 0  # he may be alive
    pass_time()
    assert send_due_deliveries() == 1
    first, second = told.messages
    assert (first.id, first.body) == (second.id, second.body)


def test_a_sender_who_was_taken_for_dead_changes_nothing(
    told: Receiver, paid_booking: Paid, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid_booking(alice)
    told.answers = [500]
    heed = outgoing._heed

    def too_late(*args: object) -> bool:
        monkeypatch.setattr(outgoing, "_heed", heed)
        pass_time()
        send_due_deliveries()
        return heed(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(outgoing, "_heed", too_late)
    send_due_deliveries()
    assert [Delivery.objects.get().status, len(told.messages)] == ["delivered", 2]


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_once_send_each_message_once_and_never_two_at_a_time(
    told: Receiver, paid_booking: Paid, alice: User
) -> None:
    for _ in range(5):
        paid_booking(alice, quantity=1)
    told.pause = 0.05
    assert sum(crowd(8, lambda n: send_due_deliveries())) == 5
    assert len({message.id for message in told.messages}) == len(told.messages) == 5
    assert told.most_at_once == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_the_lock_keeps_a_second_sweep_from_the_same_endpoint(
    told: Receiver, paid_booking: Paid, alice: User, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    for _ in range(2):
        paid_booking(alice, quantity=1)
    told.pause = 0.5
    both, first = threading.Barrier(2), QuerySet.first

    def look_and_meet(rows: QuerySet[Endpoint]) -> Endpoint | None:
        found = first(rows)
        if rows.model is Endpoint and not told.messages:
            both.wait(10)
        return found

    monkeypatch.setattr(QuerySet, "first", look_and_meet)
    if not locked:
        monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **options: rows)
    assert sorted(crowd(2, lambda n: send_due_deliveries())) == ([0, 2] if locked else [1, 1])
    assert told.most_at_once == (1 if locked else 2)


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_sends_leaves_the_message_to_the_next(
    told: Receiver, paid_booking: Paid, alice: User
) -> None:
    told.pause = 60
    paid_booking(alice)
    app.control.purge()
    command = [*(sys.executable, "-m", "celery", "-A", "ticketing", "worker", "--queues", "deliveries")]
    worker = subprocess.Popen(
        [*command, "--pool", "threads", "--concurrency", "2", "-l", "error"],
        env={**os.environ, **own_services(), "WEBHOOK_PRIVATE_ADDRESSES": "on"},
    )
    try:
        app.send_task("bookings.tasks.send_due_deliveries")
        end = time.monotonic() + 30
        while not told.messages:
            assert time.monotonic() < end, "no worker took the delivery"
            time.sleep(0.05)
    finally:
        worker.kill()  # SIGKILL: the receiver has it, and nobody has noted that
        worker.wait()
    assert Delivery.objects.get().status == DeliveryStatus.SENDING
    told.pause = 0
    pass_time()
    assert send_due_deliveries() == 1
    first, second = told.messages
    assert (first.id, first.body) == (second.id, second.body)
    assert Delivery.objects.get().status == DeliveryStatus.DELIVERED
