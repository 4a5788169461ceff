"""A large event is made by a worker: once, all of it, however many try and whoever dies at it."""

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
from bookings.tests.crowd import crowd
from events.clock import database_now
from events.models import Creation, Event, Subsection, Ticket
from events.operations import create
from events.operations import creation as creating
from events.operations.creation import ask_for_event, make_event, make_forgotten_events
from events.seating import read_seating
from realtime.tests.servers import own_services
from ticketing.celery import app

pytestmark = pytest.mark.django_db(transaction=True)

HALL = {"sections": [{"name": "A", "price": 2000, "subsections": 4, "rows": 5, "cols": 10}]}
TEXTS = {"name": "A fair", "description": "", "venue_name": "The field"}


@pytest.fixture
def wish(carol: User) -> Creation:
    """An event of 200 seats that carol has asked for."""
    return asked_for(carol)


def asked_for(seller: User, config: dict[str, Any] = HALL, **fields: Any) -> Creation:
    seating = read_seating(config, max_seats=200_000)
    creation = ask_for_event(seller=seller, asked_by=seller, seating=seating, **{**TEXTS, **fields})
    app.control.purge()
    return creation


def age(creation: Creation) -> None:
    Creation.objects.filter(pk=creation.pk).update(created_at=database_now() - timedelta(seconds=3))


def test_what_was_asked_for_is_made_as_the_form_would_have_made_it(carol: User) -> None:
    starts_at = datetime(2030, 5, 1, 20, tzinfo=UTC)
    wish = asked_for(carol, draft=True, starts_at=starts_at, currency="JPY", max_active_holds=2)
    assert (wish.status, wish.done, wish.total, wish.event) == ("waiting", 0, 200, None)
    make_event(creation_id=wish.pk)
    wish.refresh_from_db()
    event = Event.objects.get()
    assert (wish.status, wish.done, wish.event) == ("done", 200, event)
    assert (event.seller, event.name, event.status, event.currency) == (carol, "A fair", "draft", "JPY")
    assert (event.starts_at, event.max_active_holds, event.seating_config) == (starts_at, 2, HALL)
    assert Ticket.objects.filter(event=event).count() == 200


def test_its_message_is_sent_when_the_wish_is_committed(carol: User, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, dict[str, int], bool]] = []
    monkeypatch.setattr(creating, "later", lambda task, **given: sent.append((task, given, connection.in_atomic_block)))
    wish = asked_for(carol)
    assert sent == [("events.tasks.make_event", {"creation_id": wish.pk}, True)]


def test_worker_and_clock_know_all_tasks_by_their_names(settings: Any) -> None:
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {*scheduled, *settings.CELERY_TASK_ROUTES, "events.tasks.make_event"} <= set(app.tasks)


def test_made_again_it_is_still_one_event(wish: Creation) -> None:
    assert make_event(creation_id=wish.pk) is not None
    assert make_event(creation_id=wish.pk) is None
    age(wish)
    make_forgotten_events()
    assert Event.objects.count() == 1


def test_a_wish_that_does_not_exist_is_no_wish(db: None) -> None:
    assert make_event(creation_id=1) is None


def test_everybody_sees_how_far_it_is_and_nobody_half_an_event(wish: Creation, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, int]] = []

    def tell_and_look(notes: creating.Notes, seats: int) -> None:
        written(notes, seats)
        [result] = crowd(1, lambda _: (Creation.objects.get().status, Creation.objects.get().done))
        assert crowd(1, lambda _: Event.objects.count()) == [0]
        seen.append(result)

    written = creating.Notes.written
    monkeypatch.setattr(create, "SEATS_A_COPY", 50)
    monkeypatch.setattr(creating, "TELL_SECONDS", 0)
    monkeypatch.setattr(creating.Notes, "written", tell_and_look)
    make_event(creation_id=wish.pk)
    assert seen == [("running", seats) for seats in (50, 100, 150, 200)]


def test_notes_are_no_more_than_five_a_second(wish: Creation, monkeypatch: pytest.MonkeyPatch) -> None:
    notes: list[str] = []
    monkeypatch.setattr(creating.Notes, "_write", lambda self, what, *values: notes.append(what))
    monkeypatch.setattr(create, "SEATS_A_COPY", 50)
    monkeypatch.setattr(creating, "TELL_SECONDS", 3600)
    make_event(creation_id=wish.pk)
    assert len(notes) == 2  # that it has begun, and the first


# --- Two at once ------------------------------------------------------------------------------------


