"""Blocking and unblocking thousands of subsections while buyers hold seats in them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from bookings.holds.models import Booking
from bookings.invariants import check_invariants
from bookings.testing.crowd import together
from bookings.testing.surgery import altered
from core.errors import DomainError
from events.inventory import blocking
from events.inventory.blocking import batches_of, block_free_seats, unblock_all_seats
from events.models import Event, SeatChange, Subsection, Ticket
from events.seller_admin.tests.messages import messages_of
from ticketing.tests.test_load_shedding import wait_for, waiting_in_the_database

Hold = Callable[..., Booking]
LOCK = 770_078  # advisory lock of the test, on which the altered hold waits
PAUSED = ("-- 4. Move the seats", f"PERFORM pg_advisory_xact_lock({LOCK}); -- 4. Move the seats")


@pytest.fixture
def stadium(new_event: Callable[..., Event]) -> Event:
    """An event by carol with 5,000 subsections of 2 × 2 seats in one section."""
    return new_event([{"name": "U", "price": 100, "subsections": 5_000}], rows=2, cols=2, max_active_holds=1_000)


def ids_of(event: Event) -> list[int]:
    return list(Subsection.objects.filter(event=event).values_list("pk", flat=True))


def check_all_invariants() -> None:
    assert {name: found for name, found in check_invariants().items() if found} == {}


def test_batches_have_at_most_the_allowed_number_of_seats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocking, "MAX_SEATS", 10)
    subsections = [Subsection(number=number, total=total) for number, total in enumerate((4, 6, 1, 50, 1, 9))]
    assert [[each.number for each in batch] for batch in batches_of(subsections)] == [[0, 1], [2], [3], [4, 5]]
    assert list(batches_of([])) == []


@pytest.mark.django_db(transaction=True)
def test_a_whole_stadium_is_blocked_and_unblocked_and_every_change_is_logged(
    seller_client: Client, stadium: Event, hold: Hold, alice: User
) -> None:
    hold(alice, "1-1", event=stadium, section="U", subsection=7)
    page = f"/admin/events/event/{stadium.pk}/seats/"
    response = seller_client.post(page, {"do": "blocked", "sections": ["U"]}, follow=True)
    assert messages_of(response) == ["Blocked 19,999 seats in 5,000 blocks."]
    assert SeatChange.objects.filter(kind="blocked").count() == 5_000
    assert LogEntry.objects.count() == 4  # 5,000 seats each
    check_all_invariants()
    response = seller_client.post(page, {"do": "unblocked", "sections": ["U"]}, follow=True)
    assert messages_of(response) == ["Unblocked 19,999 seats in 5,000 blocks."]
    assert Ticket.objects.filter(event=stadium).exclude(status="available").count() == 1
    check_all_invariants()


@pytest.mark.django_db(transaction=True)
def test_the_number_of_queries_does_not_grow_with_the_subsections(concert: Event, stadium: Event, carol: User) -> None:
    statements = []
    for event in (concert, stadium):
        with CaptureQueriesContext(connection) as captured:
            block_free_seats(event_id=event.pk, subsection_ids=ids_of(event)[:1_000], seller=carol)
        statements.append(len(captured))
    assert statements[0] == statements[1]


@pytest.mark.django_db(transaction=True)
def test_every_change_is_published(concert: Event, carol: User, monkeypatch: pytest.MonkeyPatch) -> None:
    published: list[Any] = []
    monkeypatch.setattr("events.inventory.seats.publish_seats", published.append)
    block_free_seats(event_id=concert.pk, subsection_ids=ids_of(concert), seller=carol)
    assert {change.subsection_id for change in published} == set(ids_of(concert))
    after = (0, 1, 0, 50, "blocked")
    for change in published:
        assert (change.from_version, change.version, change.available, change.blocked, change.status) == after
        assert change.positions == list(range(50))


@pytest.mark.django_db(transaction=True)
def test_buyers_who_hold_seats_meanwhile_keep_them(
    stadium: Event, carol: User, new_user: Callable[..., User], hold: Hold
) -> None:
    buyers = [new_user(f"buyer{number}") for number in range(6)]
    ids = ids_of(stadium)[:1_000]

    def take(number: int) -> None:
        section = {"event": stadium, "section": "U"}
        for number_in_section in range(1 + number, 1_000, 25):
            with suppress(DomainError):  # all seats were just blocked
                hold(buyers[number], quantity=1, subsection=number_in_section, **section)

    def toggle() -> None:
        for _ in range(3):
            block_free_seats(event_id=stadium.pk, subsection_ids=ids, seller=carol)
            unblock_all_seats(event_id=stadium.pk, subsection_ids=ids[::-1], seller=carol)
        block_free_seats(event_id=stadium.pk, subsection_ids=ids, seller=carol)

    before = deadlocks()
    results = together(toggle, *(partial(take, number) for number in range(6)))
    assert results == [None] * 7
    held = Ticket.objects.filter(event=stadium, status="reserved").count()
    assert held == sum(Booking.objects.values_list("quantity", flat=True))
    assert not Ticket.objects.filter(event=stadium, subsection__in=ids, status="available").exists()
    assert deadlocks() == before
    check_all_invariants()


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def block_during_a_hold(event: Event, seller: User, hold: Callable[[], Booking]) -> list[Any]:
    """Block the whole event while a hold has locked its subsection and not yet taken its seats; return both results."""

    def release_lock() -> None:
        wait_for(lambda: waiting_in_the_database() == 2)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])

    def take_and_block() -> list[Any]:
        def block() -> dict[int, int]:
            wait_for(lambda: waiting_in_the_database() == 1)
            return block_free_seats(event_id=event.pk, subsection_ids=ids_of(event), seller=seller)

        return together(hold, block)

    with altered("bookings_hold", PAUSED), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        with ThreadPoolExecutor(1) as pool:
            results = pool.submit(take_and_block)
            release_lock()
            return results.result()


@pytest.mark.django_db(transaction=True)
def test_blocking_waits_for_a_hold_in_progress_and_leaves_its_seats(
    concert: Event, carol: User, alice: User, hold: Hold
) -> None:
    before = deadlocks()
    booking, changed = block_during_a_hold(concert, carol, partial(hold, alice, "1-1", "1-2"))
    assert booking.positions == [0, 1]
    assert sorted(changed.values()) == [48, 50, 50, 50]
    assert deadlocks() == before
    check_all_invariants()


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_deadlock_but_no_seat_is_taken_twice(
    concert: Event, carol: User, alice: User, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        blocking, "lock_subsections", lambda ids: list(Subsection.objects.filter(pk__in=ids).order_by("pk"))
    )
    before = deadlocks()
    block_during_a_hold(concert, carol, partial(hold, alice, "1-1", "1-2"))
    assert deadlocks() > before
    check_all_invariants()
