"""A worker creates a large event exactly once and completely, also if several workers try or one dies."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection

from accounts.models import User
from bookings.testing.crowd import crowd
from core.clock import database_now
from core.errors import OutcomeUnknown
from core.tests.cable import cable
from events.lifecycle import background_creation as creating
from events.lifecycle import create, rows
from events.lifecycle.background_creation import create_overdue_events, make_event, request_event
from events.models import Creation, Event, Subsection, Ticket
from events.seating.configuration import read_seating
from realtime.tests.servers import own_services
from ticketing.celery import app

pytestmark = pytest.mark.django_db(transaction=True)

HALL = {"sections": [{"name": "A", "price": 2000, "subsections": 4, "rows": 5, "cols": 10}]}
TEXTS = {"name": "A fair", "description": "", "venue_name": "The field"}


@pytest.fixture
def creation(carol: User) -> Creation:
    """A request by carol for an event with 200 seats."""
    return store_request(carol)


def store_request(seller: User, config: dict[str, Any] = HALL, **fields: Any) -> Creation:
    """Store a request for an event, without the task message."""
    seating = read_seating(config, max_seats=200_000)
    creation = request_event(seller=seller, asked_by=seller, seating=seating, **{**TEXTS, **fields})
    app.control.purge()
    return creation


def age(creation: Creation) -> None:
    Creation.objects.filter(pk=creation.pk).update(created_at=database_now() - timedelta(seconds=3))


def test_a_worker_creates_the_same_event_as_the_form_would(carol: User) -> None:
    starts_at = datetime(2030, 5, 1, 20, tzinfo=UTC)
    creation = store_request(carol, draft=True, starts_at=starts_at, currency="JPY", max_active_holds=2)
    assert (creation.status, creation.done, creation.total, creation.event) == ("waiting", 0, 200, None)
    make_event(creation_id=creation.pk)
    creation.refresh_from_db()
    event = Event.objects.get()
    assert (creation.status, creation.done, creation.event) == ("done", 200, event)
    assert (event.seller, event.name, event.status, event.currency) == (carol, "A fair", "draft", "JPY")
    assert (event.starts_at, event.max_active_holds, event.seating_config) == (starts_at, 2, HALL)
    assert Ticket.objects.filter(event=event).count() == 200


def test_the_task_message_is_sent_when_the_request_is_committed(carol: User, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, dict[str, int], bool]] = []
    monkeypatch.setattr(
        creating, "enqueue_on_commit", lambda task, **given: sent.append((task, given, connection.in_atomic_block))
    )
    creation = store_request(carol)
    assert sent == [("events.tasks.make_event", {"creation_id": creation.pk}, True)]


def test_workers_know_all_scheduled_and_routed_tasks(settings: Any) -> None:
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {*scheduled, *settings.CELERY_TASK_ROUTES, "events.tasks.make_event"} <= set(app.tasks)


def test_repeating_a_request_creates_no_second_event(creation: Creation) -> None:
    assert make_event(creation_id=creation.pk) is not None
    assert make_event(creation_id=creation.pk) is None
    age(creation)
    create_overdue_events()
    assert Event.objects.count() == 1


def test_an_unknown_request_creates_nothing(db: None) -> None:
    assert make_event(creation_id=1) is None


def test_others_see_the_progress_but_no_incomplete_event(creation: Creation, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, int]] = []

    def update_and_read(progress: creating.ProgressRecord, seats: int) -> None:
        update(progress, seats)
        [result] = crowd(1, lambda _: (Creation.objects.get().status, Creation.objects.get().done))
        assert crowd(1, lambda _: Event.objects.count()) == [0]
        seen.append(result)

    update = creating.ProgressRecord.update
    monkeypatch.setattr(rows, "SEATS_PER_COPY", 50)
    monkeypatch.setattr(creating, "PROGRESS_SECONDS", 0)
    monkeypatch.setattr(creating.ProgressRecord, "update", update_and_read)
    make_event(creation_id=creation.pk)
    assert seen == [("running", seats) for seats in (50, 100, 150, 200)]


def test_progress_is_recorded_only_once_per_interval(creation: Creation, monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[str] = []
    monkeypatch.setattr(
        creating.ProgressRecord, "_write", lambda self, assignments, *values: writes.append(assignments)
    )
    monkeypatch.setattr(rows, "SEATS_PER_COPY", 50)
    monkeypatch.setattr(creating, "PROGRESS_SECONDS", 3600)
    make_event(creation_id=creation.pk)
    assert len(writes) == 2  # the start, and the first update


def test_an_unknown_outcome_is_no_failure_of_the_request(creation: Creation) -> None:
    with cable() as database_proxy:
        database_proxy.cut_at(b"COMMIT", deliver=False)
        with pytest.raises(OutcomeUnknown):
            make_event(creation_id=creation.pk)
        assert Creation.objects.get().status == "running"
        age(creation)
        database_proxy.cut_at(b"COMMIT", deliver=True)
        create_overdue_events()  # the outcome is unknown again; the sweep goes on
    assert Creation.objects.get().status == "done"
    assert Event.objects.count() == 1


# --- Two at once ------------------------------------------------------------------------------------


def two_workers(creation: Creation, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Run two workers at once; each waits after the lock, so that the other has time to pass it, too."""

    def write_slowly(**given: Any) -> Event:
        time.sleep(0.5)
        return create.write_event(**given)

    monkeypatch.setattr(creating, "write_event", write_slowly)
    return sorted(type(result).__name__ for result in crowd(2, lambda _: make_event(creation_id=creation.pk)))


