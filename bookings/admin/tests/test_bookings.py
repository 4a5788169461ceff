"""Bookings in the admin: search and read; no field can be edited. Actions have their own tests."""

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from bookings.event_changes.cancel_event import release_cancelled_event
from bookings.holds.models import Booking
from bookings.payments.models import Payment, Refund
from bookings.payments.pay import pay_booking
from bookings.payments.send_refunds import send_refund
from bookings.references import ALPHABET, has_valid_check
from core.clock import database_now
from events.models import Event

LIST = "/admin/bookings/booking/"


@pytest.fixture
def daves_booking(new_event, dave, hold, bob) -> Booking:
    """A booking of an event of dave, who is another seller."""
    return hold(bob, event=new_event(seller=dave, name="Dave's evening"))


def ids_in_list(browser, query: str = "") -> list[uuid.UUID]:
    """Return the ids of the bookings that the list shows."""
    return [booking.pk for booking in browser.get(LIST + query).context["cl"].result_list]


def page_of(booking: Booking, page: str = "change/") -> str:
    return f"{LIST}{booking.pk}/{page}"


def test_sellers_see_only_the_bookings_of_their_own_events(seller_client, hold, alice, daves_booking):
    booking = hold(alice)
    assert ids_in_list(seller_client) == [booking.pk]
    assert (
        ids_in_list(seller_client, f"?q={daves_booking.pk}")
        == ids_in_list(seller_client, "?q=bob")
        == ids_in_list(seller_client, f"?event__id__exact={daves_booking.event_id}")
        == []
    )


def test_an_operator_sees_all_bookings(client, olga, hold, alice, daves_booking):
    booking = hold(alice)
    client.force_login(olga)
    assert set(ids_in_list(client)) == {booking.pk, daves_booking.pk}
    assert client.get(page_of(daves_booking)).status_code == 200


@pytest.mark.parametrize("page", ["change/", "history/", "delete/"])
def test_a_booking_of_another_seller_is_not_accessible(seller_client, daves_booking, page):
    for answer in (
        seller_client.get(page_of(daves_booking, page)),
        seller_client.post(page_of(daves_booking, page), {"status": "paid", "post": "yes"}),
    ):
        assert answer.status_code in (302, 403, 404)
        assert "bob@example.com" not in answer.text


def test_the_list_shows_buyer_seats_and_price(seller_client, hold, alice):
    booking = hold(alice, "1-1", "1-2")
    page = seller_client.get(LIST).text
    for shown in (
        "alice@example.com",
        "A concert",
        "A-1",
        booking.reference,
        "row 1, seats 1 and 2",
        "Waiting for payment",
        "$100.00",
    ):
        assert shown in page
    assert str(booking.pk) in page


def test_bookings_are_found_by_id_buyer_event_and_status(seller_client, hold, paid_booking, new_event, alice, bob):
    held, paid = hold(alice), paid_booking(bob)
    other = hold(bob, event=new_event())
    assert ids_in_list(seller_client, f"?q={held.pk}") == ids_in_list(seller_client, f"?q={held.pk.hex}") == [held.pk]
    assert (
        ids_in_list(seller_client, "?q=alice")
        == ids_in_list(seller_client, "?q=ALICE@ex")
        == ids_in_list(seller_client, "?q=lic")
        == [held.pk]
    )
    assert ids_in_list(seller_client, "?status__exact=paid") == [paid.pk]
    assert ids_in_list(seller_client, f"?event__id__exact={other.event_id}") == [other.pk]
    assert ids_in_list(seller_client, f"?q={uuid.uuid4()}") == ids_in_list(seller_client, "?q=nobody") == []


def test_bookings_are_found_by_the_references_of_booking_ticket_and_payment(seller_client, paid_booking, alice, bob):
    booking, _ = paid_booking(alice, "1-1", "1-2"), paid_booking(bob)
    booking.refresh_from_db()
    for row in (booking, *booking.admissions.all(), *booking.payments.all()):
        typed = f" {row.reference[:4].lower()} - {row.reference[4:]}"
        assert ids_in_list(seller_client, f"?q={typed}") == [booking.pk]


