"""A database that goes away, or may only read, in the middle of what a seller does at his seller_client."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client

from accounts.models import User
from bookings.admin.actions import price_of
from bookings.checkin.models import GateStaff
from bookings.checkin.staff import add_gate_staff
from bookings.holds.models import Booking
from core.tests.cable import cable
from events.models import Event, SeatChange
from events.seller_admin.rows import LOG_FAILED
from events.seller_admin.tests.messages import messages_of
from ticketing.tests.test_load_shedding import no_writes

pytestmark = pytest.mark.django_db(transaction=True)

BOOKINGS = "/admin/bookings/booking/"
NOTHING = "Nothing was changed."


@pytest.fixture(autouse=True)
def browser(seller_client: Client) -> Client:
    """The seller_client, which shows what went wrong instead of raising it."""
    seller_client.raise_request_exception = False
    return seller_client


@contextmanager
def gone_from(marker: str = "") -> Iterator[None]:
    """From the first change that is about `marker` on, the database ends our session at every change."""
    begun = False

    def end(execute: Any, sql: str, params: Any, *more: Any) -> Any:
        nonlocal begun
        if sql.lstrip().startswith(("UPDATE", "INSERT", "DELETE")) or "FOR NO KEY UPDATE" in sql:
            begun = begun or marker in f"{sql} {params}"
            if begun:
                with connection.wrap_database_errors, connection.connection.cursor() as cursor:
                    cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return execute(sql, params, *more)

    with connection.execute_wrapper(end):
        yield


def page_of(event: Event, page: str) -> str:
    return f"/admin/events/event/{event.pk}/{page}"


def chosen(*bookings: Booking, action: str) -> dict[str, object]:
    """The answer to the list's question."""
    return {"action": action, "_selected_action": [one.pk for one in bookings], "index": "0", "sure": "yes"}


def assert_calm(answer: Any, *words: str) -> None:
    """It is a page of the seller_client that says what became of it."""
    assert (answer.status_code, answer["Content-Type"]) == (503, "text/html; charset=utf-8")
    assert int(answer["Retry-After"]) > 0
    assert "seller admin" in answer.text
    for said in ("One moment, please", *words):
        assert said in answer.text, said


@pytest.mark.parametrize(
    ("page", "posted"),
    [
        ("do/close/", {}),
        ("do/cancel/", {}),
        ("change/", {"name": "Another", "venue_name": "Hall"}),
        ("seats/", {"do": "blocked", "sections": ["A", "B"]}),
    ],
)
def test_where_the_database_goes_away_and_stays_away_nothing_is_done_and_it_is_said(
    seller_client: Client, concert: Event, page: str, posted: dict[str, Any]
) -> None:
    if page == "change/":
        posted = _form_of(seller_client, concert) | posted
    with gone_from():
        answer = seller_client.post(page_of(concert, page), posted)
    assert_calm(answer, NOTHING, "The service is busy at the moment")
    assert page_of(concert, page) in answer.text
    concert.refresh_from_db()
    assert (concert.status, concert.name) == ("available", "A concert")
    assert not SeatChange.objects.exists()
    assert not LogEntry.objects.exists()


def _form_of(seller_client: Client, event: Event) -> dict[str, Any]:
    form = seller_client.get(page_of(event, "change/")).context["adminform"].form
    return {bound.html_name: bound.value() for bound in form if bound.value() not in (None, False)}


def test_a_connection_lost_once_costs_a_seller_nothing(seller_client: Client, concert: Event) -> None:
    with cable() as wire:
        seller_client.get(page_of(concert, "do/close/"))
        wire.cut_at(b'UPDATE "events_event"', deliver=True)
        answer = seller_client.post(page_of(concert, "do/close/"), follow=True)
        assert wire.cuts == 1
    assert messages_of(answer) == ["Sales are closed. Buyers can still pay for seats they hold."]


