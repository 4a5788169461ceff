"""The seller admin when the database is lost or read-only in the middle of an action."""

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
    """The seller's browser; it gets error pages instead of exceptions."""
    seller_client.raise_request_exception = False
    return seller_client


@contextmanager
def connection_lost_from(marker: str = "") -> Iterator[None]:
    """End the database session at every write, from the first one whose statement or parameters contain `marker`."""
    active = False

    def end_session(execute: Any, sql: str, params: Any, *more: Any) -> Any:
        nonlocal active
        if sql.lstrip().startswith(("UPDATE", "INSERT", "DELETE")) or "FOR NO KEY UPDATE" in sql:
            active = active or marker in f"{sql} {params}"
            if active:
                with connection.wrap_database_errors, connection.connection.cursor() as cursor:
                    cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return execute(sql, params, *more)

    with connection.execute_wrapper(end_session):
        yield


def page_of(event: Event, page: str) -> str:
    return f"/admin/events/event/{event.pk}/{page}"


def confirmed(*bookings: Booking, action: str) -> dict[str, object]:
    """Return the form of the list's confirmation page."""
    return {"action": action, "_selected_action": [booking.pk for booking in bookings], "index": "0", "sure": "yes"}


def assert_outage_page(response: Any, *texts: str) -> None:
    """Assert that the response is a 503 page of the seller admin with these texts."""
    assert (response.status_code, response["Content-Type"]) == (503, "text/html; charset=utf-8")
    assert int(response["Retry-After"]) > 0
    assert "seller admin" in response.text
    for text in ("One moment, please", *texts):
        assert text in response.text, text


@pytest.mark.parametrize(
    ("page", "posted"),
    [
        ("do/close/", {}),
        ("do/cancel/", {}),
        ("change/", {"name": "Another", "venue_name": "Hall"}),
        ("seats/", {"do": "blocked", "sections": ["A", "B"]}),
    ],
)
def test_if_the_database_stays_unavailable_the_page_says_that_nothing_was_changed(
    seller_client: Client, concert: Event, page: str, posted: dict[str, Any]
) -> None:
    if page == "change/":
        posted = _form_of(seller_client, concert) | posted
    with connection_lost_from():
        response = seller_client.post(page_of(concert, page), posted)
    assert_outage_page(response, NOTHING, "The service is busy at the moment")
    assert page_of(concert, page) in response.text
    concert.refresh_from_db()
    assert (concert.status, concert.name) == ("available", "A concert")
    assert not SeatChange.objects.exists()
    assert not LogEntry.objects.exists()


def _form_of(seller_client: Client, event: Event) -> dict[str, Any]:
    form = seller_client.get(page_of(event, "change/")).context["adminform"].form
    return {bound.html_name: bound.value() for bound in form if bound.value() not in (None, False)}


def test_an_action_is_retried_after_a_lost_connection(seller_client: Client, concert: Event) -> None:
    with cable() as wire:
        seller_client.get(page_of(concert, "do/close/"))
        wire.cut_at(b'UPDATE "events_event"', deliver=True)
        response = seller_client.post(page_of(concert, "do/close/"), follow=True)
        assert wire.cuts == 1
    assert messages_of(response) == ["Sales are closed. Buyers can still pay for seats that they have reserved."]


@pytest.mark.parametrize(
    ("page", "posted"),
    [("do/close/", {}), ("seats/", {"do": "blocked", "sections": ["A"]})],
    ids=["an action", "seats"],
)
def test_after_a_lost_commit_the_page_says_that_the_change_may_be_saved(
    seller_client: Client, concert: Event, page: str, posted: dict[str, Any]
) -> None:
    with cable() as wire:
        seller_client.get(page_of(concert, page))
        wire.cut_at(b"COMMIT", deliver=True)
        response = seller_client.post(page_of(concert, page), posted)
    assert_outage_page(response, "may or may not be saved")
    assert NOTHING not in response.text