def test_the_reference_of_another_sellers_booking_finds_nothing(seller_client, hold, alice, daves_booking):
    hold(alice)
    assert ids_in_list(seller_client, f"?q={daves_booking.reference}") == []


def test_a_mistyped_reference_is_called_one(seller_client, hold, alice):
    wrong = hold(alice).reference[:-1]
    wrong += next(letter for letter in ALPHABET if not has_valid_check(wrong + letter))
    text = "There is a typing mistake in this reference"
    assert text in seller_client.get(f"{LIST}?q={wrong}").text
    for other in ("nobody", "marianne", "alice77@", hold(alice).reference):
        assert text not in seller_client.get(f"{LIST}?q={other}").text


def test_buyers_are_found_by_their_names(seller_client, hold, alice, bob):
    alice.name = "Zoë de la Cruz"
    alice.save()
    booking = hold(alice)
    hold(bob)
    for typed in ("la cruz", "zoë", "ZOE", "Zoé crúz"):
        assert ids_in_list(seller_client, f"?q={typed}") == [booking.pk]


def test_a_hold_past_its_deadline_is_listed_as_expired_before_the_sweep(seller_client, hold, alice, bob):
    over, held = hold(alice), hold(bob)
    Booking.objects.filter(pk=over.pk).update(expires_at=database_now())
    assert ids_in_list(seller_client, "?status__exact=expired") == [over.pk]
    assert ids_in_list(seller_client, "?status__exact=pending_payment") == [held.pk]
    assert "Expired" in seller_client.get(page_of(over)).text


def test_sellers_filter_by_their_own_events_and_get_the_csv(
    seller_client, concert, new_event, daves_booking, client_of
):
    new_event(name="Another evening")
    page = seller_client.get(LIST).text
    assert "Another evening" in page
    assert "Dave&#x27;s evening" not in page
    assert "choose an event" in page
    link = f"/api/event/{concert.pk}/bookings.csv"
    assert link in seller_client.get(f"{LIST}?event__id__exact={concert.pk}").text
    assert seller_client.get(link).status_code == 200
    assert "bookings.csv" not in seller_client.get(f"{LIST}?event__id__exact={daves_booking.event_id}").text


def test_the_list_of_events_links_to_the_bookings_of_each(seller_client, concert, hold, new_event, alice, bob):
    booking = hold(alice)
    hold(bob, event=new_event())
    link = f"{LIST}?event__id__exact={concert.pk}"
    assert link in seller_client.get("/admin/events/event/").text
    assert ids_in_list(seller_client, link.removeprefix(LIST)) == [booking.pk]


@pytest.mark.parametrize(
    "query",
    [
        "status__exact=open",
        "event__id__exact=%00",
        "event__id__exact=99999999999999999999999",
        "q=%00",
        "q={",
        "q=0190",
        "status__exact=%00",
        "id__exact=x",
        "event__id__exact=x",
        "expires_at__year=99999",
    ],
)
def test_no_query_string_of_the_list_is_a_server_error(seller_client, hold, alice, query):
    hold(alice)
    assert seller_client.get(f"{LIST}?{query}").status_code in (200, 302, 400)


@pytest.mark.parametrize("booking_id", ["abc", "0", uuid.uuid4(), "_00"])
def test_no_booking_id_is_a_server_error(seller_client, booking_id):
    assert seller_client.get(f"{LIST}{booking_id}/change/").status_code == 404


def test_a_booking_shows_its_payments_and_only_four_digits_of_the_card(seller_client, hold, alice):
    booking = hold(alice)
    pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number="4242424242424242")
    page = seller_client.get(page_of(booking)).text
    for shown in (
        "Captured",
        "4242",
        "alice@example.com",
        "$50.00",
        "$100.00",
        ">row 1 seat 1<",
        ">row 1 seat 2<",
    ):
        assert shown in page
    assert "424242" not in page
    assert "/admin/accounts/" not in page


