"""The history of a seat in the admin."""

import pytest
from django.urls import reverse

from bookings.holds.models import Booking
from events.models import Subsection


@pytest.fixture
def subsection(concert) -> Subsection:
    """The concert's first subsection."""
    return Subsection.objects.filter(event=concert).earliest("id")


def page_of(subsection: Subsection, position: int = 0, event_id: int | None = None) -> str:
    return reverse("admin:bookings_seat_history", args=[event_id or subsection.event_id, subsection.pk, position])


def test_the_page_has_the_url_that_other_pages_link_to(subsection):
    assert page_of(subsection, 7) == f"/admin/bookings/seat/{subsection.event_id}/{subsection.pk}/7/"


def test_the_page_shows_the_history_with_links_to_the_bookings(seller_client, subsection, paid_booking, alice):
    booking = paid_booking(alice, "1-1", "1-2")
    page = seller_client.get(page_of(subsection)).text
    for shown in (
        "A-1, row 1, seat 1",
        "sold</strong> now",
        "Held by Alice (alice@example.com), with 1-2.",
        "ending 4242",
    ):
        assert shown in page
    assert f'href="/admin/bookings/booking/{booking.pk}/change/"' in page
    assert page.index("Payment taken") < page.index("Ticket issued")


def test_a_seat_without_a_history_says_so(seller_client, subsection):
    page = seller_client.get(page_of(subsection, 49)).text
    assert "A-1, row 5, seat 10" in page
    assert "Nothing has happened to this seat" in page


def test_a_buyers_name_is_escaped(seller_client, subsection, hold, alice):
    alice.name = "<script>alert(1)</script>"
    alice.save()
    hold(alice, "1-1")
    page = seller_client.get(page_of(subsection)).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_an_operator_sees_every_seat(client, olga, subsection):
    client.force_login(olga)
    assert client.get(page_of(subsection)).status_code == 200


def test_a_seat_of_another_seller_is_not_found(client, dave, subsection, new_event, hold, alice):
    hold(alice, "1-1")
    own = new_event(seller=dave)
    client.force_login(dave)
    for address in (page_of(subsection), page_of(subsection, event_id=own.pk)):
        answer = client.get(address)
        assert answer.status_code == 404
        assert "alice" not in answer.text


@pytest.mark.parametrize("person", ["alice", None])
def test_users_without_access_to_the_admin_are_sent_to_the_login(client, request, subsection, person):
    if person:
        client.force_login(request.getfixturevalue(person))
    answer = client.get(page_of(subsection))
    assert answer.status_code == 302
    assert "/admin/login/" in answer["Location"]


@pytest.mark.parametrize("change", [{"position": 50}, {"position": 10**30}, {"event_id": 10**30}])
def test_an_unknown_seat_is_not_found(seller_client, subsection, change):
    assert seller_client.get(page_of(subsection, **change)).status_code == 404


def test_the_page_accepts_no_post(seller_client, subsection):
    assert seller_client.post(page_of(subsection)).status_code == 405


def test_the_page_of_a_booking_links_to_each_of_its_seats(seller_client, subsection, hold, alice):
    booking: Booking = hold(alice, "1-1", "2-3")
    page = seller_client.get(f"/admin/bookings/booking/{booking.pk}/change/").text
    assert (
        f'<a href="{page_of(subsection, 0)}">row 1 seat 1</a>, <a href="{page_of(subsection, 12)}">row 2 seat 3</a>'
        in page
    )
