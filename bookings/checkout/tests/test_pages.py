"""The buyer's pages without JavaScript: who may open them, and what they show in each status."""

import json
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from bookings.checkout.tests.stage import end_hold, text_of
from bookings.holds.cancel import cancel_booking
from bookings.holds.expiry import expire_holds
from bookings.holds.extend import extend_hold
from bookings.holds.models import Booking
from bookings.payments.gateways.protocol import RefundedTotal
from bookings.payments.models import Payment, Refund
from bookings.payments.refund import refund_booking
from bookings.payments.returned import record_refunded_total
from core.clock import database_now
from events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

ClientOf = Callable[[User | None], APIClient]
Hold = Callable[..., Booking]


def opening_tag(page: object, id: str) -> str:
    """Return the opening tag of the element with this id."""
    match = re.search(rf'<[^<>]*\bid="{id}"[^<>]*>', page.content.decode())  # type: ignore[attr-defined]
    assert match, id
    return match[0]


# --- Permissions -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/checkout/{}", "/checkout/{}/done", "/bookings?page=2"])
def test_an_anonymous_user_is_sent_to_the_login_and_back(client: Client, hold: Hold, alice: User, path: str) -> None:
    path = path.format(hold(alice, "1-1").pk)
    response = client.get(path)
    target = urlsplit(response["Location"])
    assert response.status_code == 302
    assert (target.scheme, target.netloc, target.path) == ("", "", "/login")
    assert parse_qs(target.query)["next"] == [path]


def test_the_login_returns_only_to_paths_of_this_site(client: Client) -> None:
    response = client.get("/bookings?next=https://evil.example", headers={"Host": "127.0.0.1"})
    assert parse_qs(urlsplit(response["Location"]).query)["next"] == ["/bookings?next=https://evil.example"]


@pytest.mark.parametrize("page", ["/checkout/{}", "/checkout/{}/done"])
def test_other_users_get_404_and_the_seller_403(
    client_of: ClientOf, hold: Hold, alice: User, bob: User, carol: User, dave: User, page: str
) -> None:
    path = page.format(hold(alice, "1-1").pk)
    assert client_of(bob).get(path).status_code == 404
    assert client_of(dave).get(path).status_code == 404
    assert client_of(carol).get(path).status_code == 403
    assert client_of(alice).get(page.format(uuid.uuid4())).status_code == 404


def test_the_list_has_no_bookings_of_other_users(
    client_of: ClientOf, hold: Hold, alice: User, bob: User, carol: User, concert: Event
) -> None:
    hold(alice, "1-1")
    for other in (bob, carol):
        page = client_of(other).get("/bookings")
        assert concert.name not in text_of(page)
        assert "Nothing booked yet" in text_of(page)
        assert 'href="/"' in page.content.decode()


@pytest.mark.parametrize("path", ["/checkout/{}", "/bookings"])
def test_pages_are_not_cached_and_accept_no_post(client_of: ClientOf, hold: Hold, alice: User, path: str) -> None:
    path = path.format(hold(alice, "1-1").pk)
    assert "no-store" in client_of(alice).get(path)["Cache-Control"]
    assert client_of(alice).post(path).status_code == 405


# --- Checkout --------------------------------------------------------------------------------------


def test_checkout_shows_the_seats_the_total_and_the_time_left(client_of: ClientOf, hold: Hold, alice: User) -> None:
    booking = hold(alice, "2-3", "2-4", "3-1", "2-6")
    page = client_of(alice).get(f"/checkout/{booking.pk}")
    text = text_of(page)
    assert "Section A, block 1" in text
    assert "Row 2, seats 3, 4 and 6 $150.00" in text
    assert "Row 3, seat 1 $50.00" in text
    assert "To pay $200.00" in text
    assert re.search(r"(5:00|4:59) Reserved for you until \d\d:\d\d:\d\d UTC", text)
    assert "More time (+5 min)" in text
    assert "hidden" not in opening_tag(page, "pay")
    assert "hidden" in opening_tag(page, "over")
    data = json.loads(re.search(r'id="checkout-data" type="application/json">(.*?)<', page.content.decode())[1])  # type: ignore[index]
    assert (data["order"]["id"], data["extended"], data["window_seconds"]) == (str(booking.pk), False, 300)


def test_pages_have_no_inline_scripts_or_styles(client_of: ClientOf, hold: Hold, alice: User) -> None:
    for path in (f"/checkout/{hold(alice, '1-1').pk}", "/bookings"):
        html = client_of(alice).get(path).content.decode()
        assert not re.search(r'<style|\sstyle="|\son\w+="|javascript:', html)
        for tag in re.findall(r"<script\b[^>]*>", html):
            assert "src=" in tag or 'type="application/json"' in tag


def test_an_extended_hold_cannot_be_extended_again(client_of: ClientOf, hold: Hold, alice: User) -> None:
    booking = hold(alice, "1-1")
    extend_hold(booking_id=booking.pk, buyer=alice)
    page = client_of(alice).get(f"/checkout/{booking.pk}")
    assert "disabled" in opening_tag(page, "extend")
    assert "Time was added" in text_of(page)


