"""The live feed of a buyer's bookings, through a running server."""

import uuid
from datetime import timedelta

import httpx
import pytest

from accounts.operations.stream_tickets import issue_stream_ticket
from bookings.holds.cancel import cancel_booking
from bookings.holds.expiry import expire_holds
from bookings.holds.extend import extend_hold
from bookings.holds.models import Booking
from bookings.payments.pay import pay_booking
from conftest import GOOD_CARD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(live_server_of_streams):
    return live_server_of_streams


@pytest.fixture
def cookie_of(client_of):
    return lambda user: f"sessionid={client_of(user).cookies['sessionid'].value}"


@pytest.fixture
def stream_of(server, concert, cookie_of):
    def open_stream(user, event=None, **headers):
        path = f"/api/booking/event/{(event or concert).pk}/sse"
        return server.stream(path, cookie=cookie_of(user), **headers)

    return open_stream


def test_a_stream_begins_with_the_open_bookings(stream_of, hold, paid_booking, alice, bob):
    hold(bob, "1-1")
    paid_booking(alice, "1-2")
    booking = hold(alice, "2-1", "2-2")
    with stream_of(alice) as stream:
        message = stream.receive()
        cancel_booking(booking_id=booking.pk, buyer=alice)
        following = stream.receive()
    assert message.event == "status_update"
    assert {**message.data, "tickets": len(message.data["tickets"])} == {
        "event_type": "booking_updated", "event_id": booking.event_id, "booking_id": str(booking.pk),
        "booking_reference": booking.reference,
        "status": "pending_payment", "tickets": 2,
    }  # fmt: skip
    ticket = message.data["tickets"][0]
    assert (ticket["section"], ticket["subsection"], ticket["row"], ticket["seat"]) == ("A", 1, 2, 1)
    assert (ticket["price"], ticket["status"]) == (5000, "reserved")
    assert (following.data["booking_id"], following.data["status"]) == (str(booking.pk), "cancelled")


def test_each_change_of_a_booking_is_sent_to_its_buyer_only(stream_of, hold, alice, bob):
    with stream_of(alice) as stream:
        stream.wait_for_comment()
        hold(bob, "1-1")
        booking = hold(alice, "1-2")
        assert stream.receive().data["status"] == "pending_payment"
        pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD_CARD)
        states = [(message := stream.receive()).data["status"]]
        while states[-1] != "paid":
            states.append((message := stream.receive()).data["status"])
    assert message.data["booking_id"] == str(booking.pk)
    assert message.data["tickets"][0]["status"] == "sold"


def test_bookings_of_other_events_are_not_sent(stream_of, hold, new_event, alice):
    other = new_event()
    with stream_of(alice) as stream:
        stream.wait_for_comment()
        hold(alice, "1-1", event=other)
        own = hold(alice, "1-1")
        assert stream.receive().data["booking_id"] == str(own.pk)


def test_a_change_is_sent_even_if_its_message_is_lost(stream_of, hold, alice, monkeypatch):
    with stream_of(alice) as stream:
        stream.wait_for_comment()
        monkeypatch.setattr("realtime.publish.Publisher.publish", lambda self, messages: None)
        booking = hold(alice, "1-1")
        assert stream.receive().data["booking_id"] == str(booking.pk)


def test_the_warning_before_the_deadline_is_sent_once_for_each_deadline(
    stream_of, new_event, hold, alice, server, cookie_of
):
    event = new_event(hold_seconds=31)
    with (
        stream_of(alice, event) as stream,
        server.socket(f"/ws/event/{event.pk}", additional_headers={"Cookie": cookie_of(alice)}) as viewer,
    ):
        viewer.expect("snapshot")
        booking = hold(alice, "1-1", event=event)
        assert stream.receive().event == "status_update"
        warning = stream.receive()
        frame = viewer.expect("booking_expiring")
        Booking.objects.filter(pk=booking.pk).update(expires_at=booking.expires_at - timedelta(seconds=5))
        again = stream.receive()
    assert warning.event == "booking_expiring"
    assert warning.data == {
        "event_type": "booking_expiring", "event_id": event.pk, "booking_id": str(booking.pk), "seconds_left": 30,
    }  # fmt: skip
    assert frame == {"type": "booking_expiring", "booking_id": str(booking.pk), "seconds_left": 30}
    assert again.data["seconds_left"] < 30


def test_an_extension_is_sent(stream_of, hold, alice):
    booking = hold(alice, "1-1")
    with stream_of(alice) as stream:
        stream.receive()
        extend_hold(booking_id=booking.pk, buyer=alice)
        assert stream.receive().data["status"] == "pending_payment"


def test_an_expired_hold_is_sent(stream_of, hold, alice):
    booking = hold(alice, "1-1")
    with stream_of(alice) as stream:
        stream.wait_for_comment()
        Booking.objects.filter(pk=booking.pk).update(expires_at=booking.created_at)
        expire_holds()
        message = stream.receive()
    assert (message.data["booking_id"], message.data["status"]) == (str(booking.pk), "expired")


def test_a_client_that_reconnects_receives_what_changed_in_between(stream_of, hold, alice):
    booking = hold(alice, "1-1")
    with stream_of(alice) as stream:
        last = stream.receive()
    cancel_booking(booking_id=booking.pk, buyer=alice)
    with stream_of(alice, last_event_id=last.id) as stream:
        assert stream.receive().data["status"] == "cancelled"


@pytest.mark.parametrize("last_event_id", ["x", "-1", "9" * 40, "1e9"])
def test_an_unusable_last_event_id_gets_the_open_bookings(stream_of, hold, alice, last_event_id):
    booking = hold(alice, "1-1")
    with stream_of(alice, last_event_id=last_event_id) as stream:
        assert stream.receive().data["booking_id"] == str(booking.pk)


def test_an_anonymous_client_gets_401_as_json(server, concert):
    response = httpx.get(f"{server.url}/api/booking/event/{concert.pk}/sse")
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["www-authenticate"].startswith("Bearer")


def test_an_unknown_event_gets_404_as_json(server, alice, cookie_of):
    response = httpx.get(f"{server.url}/api/booking/event/987654321/sse", headers={"Cookie": cookie_of(alice)})
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_a_stream_ticket_opens_one_stream(server, concert, hold, alice):
    booking = hold(alice, "1-1")
    path = f"/api/booking/event/{concert.pk}/sse?ticket={issue_stream_ticket(user=alice)}"
    with server.stream(path) as stream:
        assert stream.receive().data["booking_id"] == str(booking.pk)
    assert httpx.get(f"{server.url}{path}").status_code == 401


def test_the_websocket_of_an_event_sends_signed_in_buyers_their_bookings(server, concert, hold, alice, bob, cookie_of):
    headers = {"Cookie": cookie_of(alice)}
    with (
        server.socket(f"/ws/event/{concert.pk}", additional_headers=headers) as own,
        server.socket(f"/ws/event/{concert.pk}") as anonymous,
    ):
        own.expect("snapshot")
        anonymous.expect("snapshot")
        hold(bob, "1-2")
        booking = hold(alice, "1-1")
        body = own.expect("booking_updated")["booking"]
        assert anonymous.expect("counts_changed", "booking_updated")["type"] == "counts_changed"
        with pytest.raises(TimeoutError):
            anonymous.expect("booking_updated", timeout=0.3)
    assert uuid.UUID(body["id"]) == booking.pk
    assert (body["status"], body["seat_positions"], body["section"]) == ("pending_payment", ["1-1"], "A")
    assert body["seconds_left"] in {299, 300}