@pytest.mark.parametrize(
    ("page", "posted"), [("do/close/", {}), ("seats/", {"do": "blocked", "sections": ["A"]})], ids=["a step", "blocks"]
)
def test_where_the_commit_was_lost_nobody_says_that_nothing_was_changed(
    seller_client: Client, concert: Event, page: str, posted: dict[str, Any]
) -> None:
    with cable() as wire:
        seller_client.get(page_of(concert, page))
        wire.cut_at(b"COMMIT", deliver=True)
        answer = seller_client.post(page_of(concert, page), posted)
    assert_calm(answer, "may or may not be saved")
    assert NOTHING not in answer.text


def test_picked_seats_whose_commit_was_lost_are_not_called_refused(seller_client: Client, concert: Event) -> None:
    block = concert.subsections.get(section="A", number=1)
    with cable() as wire:
        seller_client.get(page_of(concert, "seats/"))
        wire.cut_at(b"COMMIT", deliver=True)
        answer = seller_client.post(page_of(concert, "seats/"), {"block": block.pk, "do": "blocked", "seats": "1-1"})
    assert_calm(answer, "may or may not be saved")
    assert SeatChange.objects.count() == 1


def test_of_many_it_is_said_which_were_done_before_it_stopped(
    seller_client: Client, paid_booking: Callable[..., Booking], alice: User, bob: User
) -> None:
    first, second, third = paid_booking(alice), paid_booking(bob), paid_booking(bob)
    order = list(seller_client.get(BOOKINGS).context["cl"].result_list)
    assert [one.pk for one in order] == [third.pk, second.pk, first.pk]
    with gone_from(str(second.pk)):
        answer = seller_client.post(BOOKINGS, chosen(first, second, third, action="refund"))
    assert_calm(answer, f"Refunded {price_of(third)}", "Not done: bob@example.com, block A-1, row 1,", "; alice@")
    assert NOTHING not in answer.text
    assert list(Booking.objects.order_by("created_at").values_list("status", flat=True)) == ["paid", "paid", "refunded"]
    assert LogEntry.objects.count() == 1


def test_of_many_the_one_whose_commit_was_lost_is_named_apart(
    seller_client: Client, paid_booking: Callable[..., Booking], alice: User, bob: User
) -> None:
    bookings = [paid_booking(alice), paid_booking(bob)]
    with cable() as wire:
        seller_client.get(BOOKINGS)
        wire.cut_at(b"COMMIT", deliver=False)
        answer = seller_client.post(BOOKINGS, chosen(*bookings, action="refund"))
    assert_calm(answer, "May be done, please check: bob@example.com", "Not done: alice@example.com")


def test_gate_staff_that_was_not_removed_any_more_is_named(seller_client: Client, concert: Event, carol: User) -> None:
    staff = [
        add_gate_staff(event_id=concert.pk, email=f"{name}@example.com", seller=carol) for name in ("ann", "ben", "cid")
    ]
    posted = {"action": "delete_selected", "_selected_action": [row.pk for row in staff], "post": "yes"}
    with gone_from("ben@example.com"):
        answer = seller_client.post("/admin/bookings/gatestaff/", posted)
    assert_calm(answer, "Not done: ben@example.com; cid@example.com.")
    assert GateStaff.objects.count() == 2


def test_what_is_done_stays_done_though_its_history_can_not_be_written(seller_client: Client, concert: Event) -> None:
    with gone_from("django_admin_log"):
        answer = seller_client.post(page_of(concert, "do/close/"), follow=True)
    assert messages_of(answer) == [LOG_FAILED, "Sales are closed. Buyers can still pay for seats they hold."]
    assert not LogEntry.objects.exists()


def test_a_database_that_only_reads_is_told_at_the_desk_and_nothing_is_done(
    seller_client: Client, paid_booking: Callable[..., Booking], alice: User, bob: User
) -> None:
    bookings = [paid_booking(alice), paid_booking(bob)]
    with no_writes():
        found_out = seller_client.post(BOOKINGS, chosen(*bookings, action="refund"))
        known = seller_client.post(BOOKINGS, chosen(*bookings, action="refund"))
    assert_calm(found_out, "nothing can be changed at the moment", "Not done: bob@", "; alice@")
    assert_calm(known, "nothing can be changed at the moment", NOTHING)
    assert found_out["X-Read-Only"] == known["X-Read-Only"] == "1"
    assert not Booking.objects.exclude(status="paid").exists()