def test_one_of_two_workers_creates_the_event_and_the_other_does_nothing(
    creation: Creation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert two_workers(creation, monkeypatch) == ["Event", "NoneType"]
    assert (Event.objects.count(), Ticket.objects.count(), Creation.objects.get().attempts) == (1, 200, 1)


def test_without_the_lock_both_work_and_the_guarded_update_rolls_one_back(
    creation: Creation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(creating, "_try_lock", lambda creation_id: True)
    assert two_workers(creation, monkeypatch) == ["AlreadyCreated", "Event"]
    assert (Event.objects.count(), Ticket.objects.count(), Creation.objects.get().attempts) == (1, 200, 2)


# --- Failure ----------------------------------------------------------------------------------------


def test_an_impossible_event_fails_with_a_reason_and_leaves_nothing(creation: Creation, settings: Any) -> None:
    settings.MAX_SEATS_PER_EVENT = 100
    make_event(creation_id=creation.pk)
    creation.refresh_from_db()
    assert (creation.status, creation.failure) == ("failed", "An event may have at most 100 seats; this has 200.")
    settings.MAX_SEATS_PER_EVENT = 200
    assert make_event(creation_id=creation.pk) is None
    assert not Event.objects.exists()


def test_a_request_fails_if_the_database_refuses_it(creation: Creation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_chunks", lambda subsection: ["not a row\n"])
    make_event(creation_id=creation.pk)
    creation.refresh_from_db()
    assert (creation.status, creation.failure) == ("failed", "The database refused it. Nothing was created.")
    assert not Event.objects.exists() and not Subsection.objects.exists()


def test_the_sweep_retries_after_a_busy_database_but_not_for_ever(
    creation: Creation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(**given: Any) -> Event:
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr(creating, "write_event", busy)
    with pytest.raises(OperationalError):
        make_event(creation_id=creation.pk)
    create_overdue_events()
    assert Creation.objects.get().attempts == 1  # too early for the sweep: the task message may still arrive
    age(creation)
    for _ in range(creating.MAX_ATTEMPTS):
        create_overdue_events()
    creation.refresh_from_db()
    assert (creation.status, creation.attempts) == ("failed", creating.MAX_ATTEMPTS)
    assert creation.failure.startswith("It was tried 5 times")


def test_the_sweep_goes_on_after_a_request_that_fails(
    creation: Creation, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_request = store_request(carol, name="Another")
    make = creating._make
    busy = OperationalError("busy")

    def fail_the_first(creation_id: int, progress: creating.ProgressRecord) -> Event | None:
        if creation_id == creation.pk:
            raise busy
        return make(creation_id, progress)

    monkeypatch.setattr(creating, "_make", fail_the_first)
    age(creation)
    age(next_request)
    create_overdue_events()
    assert Event.objects.get().name == "Another"


# --- Real workers -----------------------------------------------------------------------------------


@contextmanager
def worker(application: str) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "celery", "-A", application, "worker", "-Q", "creations", "--pool", "solo"]
    process = subprocess.Popen([*command, "-l", "error"], env={**os.environ, **own_services()})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(ready: Callable[[], bool], problem: str) -> None:
    end = time.monotonic() + 30
    while not ready():
        assert time.monotonic() < end, problem
        time.sleep(0.05)


def send_request(seller: User) -> None:
    app.control.purge()
    request_event(seller=seller, asked_by=seller, seating=read_seating(HALL, max_seats=200), **TEXTS)


def test_a_real_worker_creates_the_requested_event(carol: User) -> None:
    with worker("ticketing"):
        send_request(carol)
        wait_until(lambda: Creation.objects.get().status == "done", "no worker created the event")
    assert Ticket.objects.filter(event=Event.objects.get()).count() == 200


def test_a_killed_worker_leaves_nothing_and_the_sweep_creates_the_event(carol: User) -> None:
    with worker("events.lifecycle.tests.dying_worker") as dying:
        send_request(carol)
        wait_until(lambda: Creation.objects.get().done > 0, "no worker started")
        assert make_event(creation_id=Creation.objects.get().pk) is None  # the living worker holds the lock
        dying.send_signal(signal.SIGKILL)
        dying.wait()
    assert (Creation.objects.get().status, Event.objects.count()) == ("running", 0)
    age(Creation.objects.get())

    def is_done() -> bool:  # the database may need a moment to notice that its client is gone
        create_overdue_events()
        return Creation.objects.get().status == "done"

    wait_until(is_done, "the sweep does not create the event")
    assert (Event.objects.count(), Ticket.objects.count(), Creation.objects.get().attempts) == (1, 200, 2)