def test_checkout_shows_a_payment_in_progress(client_of: ClientOf, hold: Hold, alice: User) -> None:
    booking = hold(alice, "1-1")
    assert "hidden" in opening_tag(client_of(alice).get(f"/checkout/{booking.pk}"), "payment-in-progress")
    Payment.objects.create(
        event_id=booking.event_id,
        order=booking.order,
        amount=5000,
        currency="USD",
        gateway="mock",
        card_last4="0077",
        created_at=database_now(),
    )
    assert "hidden" not in opening_tag(client_of(alice).get(f"/checkout/{booking.pk}"), "payment-in-progress")


@pytest.mark.parametrize("swept", [False, True])
def test_a_hold_past_its_deadline_is_shown_as_expired(
    client_of: ClientOf, hold: Hold, alice: User, concert: Event, swept: bool
) -> None:
    booking = hold(alice, "1-1")
    end_hold(booking)
    if swept:
        expire_holds()
    page = client_of(alice).get(f"/checkout/{booking.pk}")
    assert "Expired The time to pay ran out, so the seats are free again." in text_of(page)
    assert "hidden" in opening_tag(page, "pay")
    assert "hidden" not in opening_tag(page, "over")
    assert f'href="/events/{concert.pk}"' in page.content.decode()


def test_the_api_lists_a_hold_past_its_deadline_as_expired(client_of: ClientOf, hold: Hold, alice: User) -> None:
    over, held = hold(alice, "1-1"), hold(alice, "1-2")
    end_hold(over)
    for status, booking in (("expired", over), ("pending_payment", held)):
        results = client_of(alice).get(f"/api/booking?booking_status={status}").json()["results"]
        assert [(one["id"], one["status"]) for one in results] == [(str(booking.pk), status)]


def test_checkout_shows_that_a_hold_was_cancelled(client_of: ClientOf, hold: Hold, alice: User) -> None:
    booking = hold(alice, "1-1")
    cancel_booking(booking_id=booking.pk, buyer=alice)
    page = client_of(alice).get(f"/checkout/{booking.pk}")
    assert "Cancelled You cancelled the reservation." in text_of(page)
    assert "Try to get the same seats" in text_of(page)


def test_a_payment_after_its_seats_were_lost_is_explained(client_of: ClientOf, hold: Hold, alice: User) -> None:
    booking = hold(alice, "1-1")
    end_hold(booking)
    expire_holds()
    Booking.objects.filter(pk=booking.pk).update(failure="The money is returned in full.")
    text = text_of(client_of(alice).get(f"/checkout/{booking.pk}"))
    assert "The money is returned in full." in text
    assert "Nothing was charged" not in text


