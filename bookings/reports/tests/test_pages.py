"""The pages for sellers: who can see them, and what they show without their script."""

import json
import re
from collections.abc import Callable
from typing import Any

from django.test import Client

from accounts.models import User
from bookings.holds.models import Booking
from bookings.payments.refund import refund_booking
from events.models import Event

Hold = Callable[..., Booking]


def text_of(response: Any) -> str:
    """Return the visible text of a page."""
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


def test_only_the_seller_and_operators_see_the_charts(
    concert: Event, carol: User, olga: User, alice: User, dave: User, client_of: Any
) -> None:
    for user, status in ((carol, 200), (olga, 200), (alice, 404), (dave, 404)):
        response = client_of(user).get(f"/sell/{concert.pk}")
        assert response.status_code == status
    assert client_of(carol).get("/sell/999999").status_code == 404


def test_anonymous_users_are_sent_to_the_login(concert: Event, client: Client) -> None:
    for path in ("/sell", f"/sell/{concert.pk}"):
        response = client.get(path)
        assert (response.status_code, response["Location"]) == (302, f"/login?next={path}")


def test_a_draft_has_charts(new_event: Callable[..., Event], carol: User, client_of: Any) -> None:
    assert "Draft" in text_of(client_of(carol).get(f"/sell/{new_event(draft=True).pk}"))


def test_the_page_shows_the_current_figures_without_its_script(
    concert: Event, carol: User, alice: User, bob: User, hold: Hold, paid_booking: Hold, client_of: Any
) -> None:
    paid_booking(alice, "1-1", "1-2")
    refund_booking(booking_id=paid_booking(bob, "2-1").pk, user=carol)
    hold(bob, "3-1")
    text = text_of(client_of(carol).get(f"/sell/{concert.pk}"))
    for words in ("Seats sold 2", "Reserved now 1", "Revenue $100.00", "$150.00 taken, $50.00 refunded"):
        assert words in text
    assert "Bookings paid 2 1 refunded" in text


def test_the_initial_data_of_the_script_is_the_report_of_the_api(
    concert: Event, carol: User, alice: User, paid_booking: Hold, client_of: Any
) -> None:
    paid_booking(alice)
    html = client_of(carol).get(f"/sell/{concert.pk}").content.decode()
    found = re.search(r'<script id="page" type="application/json">(.*?)</script>', html)
    assert found
    page = json.loads(found[1])
    assert page["report"] == client_of(carol).get(page["report_path"]).json()


def test_sellers_see_their_events_with_sales_and_revenue(
    concert: Event, new_event: Callable[..., Event], carol: User, alice: User, paid_booking: Hold, client_of: Any
) -> None:
    new_event(name="A quiet evening", draft=True)
    paid_booking(alice)
    text = text_of(client_of(carol).get("/sell"))
    assert "A quiet evening The hall Draft Sold 0 of 200" in text
    assert "A concert The hall Available Sold 2 of 200 1% Revenue $100.00" in text


def test_the_number_of_queries_does_not_grow_with_the_events(
    concert: Event, new_event: Callable[..., Event], carol: User, client_of: Any, django_assert_num_queries: Any
) -> None:
    client = client_of(carol)
    for _ in range(2):
        with django_assert_num_queries(6):  # session, user, count, events with their seats, money by two
            client.get("/sell")
        new_event()


def test_sellers_see_their_own_events_and_operators_all(concert: Event, dave: User, olga: User, client_of: Any) -> None:
    assert concert.name not in text_of(client_of(dave).get("/sell"))
    assert "Set up your first event" in text_of(client_of(dave).get("/sell"))
    assert concert.name in text_of(client_of(olga).get("/sell"))


def test_buyers_get_403(alice: User, client_of: Any) -> None:
    assert client_of(alice).get("/sell").status_code == 403


def test_only_sellers_and_operators_see_the_link_to_the_page(
    carol: User, olga: User, alice: User, client_of: Any
) -> None:
    for user, shown in ((carol, True), (olga, True), (alice, False)):
        assert ('href="/sell"' in client_of(user).get("/").content.decode()) is shown
