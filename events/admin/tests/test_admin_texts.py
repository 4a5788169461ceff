"""Titles of the pages of the seller admin, and links they don't show because nobody may use them."""

import pytest
from django.test import Client

from accounts.models import User
from bookings.checkin.check_in import check_in
from bookings.checkin.tests.stage import codes_of
from bookings.holds.models import Booking
from events.models import Event

LISTS = {
    "events/event": ("Events", "New event"),
    "bookings/booking": ("Bookings", ""),
    "bookings/checkin": ("Check-ins", ""),
    "bookings/gatestaff": ("Gate staff of one event", "New gate staff of one event"),
    "bookings/sellergatestaff": ("Gate staff of all events", "New gate staff of all events"),
    "bookings/endpoint": ("Webhook endpoints", "New webhook endpoint"),
    "bookings/delivery": ("Webhook deliveries", ""),
}


@pytest.mark.parametrize("path", LISTS)
def test_a_list_has_a_title_and_a_link_to_add_a_row(seller_client: Client, path: str) -> None:
    title, new = LISTS[path]
    page = seller_client.get(f"/admin/{path}/")
    assert page.context["title"] == title
    assert "Select " not in page.text
    assert "Times without another zone are UTC" in page.text
    assert ('class="addlink"' in page.text) == bool(new)
    if new:
        assert f">{new}</a>" in page.text
        form = seller_client.get(f"/admin/{path}/add/")
        assert form.context["title"] == new
        assert "_continue" not in form.text
        assert "related-widget-wrapper-link" not in form.text


def test_the_title_of_a_rows_page_is_its_name(seller_client: Client, concert: Event, hold, alice: User) -> None:
    page = seller_client.get(f"/admin/events/event/{concert.pk}/change/")
    assert (page.context["title"], page.context["subtitle"]) == ("A concert", None)
    booking: Booking = hold(alice, "1-1")
    page = seller_client.get(f"/admin/bookings/booking/{booking.pk}/change/")
    assert page.context["title"] == f"{booking.reference}, alice@example.com, block A-1, row 1, seat 1"


def test_the_index_links_to_the_add_forms_and_has_one_link_per_list(seller_client: Client) -> None:
    page = seller_client.get("/admin/").text
    assert page.count('class="addlink"') == 6
    assert "changelink" not in page
    assert "viewlink" not in page
    assert seller_client.get("/admin/events/").context["title"] == "For sale"
    assert seller_client.get("/admin/nothing/").status_code == 404


def test_a_check_in_has_no_history_link_because_it_cannot_be_changed(
    seller_client: Client, paid_booking, alice: User, carol: User, concert: Event
) -> None:
    check_in(event_id=concert.pk, by=carol, code=codes_of(paid_booking(alice))[0])
    row = seller_client.get("/admin/bookings/checkin/").context["cl"].result_list[0]
    page = seller_client.get(f"/admin/bookings/checkin/{row.pk}/change/").text
    assert "historylink" not in page