def test_test_cards_are_shown_only_for_the_mock_gateway(
    client_of: ClientOf, hold: Hold, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/checkout/{hold(alice, '1-1').pk}"
    assert "4242 4242 4242 4242" in text_of(client_of(alice).get(path))
    monkeypatch.setattr("bookings.checkout.pages.gateway", lambda: object())
    assert "4242" not in text_of(client_of(alice).get(path))


def test_the_name_of_an_event_is_escaped(
    client_of: ClientOf, hold: Hold, alice: User, new_event: Callable[..., Event]
) -> None:
    name = '</script><script>alert(1)</script>" onload="x'
    booking = hold(alice, "1-1", event=new_event(name=name))
    for path in (f"/checkout/{booking.pk}", "/bookings"):
        assert "<script>alert" not in client_of(alice).get(path).content.decode()


# --- Done ------------------------------------------------------------------------------------------


def test_the_page_of_a_paid_booking_confirms_it(
    client_of: ClientOf, paid_booking: Hold, alice: User, new_event: Callable[..., Event]
) -> None:
    event = new_event(starts_at=database_now() + timedelta(days=3))
    booking = paid_booking(alice, "1-1", "1-2", event=event)
    assert client_of(alice).get(f"/checkout/{booking.pk}")["Location"] == f"/checkout/{booking.pk}/done"
    page = client_of(alice).get(f"/checkout/{booking.pk}/done")
    text = text_of(page)
    assert "Your seats are booked" in text
    assert "Row 1, seats 1 and 2 $100.00" in text
    assert booking.reference in text
    assert {ticket.reference for ticket in booking.admissions.all()} <= set(text.split())
    assert booking.payments.get().reference in text
    assert str(booking.pk) not in text
    assert "mail" not in text.lower()
    assert f'href="/api/order/{booking.pk}/calendar.ics"' in page.content.decode()
    assert f'data-share="http://testserver/events/{event.pk}"' in page.content.decode()


def test_an_event_without_a_date_has_no_calendar_link(client_of: ClientOf, paid_booking: Hold, alice: User) -> None:
    page = client_of(alice).get(f"/checkout/{paid_booking(alice, '1-1').pk}/done")
    assert "calendar" not in text_of(page)
    assert "Date to be announced" in text_of(page)


def test_an_unpaid_booking_redirects_to_checkout(client_of: ClientOf, hold: Hold, alice: User) -> None:
    booking = hold(alice, "1-1")
    assert client_of(alice).get(f"/checkout/{booking.pk}/done")["Location"] == f"/checkout/{booking.pk}"


def test_the_page_of_a_refunded_booking_explains_the_refund(
    client_of: ClientOf, paid_booking: Hold, alice: User
) -> None:
    booking = paid_booking(alice, "1-1")
    Booking.objects.filter(pk=booking.pk).update(status="refunded")
    text = text_of(client_of(alice).get(f"/checkout/{booking.pk}/done"))
    assert "Refunded The money goes back to the card or account you paid with." in text


def test_the_page_of_a_refunded_booking_says_when_and_how_much(
    client_of: ClientOf, paid_booking: Hold, alice: User, carol: User
) -> None:
    booking = paid_booking(alice, "1-1", "1-2")
    refund_booking(booking_id=booking.pk, user=carol)
    path, refunds = f"/checkout/{booking.pk}/done", Refund.objects.all()
    refunds.update(created_at=datetime(2026, 11, 5, 9, 30, tzinfo=UTC), status="pending", sent_at=None)
    text = text_of(client_of(alice).get(path))
    assert "Refunded on Thu 5 Nov 2026, 09:30 UTC $100.00 goes back to the card or account you paid with." in text
    assert text.index("Refunded on") < text.index("Paid on")
    for status, sent_at, says in (
        ("sent", database_now(), "$100.00 has gone back to the card or account you paid with."),
        ("failed", None, "$100.00 could not be sent back to the card or account you paid with yet."),
    ):
        refunds.update(status=status, sent_at=sent_at)
        assert says in text_of(client_of(alice).get(path))
    refunds.update(status="sent", sent_at=database_now(), reason="dispute")
    assert "$100.00 was taken back by your bank." in text_of(client_of(alice).get(path))


def test_a_partial_refund_made_at_the_provider_is_shown_while_the_tickets_stay_valid(
    client_of: ClientOf, paid_booking: Hold, alice: User
) -> None:
    booking = paid_booking(alice, "1-1", "1-2")
    record_refunded_total(payment_id=booking.payments.get().pk, notice=RefundedTotal("1", "ref", amount=3_000))
    text = text_of(client_of(alice).get(f"/checkout/{booking.pk}/done"))
    assert "$30.00 has gone back to the card or account you paid with." in text
    assert "Your seats are booked" in text


def test_the_page_of_returned_free_tickets_says_when_and_names_no_amount(
    client_of: ClientOf, paid_booking: Hold, alice: User, new_event: Callable[..., Event]
) -> None:
    booking = paid_booking(alice, event=new_event([{"name": "A", "price": 0, "subsections": 1}]))
    refund_booking(booking_id=booking.pk, user=alice)
    text = text_of(client_of(alice).get(f"/checkout/{booking.pk}/done"))
    assert re.search(r"Returned on \w+ \d+ \w+ \d+, \d\d:\d\d UTC Booked on", text)
    assert "card" not in text and "0.00" not in text


def test_a_booking_that_was_never_refunded_mentions_no_refund(
    client_of: ClientOf, paid_booking: Hold, alice: User
) -> None:
    assert "Refunded" not in text_of(client_of(alice).get(f"/checkout/{paid_booking(alice).pk}/done"))


def test_only_a_price_that_is_still_to_pay_has_no_fees(
    client_of: ClientOf, hold: Hold, paid_booking: Hold, alice: User
) -> None:
    held, lost = hold(alice, "1-1", "1-2"), hold(alice, "2-1", "2-2")
    paid, refunded = paid_booking(alice, "3-1", "3-2"), paid_booking(alice, "1-5", "1-6")
    end_hold(lost)
    refund_booking(booking_id=refunded.pk, user=alice)
    texts = {
        booking.pk: text_of(client_of(alice).get(f"/checkout/{booking.pk}", follow=True))
        for booking in (held, lost, paid, refunded)
    }
    assert [pk for pk, text in texts.items() if "No fees are added." in text] == [held.pk]
    assert all("2 seats at $50.00 each." in text for text in texts.values())


def test_a_single_seat_has_no_price_of_each(client_of: ClientOf, hold: Hold, alice: User) -> None:
    assert "each" not in text_of(client_of(alice).get(f"/checkout/{hold(alice, '1-1').pk}"))


def test_a_paid_booking_shows_its_tickets_with_their_codes(paid_booking, alice, client):
    booking = paid_booking(alice, "1-1", "1-2")
    client.force_login(alice)
    page = client.get(f"/checkout/{booking.pk}/done").content.decode()
    for ticket in booking.admissions.all():
        assert f"/api/booking/{booking.pk}/admissions/{ticket.pk}/qr.svg" in page
    assert 'alt="Ticket code: Section A, block 1, Row 1, seat 2"' in page
    assert "Row\u00a01,\u00a0seat\u00a02</strong><br>Section A, block\u00a01<br>" in page
    assert f"/api/order/{booking.pk}/tickets.pdf" in page
    assert "Return the tickets" in page
