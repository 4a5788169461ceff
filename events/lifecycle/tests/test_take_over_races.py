"""A version of a seating plan is taken over while others hold, request, block and read seats."""

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from bookings.holds.hold_request import HoldRequest
from bookings.holds.models import Booking
from bookings.holds.respond_async import accept_hold_request, allocate_seats
from bookings.invariants import check_invariants
from bookings.states import BookingStatus
from bookings.testing.crowd import together
from bookings.testing.surgery import altered
from core.errors import BadInput, InvalidState, NotFound
from events.catalog.seat_serializers import subsection_seats
from events.inventory.blocking import block_seats
from events.lifecycle import take_over
from events.lifecycle.change import change_event
from events.lifecycle.tests.test_take_over import (
    BALCONY,
    BEST,
    MANUAL,
    TABLES,
    drawn,
    hold,
    longer_balcony,
    without_tables,
)
from events.models import Event, Subsection
from events.plan_models import PlanVersion

pytestmark = pytest.mark.django_db(transaction=True)
FROM_THE_RIGHT = {"style": "numbers", "reverse": True}
numbered_from_the_right = partial(drawn, balcony=lambda block: block["grid"].update(seat_labels=FROM_THE_RIGHT))


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when a take-over has made its checks; it then waits before it writes."""
    check, checked = take_over._check_unused, threading.Event()

    def check_and_wait(difference: take_over.Difference) -> None:
        check(difference)
        checked.set()
        time.sleep(0.5)

    monkeypatch.setattr(take_over, "_check_unused", check_and_wait)
    return checked


def race(
    event: Event, version: PlanVersion, seller: User, checked: threading.Event, *acts: Callable[[], Any]
) -> list[Any]:
    """Take the version over; between its checks and its writes, others act."""

    def meanwhile(act: Callable[[], Any]) -> Any:
        checked.wait(30)
        return act()

    change = partial(change_event, event_id=event.pk, seller=seller, plan_version=version.pk)
    return together(change, *(partial(meanwhile, act) for act in acts))


def accept(event: Event, buyer: User, block: dict[str, Any], *names: str) -> Booking:
    place = (event.pk, block["section"], block["number"])
    hold_request = HoldRequest(*place, MANUAL if names else BEST, len(names) or 1, list(names))
    return accept_hold_request(buyer_id=buyer.pk, hold_request=hold_request)


def test_holds_and_requests_wait_for_a_take_over_and_get_seats_of_the_new_plan(
    opera: Event, newer: Any, carol: User, alice: User, checked: threading.Event
) -> None:
    version = newer(numbered_from_the_right())
    changed, held, accepted = race(
        opera,
        version,
        carol,
        checked,
        partial(hold, opera, alice, BALCONY, "B-10"),
        partial(accept, opera, alice, BALCONY, "A-10"),
    )
    assert isinstance(changed, Event), changed
    assert (held.seat_names, held.positions) == (["B-10"], [10])
    assert (accepted.seat_names, accepted.positions) == (["A-10"], [0])
    allocate_seats(booking_id=accepted.pk)
    accepted.refresh_from_db()
    assert (accepted.seat_names, accepted.positions, accepted.status) == (["A-10"], [0], BookingStatus.PENDING_PAYMENT)
    assert not any(check_invariants().values())


def test_without_the_lock_only_the_audit_log_keeps_a_take_over_from_removing_seats_that_are_held(
    opera: Event, newer: Any, carol: User, alice: User, checked: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        take_over, "lock_blocks", lambda event: list(Subsection.objects.filter(event=event).order_by("pk"))
    )
    changed, held = race(opera, newer(longer_balcony()), carol, checked, partial(hold, opera, alice, BALCONY, "B-10"))
    assert isinstance(changed, IntegrityError), changed  # two changes of one version
    assert held.status == BookingStatus.PENDING_PAYMENT
    assert not any(check_invariants().values())


def test_whoever_waits_for_a_block_that_goes_is_told_that_there_is_none(
    opera: Event, newer: Any, carol: User, alice: User, checked: threading.Event
) -> None:
    version = newer(without_tables())
    block = partial(block_seats, event_id=opera.pk, seller=carol, section="Cabaret", subsection=1, seats=["T2-1"])
    changed, *others = race(
        opera,
        version,
        carol,
        checked,
        partial(hold, opera, alice, TABLES),
        partial(hold, opera, alice, TABLES, "T2-1"),
        partial(accept, opera, alice, TABLES),
        partial(accept, opera, alice, TABLES, "T2-1"),
        block,
    )
    assert isinstance(changed, Event), changed
    assert [type(error) for error in others] == [BadInput] * 4 + [NotFound]
    assert {error.extra["errors"][0]["field"] for error in others[:4]} == {"section"}
    assert not any(check_invariants().values())


def test_without_its_lock_a_request_for_a_block_that_goes_violates_a_foreign_key(
    opera: Event, newer: Any, carol: User, alice: User, checked: threading.Event
) -> None:
    with altered("bookings_hold", ("FOR KEY SHARE", "")):
        changed, accepted = race(opera, newer(without_tables()), carol, checked, partial(accept, opera, alice, TABLES))
    assert isinstance(changed, Event), changed
    assert isinstance(accepted, IntegrityError), accepted


def test_the_list_of_a_blocks_seats_is_of_one_version(opera: Event, newer: Any, carol: User) -> None:
    """A take-over comes while the list is read: status and names are those of one version all the same."""
    version = newer(numbered_from_the_right())
    change = partial(change_event, event_id=opera.pk, seller=carol, plan_version=version.pk)
    changes: list[Any] = []

    def change_after(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        result = execute(sql, *args)
        if "events_subsection" in sql and not changes:
            changes.extend(together(change))
        return result

    with connection.execute_wrapper(change_after):
        listed = subsection_seats(opera.pk, "Parkett links", 2)
    assert isinstance(changes[0], Event), changes
    assert (listed["version"], listed["tickets"][-1]["seat_label"]) == (0, "10")
    listed = subsection_seats(opera.pk, "Parkett links", 2)
    assert (listed["version"], listed["tickets"][-1]["seat_label"]) == (1, "1")


def race_with_a_request(event: Event, version: PlanVersion, seller: User, buyer: User) -> list[Any]:
    """Take over a version without the tables while a request for one is written, but not yet committed."""
    gate = ("outcome := 'accepted';", "PERFORM pg_advisory_xact_lock(1); outcome := 'accepted';")
    written = threading.Event()

    def take_over_meanwhile() -> Event:
        written.wait(30)
        return change_event(event_id=event.pk, seller=seller, plan_version=version.pk)

    def guard() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(1)")
            locked.set()
            wait_until_waiting(1)
            written.set()
            wait_until_waiting(2)

    def accept_behind_the_gate() -> Booking:
        locked.wait(30)
        return accept(event, buyer, TABLES)

    locked = threading.Event()
    with altered("bookings_hold", gate):
        return together(take_over_meanwhile, accept_behind_the_gate, guard)


def wait_until_waiting(number: int) -> None:
    """Wait until so many transactions wait for locks."""
    for _ in range(1000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0] >= number:
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


def test_a_take_over_waits_for_a_request_and_counts_it_as_a_sale(
    opera: Event, newer: Any, carol: User, alice: User
) -> None:
    refused, accepted, _ = race_with_a_request(opera, newer(without_tables()), carol, alice)
    assert isinstance(refused, InvalidState) and "Cabaret-1" in str(refused), refused
    allocate_seats(booking_id=accepted.pk)
    assert Booking.objects.get().status == BookingStatus.PENDING_PAYMENT
    assert not any(check_invariants().values())


def test_with_a_weaker_lock_a_take_over_overlooks_a_request(
    opera: Event, newer: Any, carol: User, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    weaker = Subsection.objects.select_for_update(no_key=True).order_by("pk")
    monkeypatch.setattr(take_over, "lock_blocks", lambda event: list(weaker.filter(event=event)))
    failed, accepted, _ = race_with_a_request(opera, newer(without_tables()), carol, alice)
    assert isinstance(failed, IntegrityError), failed
    assert accepted.status == BookingStatus.PROCESSING
