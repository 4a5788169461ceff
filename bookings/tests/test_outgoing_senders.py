"""Who sends webhooks to sellers: several at once, or somebody who dies; each message goes out by one of them, and
nobody waits for the receiver of another."""

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
from bookings.models import Booking, Delivery, Endpoint
from bookings.operations import outgoing
from bookings.operations.endpoints import add_endpoint
from bookings.operations.outgoing import MOST_AT_ONCE, send_due_deliveries
from bookings.states import WANTED_KINDS, DeliveryKind, DeliveryStatus
from bookings.tests.crowd import crowd
from bookings.tests.receiver import Receiver, receiver
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

    def too_late(*args: Any) -> None:
        monkeypatch.setattr(outgoing, "_heed", heed)
        pass_time()
        send_due_deliveries()
        heed(*args)

    monkeypatch.setattr(outgoing, "_heed", too_late)
    send_due_deliveries()
    assert [Delivery.objects.get().status, len(told.messages)] == ["delivered", 2]


def until(true: Callable[[], bool]) -> None:
    """Waits for it, ten seconds at most."""
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def many_due(endpoint: Endpoint, number: int) -> None:
    """So many messages wait for it."""
    now = database_now()
    kind, about = DeliveryKind.TEST, str(endpoint.pk)
    Delivery.objects.bulk_create(
        Delivery(endpoint=endpoint, kind=kind, subject=about, happened_at=now, due_at=now) for _ in range(number)
    )


@contextmanager
def sweeping() -> Iterator[None]:
    """A sweep runs meanwhile, in a thread of its own."""
    sweep = threading.Thread(target=crowd, args=(1, lambda n: send_due_deliveries()))
    sweep.start()
    yield
    sweep.join(30)
    assert not sweep.is_alive()


def test_several_messages_go_to_an_endpoint_at_once_and_no_more_than_that(told: Receiver) -> None:
    many_due(Endpoint.objects.get(), 3 * MOST_AT_ONCE)
    told.pause = 0.1
    assert send_due_deliveries() == 3 * MOST_AT_ONCE
    assert len({message.id for message in told.messages}) == 3 * MOST_AT_ONCE
    assert told.most_at_once == MOST_AT_ONCE


@pytest.mark.django_db(transaction=True)
def test_who_is_slow_is_waited_for_by_nobody_else(told: Receiver, dave: User) -> None:
    with receiver() as quick:
        many_due(Endpoint.objects.get(), 3 * MOST_AT_ONCE)
        many_due(add_endpoint(seller=dave, url=quick.url, kinds=WANTED_KINDS), 3 * MOST_AT_ONCE)
        told.pause = 9
        with sweeping():
            until(lambda: len(quick.messages) == 3 * MOST_AT_ONCE)
            assert len(told.messages) == told.at_once  # not one of them is answered
            told.wake.set()
    assert set(Delivery.objects.values_list("status", flat=True)) == {"delivered"}


@pytest.mark.django_db(transaction=True)
def test_another_sweep_has_hands_for_who_comes_while_the_first_waits(
    told: Receiver, dave: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "HANDS", 2)
    many_due(Endpoint.objects.get(), 20)
    told.pause = 9
    with receiver() as quick, sweeping():
        until(lambda: told.at_once == 2)
        many_due(add_endpoint(seller=dave, url=quick.url, kinds=WANTED_KINDS), 3)
        with sweeping():
            until(lambda: len(quick.messages) == 3)
            assert len(told.messages) == told.at_once
            told.wake.set()


def test_the_hands_of_a_sweep_are_shared_by_all_to_whom_something_is_due(
    told: Receiver, dave: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "HANDS", 4)
    busy = Endpoint.objects.get()
    late = add_endpoint(seller=dave, url=told.url, kinds=WANTED_KINDS)
    many_due(busy, 10)
    many_due(late, 1)
    claims = [outgoing._claim(hands) or [] for hands in (4, 2, 1)]
    assert [[claimed.endpoint for claimed in claim] for claim in claims] == [[busy, busy], [late], [busy]]


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_once_send_each_message_once_and_together_no_more_at_a_time(told: Receiver) -> None:
    many_due(Endpoint.objects.get(), 60)
    told.pause = 0.05
    assert sum(crowd(5, lambda n: send_due_deliveries())) == 60
    assert len({message.id for message in told.messages}) == len(told.messages) == 60
    assert told.most_at_once <= MOST_AT_ONCE


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_the_lock_keeps_a_second_sweep_from_what_the_first_claims(
    told: Receiver, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    many_due(Endpoint.objects.get(), 2)
    both, first, update = threading.Barrier(2), QuerySet.first, QuerySet.update

    def look_and_meet(rows: QuerySet[Endpoint]) -> Endpoint | None:
        found = first(rows)
        both.wait(10)
        return found

    def meet_and_update(rows: QuerySet[Delivery], **fields: Any) -> int:
        both.wait(10)
        return update(rows, **fields)

    with monkeypatch.context() as meeting:
        meeting.setattr(QuerySet, "first", look_and_meet)
        if not locked:
            meeting.setattr(QuerySet, "select_for_update", lambda rows, **options: rows)
            meeting.setattr(QuerySet, "update", meet_and_update)
        claims = crowd(2, lambda n: outgoing._claim(4) or [])
    keys = [delivery.pk for claim in claims for delivery in claim]
    assert (len(keys), len(set(keys))) == ((2, 2) if locked else (4, 2))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("again", [True, False])
def test_what_is_under_way_is_counted_under_the_lock(
    told: Receiver, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    """A sweep that saw room before another claimed finds it taken."""
    endpoint = Endpoint.objects.get()
    many_due(endpoint, 2 * MOST_AT_ONCE)
    first = QuerySet.first

    def look_late(rows: QuerySet[Endpoint]) -> Endpoint | None:
        monkeypatch.setattr(QuerySet, "first", first)
        crowd(1, lambda n: outgoing._claim(2 * MOST_AT_ONCE))  # after we looked, before we have the lock
        return Endpoint.objects.select_for_update().first()

    monkeypatch.setattr(QuerySet, "first", look_late)
    if not again:
        monkeypatch.setattr(outgoing, "_under_way", lambda *of: Delivery.objects.none())
    claimed = outgoing._claim(2 * MOST_AT_ONCE)
    assert len(claimed or []) == (0 if again else MOST_AT_ONCE)


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