def test_after_a_lost_commit_picked_seats_are_not_reported_as_refused(seller_client: Client, concert: Event) -> None:
    subsection = concert.subsections.get(section="A", number=1)
    with cable() as wire:
        seller_client.get(page_of(concert, "seats/"))
        wire.cut_at(b"COMMIT", deliver=True)
        response = seller_client.post(
            page_of(concert, "seats/"), {"block": subsection.pk, "do": "blocked", "seats": "1-1"}
        )
    assert_outage_page(response, "may or may not be saved")
    assert SeatChange.objects.count() == 1


def not_done(first: Booking, second: Booking) -> tuple[str, str]:
    """Return how the page names Bob's and Alice's bookings that were not changed."""
    return f"Not done: {first.reference}, bob@", f"; {second.reference}, alice@"


def test_of_several_rows_the_page_says_which_were_changed_before_the_outage(
    seller_client: Client, paid_booking: Callable[..., Booking], alice: User, bob: User
) -> None:
    first, second, third = paid_booking(alice), paid_booking(bob), paid_booking(bob)
    order = list(seller_client.get(BOOKINGS).context["cl"].result_list)
    assert [booking.pk for booking in order] == [third.pk, second.pk, first.pk]
    with connection_lost_from(str(second.pk)):
        response = seller_client.post(BOOKINGS, confirmed(first, second, third, action="refund"))
    assert_outage_page(
        response,
        f"Refunded {price_of(third)}",
        f"Not done: {second.reference}, bob@example.com, block A-1, row 1,",
        f"; {first.reference}, alice@",
    )
    assert NOTHING not in response.text
    assert list(Booking.objects.order_by("created_at").values_list("status", flat=True)) == ["paid", "paid", "refunded"]
    assert LogEntry.objects.count() == 1


def test_of_several_rows_the_one_whose_commit_was_lost_is_named_separately(
    seller_client: Client, paid_booking: Callable[..., Booking], alice: User, bob: User
) -> None:
    bookings = [paid_booking(alice), paid_booking(bob)]
    with cable() as wire:
        seller_client.get(BOOKINGS)
        wire.cut_at(b"COMMIT", deliver=False)
        response = seller_client.post(BOOKINGS, confirmed(*bookings, action="refund"))
    assert_outage_page(
        response,
        f"May be done, please check: {bookings[1].reference}, bob@",
        f"Not done: {bookings[0].reference}, alice@",
    )


def test_gate_staff_that_was_not_removed_is_named(seller_client: Client, concert: Event, carol: User) -> None:
    staff = [
        add_gate_staff(event_id=concert.pk, email=f"{name}@example.com", seller=carol) for name in ("ann", "ben", "cid")
    ]
    posted = {"action": "delete_selected", "_selected_action": [row.pk for row in staff], "post": "yes"}
    with connection_lost_from("ben@example.com"):
        response = seller_client.post("/admin/bookings/gatestaff/", posted)
    assert_outage_page(response, "Not done: ben@example.com; cid@example.com.")
    assert GateStaff.objects.count() == 2


def test_an_action_keeps_its_effect_if_its_log_entry_cannot_be_written(seller_client: Client, concert: Event) -> None:
    with connection_lost_from("django_admin_log"):
        response = seller_client.post(page_of(concert, "do/close/"), follow=True)
    closed = "Sales are closed. Buyers can still pay for seats that they have reserved."
    assert messages_of(response) == [LOG_FAILED, closed]
    assert not LogEntry.objects.exists()


def test_a_read_only_database_is_reported_and_nothing_is_changed(
    seller_client: Client, paid_booking: Callable[..., Booking], alice: User, bob: User
) -> None:
    bookings = [paid_booking(alice), paid_booking(bob)]
    with no_writes():
        first = seller_client.post(BOOKINGS, confirmed(*bookings, action="refund"))
        second = seller_client.post(BOOKINGS, confirmed(*bookings, action="refund"))
    assert_outage_page(
        first,
        "nothing can be changed at the moment",
        f"Not done: {bookings[1].reference}, bob@",
        f"; {bookings[0].reference}, alice@",
    )
    assert_outage_page(second, "nothing can be changed at the moment", NOTHING)
    assert first["X-Read-Only"] == second["X-Read-Only"] == "1"
    assert not Booking.objects.exclude(status="paid").exists()