def two_workers(wish: Creation, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Who has come past the lock gives the other one time to do so, too."""

    def write_slowly(**given: Any) -> Event:
        time.sleep(0.5)
        return create.write_event(**given)

    monkeypatch.setattr(creating, "write_event", write_slowly)
    return sorted(type(result).__name__ for result in crowd(2, lambda _: make_event(creation_id=wish.pk)))


def test_of_two_workers_one_makes_the_event_and_the_other_leaves_it_alone(
    wish: Creation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert two_workers(wish, monkeypatch) == ["Event", "NoneType"]
    assert (Event.objects.count(), Ticket.objects.count(), Creation.objects.get().attempts) == (1, 200, 1)


def test_without_the_lock_both_do_the_work_and_the_guarded_update_has_the_last_word(
    wish: Creation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(creating, "_try_lock", lambda creation_id: True)
    assert two_workers(wish, monkeypatch) == ["Event", "MadeByAnother"]
    assert (Event.objects.count(), Ticket.objects.count(), Creation.objects.get().attempts) == (1, 200, 2)


# --- Failure ----------------------------------------------------------------------------------------


def test_what_can_not_be_made_says_why_and_leaves_nothing(wish: Creation, settings: Any) -> None:
    settings.MAX_SEATS_PER_EVENT = 100
    make_event(creation_id=wish.pk)
    wish.refresh_from_db()
    assert (wish.status, wish.failure) == ("failed", "An event may have at most 100 seats; this has 200.")
    settings.MAX_SEATS_PER_EVENT = 200
    assert make_event(creation_id=wish.pk) is None
    assert not Event.objects.exists()


def test_what_the_database_refuses_has_failed(wish: Creation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(create, "_chunks", lambda block: ["not a row\n"])
    make_event(creation_id=wish.pk)
    wish.refresh_from_db()
    assert (wish.status, wish.failure) == ("failed", "The database refused it. Nothing was created.")
    assert not Event.objects.exists() and not Subsection.objects.exists()


def test_a_database_that_is_busy_is_asked_again_by_the_sweep_but_not_for_ever(
    wish: Creation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(**given: Any) -> Event:
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr(creating, "write_event", busy)
    with pytest.raises(OperationalError):
        make_event(creation_id=wish.pk)
    make_forgotten_events()
    assert Creation.objects.get().attempts == 1  # its message may still come
    age(wish)
    for _ in range(creating.MOST_ATTEMPTS):
        make_forgotten_events()
    wish.refresh_from_db()
    assert (wish.status, wish.attempts) == ("failed", creating.MOST_ATTEMPTS)
    assert wish.failure.startswith("It was tried 5 times")


def test_one_that_fails_does_not_keep_the_sweep_from_the_next(
    wish: Creation, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_wish = asked_for(carol, name="Another")
    make = creating._make
    busy = OperationalError("busy")

    def make_the_next(creation_id: int, notes: creating.Notes) -> Event | None:
        if creation_id == wish.pk:
            raise busy
        return make(creation_id, notes)

    monkeypatch.setattr(creating, "_make", make_the_next)
    age(wish)
    age(next_wish)
    make_forgotten_events()
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


def until(ready: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 30
    while not ready():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def ask_a_worker(seller: User) -> None:
    app.control.purge()
    ask_for_event(seller=seller, asked_by=seller, seating=read_seating(HALL, max_seats=200), **TEXTS)


def test_a_worker_makes_what_a_seller_asks_for(carol: User) -> None:
    with worker("ticketing"):
        ask_a_worker(carol)
        until(lambda: Creation.objects.get().status == "done", "no worker made the event")
    assert Ticket.objects.filter(event=Event.objects.get()).count() == 200


def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_sweep_makes_the_event(carol: User) -> None:
    with worker("events.tests.dying_worker") as dying:
        ask_a_worker(carol)
        until(lambda: Creation.objects.get().done > 0, "no worker began")
        assert make_event(creation_id=Creation.objects.get().pk) is None  # it is in hands that live
        dying.send_signal(signal.SIGKILL)
        dying.wait()
    assert (Creation.objects.get().status, Event.objects.count()) == ("running", 0)
    age(Creation.objects.get())

    def made() -> bool:  # the database may need a moment to see that its client is gone
        make_forgotten_events()
        return Creation.objects.get().status == "done"

    until(made, "the sweep does not take it up")
    assert (Event.objects.count(), Ticket.objects.count(), Creation.objects.get().attempts) == (1, 200, 2)