@pytest.mark.parametrize("person", ["carol", "olga"])
def test_nobody_can_add_change_or_delete_a_booking(client, request, person, paid_booking, alice):
    booking = paid_booking(alice)
    client.force_login(request.getfixturevalue(person))
    assert client.get(LIST + "add/").status_code == client.post(LIST + "add/").status_code == 403
    posted = {"status": "refunded", "payments-TOTAL_FORMS": 0, "payments-INITIAL_FORMS": 0, "_save": "Save"}
    assert client.post(page_of(booking), posted).status_code == 403
    assert client.post(page_of(booking, "delete/"), {"post": "yes"}).status_code == 403
    client.post(LIST, {"action": "delete_selected", "_selected_action": [booking.pk], "post": "yes", "index": "0"})
    assert (Booking.objects.get().status, Payment.objects.get().status) == ("paid", "captured")
    page = client.get(page_of(booking))
    assert 'name="_save"' not in page.text
    assert 'name="status"' not in page.text


def test_a_seller_without_events_has_an_empty_list(client, dave, paid_booking, alice):
    paid_booking(alice, "1-1")
    client.force_login(dave)
    assert ids_in_list(client) == []


def test_the_list_takes_as_many_queries_for_nine_bookings_as_for_one(
    seller_client, hold, new_event, alice, django_assert_num_queries
):
    hold(alice)
    with django_assert_num_queries(5) as one:
        seller_client.get(LIST)
    for _ in range(8):
        event: Event = new_event(max_active_holds=100)
        hold(alice, event=event)
    with django_assert_num_queries(len(one)):
        assert len(ids_in_list(seller_client)) == 9


@pytest.mark.django_db(transaction=True)
def test_a_seller_cancels_an_event_and_sees_the_progress_of_the_refunds(seller_client, concert, paid_booking, alice):
    paid_booking(alice)
    page = f"/admin/events/event/{concert.pk}/change/"
    assert "Cancel the event" in seller_client.get(page).content.decode()
    seller_client.post(f"/admin/events/event/{concert.pk}/do/cancel/")
    concert.refresh_from_db()
    assert concert.status == "cancelled"
    assert "0 of 1 booking refunded." in seller_client.get(page).text
    release_cancelled_event(event_id=concert.pk)
    assert "0 of 1 booking refunded, 1 waits for the gateway." in seller_client.get(page).text
    send_refund(refund_id=Refund.objects.get().pk)
    assert "1 of 1 booking refunded." in seller_client.get(page).text


def test_times_are_by_the_clock_at_the_venue(seller_client, concert, paid_booking, alice):
    booking = paid_booking(alice, "1-1")
    Event.objects.filter(pk=concert.pk).update(time_zone="Asia/Kathmandu")
    at = datetime(2030, 5, 1, 20, 0, tzinfo=UTC)
    Booking.objects.filter(pk=booking.pk).update(created_at=at, paid_at=at + timedelta(minutes=1))
    Payment.objects.update(captured_at=at + timedelta(minutes=2))
    booking.admissions.update(issued_at=at + timedelta(minutes=3))
    assert "Thu 2 May 2030, 01:45 UTC+5:45" in seller_client.get(LIST).text
    page = seller_client.get(page_of(booking)).text
    for minute in range(45, 49):
        assert f"Thu 2 May 2030, 01:{minute} UTC+5:45" in page
    assert "20:0" not in page


def test_seats_of_a_plan_have_their_names_and_prices(seller_client, gala, paid_booking, alice):
    booking = paid_booking(alice, "AA-101", "AA-102", event=gala, section="Parkett links")
    assert "row AA, seats 101 and 102" in seller_client.get(LIST).text
    page = seller_client.get(page_of(booking)).text
    for shown in ("Parkett links", "1 × $95.00, 1 × $45.00", "row AA seat 101</a>", "row AA, seat 102", "$140.00"):
        assert shown in page
    history = seller_client.get(f"/admin/bookings/seat/{gala.pk}/{booking.subsection_id}/1/").text
    assert "Parkett links, row AA, seat 102" in history
    assert "Sold to Alice (alice@example.com), with AA-101." in history


def test_a_place_in_a_standing_area_is_called_standing(seller_client, gala, paid_booking, alice):
    booking = paid_booking(alice, quantity=2, event=gala, section="Floor")
    assert "standing, 2 places" in seller_client.get(LIST).text
    assert "row" not in "".join(re.findall(r'field-seat">(.*?)</td>', seller_client.get(page_of(booking)).text, re.S))
