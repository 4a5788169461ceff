"""Webhooks to sellers: which deliveries are created, and what the receiver gets."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import User
from bookings.checkin.check_in import check_in, undo_check_in
from bookings.event_changes.cancel_event import cancel_event, release_cancelled_event
from bookings.holds.models import Booking
from bookings.payments.refund import refund_booking
from bookings.states import WANTED_KINDS, BookingStatus, DeliveryKind
from bookings.tickets.issue import code_of
from bookings.webhooks.delivery import MAX_CONCURRENT, send_due_deliveries
from bookings.webhooks.endpoints import add_endpoint, send_test
from bookings.webhooks.models import Delivery, Endpoint
from bookings.webhooks.tests.receiver import Receiver, check
from events.inventory.sold_out import refresh_sold_out
from events.models import Event, Subsection

pytestmark = pytest.mark.django_db

Paid = Callable[..., Booking]


def only(carols_server: Receiver) -> dict[str, Any]:
    """Send what is due and return the content of the only message that arrived."""
    send_due_deliveries()
    [message] = carols_server.messages
    carols_server.messages.clear()
    return check(message, Endpoint.objects.get().secret)


def test_seller_gets_a_message_about_a_paid_booking(
    carols_server: Receiver, paid_booking: Paid, alice: User, concert: Event
) -> None:
    booking = paid_booking(alice, "1-4", "1-5")
    message = only(carols_server)
    assert message["type"] == "booking.paid"
    assert message["data"] == {
        "booking_id": str(booking.pk),
        "order_id": str(booking.order_id),
        "reference": booking.reference,
        "event_id": concert.pk,
        "event_name": "A concert",
        "section": "A",
        "subsection": 1,
        "subsection_kind": "grid",
        "seats": ["1-4", "1-5"],
        "seat_prices": [5_000, 5_000],
        "seat_kinds": ["seat", "seat"],
        "seat_notes": ["", ""],
        "quantity": 2,
        "total_price": 10_000,
        "currency": "USD",
        "status": "paid",
        "paid_at": booking.paid_at.isoformat().replace("+00:00", "Z"),  # type: ignore[union-attr]
    }
    assert message["timestamp"].endswith("Z")
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts, delivery.http_status) == ("delivered", 1, 200)
    assert delivery.event_id == concert.pk


def test_a_hold_creates_no_delivery(carols_server: Receiver, hold: Paid, alice: User) -> None:
    hold(alice)
    assert not Delivery.objects.exists()


def test_a_refund_sends_one_message(carols_server: Receiver, paid_booking: Paid, alice: User) -> None:
    booking = paid_booking(alice)
    only(carols_server)
    refund_booking(booking_id=booking.pk, user=alice)
    message = only(carols_server)
    assert (message["type"], message["data"]["status"]) == ("booking.refunded", "refunded")
    assert message["data"]["booking_id"] == str(booking.pk)


def test_paid_message_says_paid_even_if_the_booking_was_refunded_before_it_is_sent(
    carols_server: Receiver, paid_booking: Paid, alice: User
) -> None:
    refund_booking(booking_id=paid_booking(alice).pk, user=alice)
    send_due_deliveries()
    received = [json.loads(message.body) for message in carols_server.messages]
    assert [(one["type"], one["data"]["status"]) for one in received] == [
        ("booking.paid", "paid"),
        ("booking.refunded", "refunded"),
    ]


def test_a_check_in_sends_a_message_and_an_undo_does_not(
    carols_server: Receiver, paid_booking: Paid, alice: User, carol: User
) -> None:
    booking = paid_booking(alice, "1-4")
    only(carols_server)
    admission = booking.admissions.get()
    scan: dict[str, Any] = {"event_id": booking.event_id, "code": code_of(admission), "by": carol, "device": "North"}
    _, entry = check_in(**scan)
    message = only(carols_server)
    assert message["type"] == "ticket.checked_in"
    assert message["data"] | {"seat": "1-4", "device": "North", "booking_id": str(booking.pk)} == message["data"]
    assert message["data"]["admission_id"] == str(admission.pk)
    references = (message["data"]["reference"], message["data"]["booking_reference"])
    assert references == (admission.reference, booking.reference)
    assert message["data"]["checked_in_at"] == entry.counted_at.isoformat().replace("+00:00", "Z")
    undo_check_in(**scan)
    assert send_due_deliveries() == 0


def test_selling_the_last_seat_sends_one_sold_out_message(
    carols_server: Receiver, new_event: Callable[..., Event], paid_booking: Paid, alice: User
) -> None:
    small = new_event(sections=[{"name": "A", "price": 100, "subsections": 1}], rows=1, cols=2)
    paid_booking(alice, event=small)
    for _ in range(2):
        refresh_sold_out(small.pk)
    send_due_deliveries()
    *_, message = carols_server.messages
    content = check(message, Endpoint.objects.get().secret)
    assert (content["type"], content["data"]) == (
        "event.sold_out",
        {"event_id": small.pk, "event_name": "A concert", "total_seats": 2},
    )
    assert len(carols_server.messages) == 2


def test_messages_contain_no_personal_data_of_buyers(carols_server: Receiver, paid_booking: Paid, alice: User) -> None:
    paid_booking(alice)
    send_due_deliveries()
    assert b"alice" not in carols_server.messages[0].body.lower()


def test_only_active_endpoints_of_the_events_seller_that_want_the_type_get_a_message(
    webhook_server: Receiver, paid_booking: Paid, alice: User, carol: User, dave: User
) -> None:
    wanted = add_endpoint(seller=carol, url=webhook_server.url, kinds=["booking.paid"])
    add_endpoint(seller=carol, url=webhook_server.url, kinds=["booking.refunded", "event.sold_out"])
    add_endpoint(seller=carol, url=webhook_server.url, kinds=["booking.paid"], is_active=False)
    add_endpoint(seller=dave, url=webhook_server.url, kinds=WANTED_KINDS)
    paid_booking(alice)
    send_due_deliveries()
    [message] = webhook_server.messages
    check(message, wanted.secret)
    assert Delivery.objects.get().endpoint == wanted


def test_each_endpoint_gets_a_message_signed_with_its_own_secret(
    webhook_server: Receiver, paid_booking: Paid, alice: User, carol: User
) -> None:
    both = [add_endpoint(seller=carol, url=webhook_server.url, kinds=WANTED_KINDS) for _ in range(2)]
    paid_booking(alice)
    send_due_deliveries()
    assert len({message.id for message in webhook_server.messages}) == 2
    secrets = {delivery.message_id: delivery.endpoint.secret for delivery in Delivery.objects.all()}
    assert set(secrets.values()) == {endpoint.secret for endpoint in both}
    for message in webhook_server.messages:
        check(message, secrets[message.id])


def test_a_rolled_back_sale_leaves_no_delivery(carols_server: Receiver, hold: Paid, alice: User) -> None:
    booking = hold(alice)
    with transaction.atomic():
        Booking.objects.filter(pk=booking.pk).update(status=BookingStatus.PAID, paid_at=booking.created_at)
        assert Delivery.objects.exists()
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()


def test_a_cancelled_event_sends_a_message_about_each_refund(
    carols_server: Receiver, paid_booking: Paid, alice: User, carol: User, concert: Event
) -> None:
    Event.objects.update(max_active_holds=100)
    for _ in range(20):
        paid_booking(alice, quantity=1)
    send_due_deliveries()
    carols_server.messages.clear()
    carols_server.connections = 0
    cancel_event(event_id=concert.pk, seller=carol)
    release_cancelled_event(event_id=concert.pk)
    send_due_deliveries()
    assert {json.loads(message.body)["type"] for message in carols_server.messages} == {"booking.refunded"}
    assert len({message.id for message in carols_server.messages}) == len(carols_server.messages) == 20
    assert carols_server.connections <= MAX_CONCURRENT  # each connection is reused


def test_messages_have_the_fields_of_the_openapi_schema(
    carols_server: Receiver,
    paid_booking: Paid,
    new_event: Callable[..., Event],
    alice: User,
    carol: User,
    client: Client,
) -> None:
    small = new_event(sections=[{"name": "A", "price": 100, "subsections": 1}], rows=1, cols=2)
    booking = paid_booking(alice, event=small)
    check_in(event_id=small.pk, code=code_of(booking.admissions.all()[0]), by=carol)
    refresh_sold_out(small.pk)
    refund_booking(booking_id=booking.pk, user=carol)
    send_test(endpoint_id=Endpoint.objects.get().pk, by=carol)
    send_due_deliveries()
    schema = client.get("/api/schema", headers={"Accept": "application/json"}).json()
    received = {
        message["type"]: message for message in (json.loads(message.body) for message in carols_server.messages)
    }
    assert set(received) == set(schema["webhooks"]) == set(DeliveryKind)
    parts = schema["components"]["schemas"]
    for kind, webhook in schema["webhooks"].items():
        content = webhook["post"]["requestBody"]["content"]["application/json"]["schema"]
        members = parts[content["$ref"].rpartition("/")[2]]["properties"]
        assert set(members) == set(received[kind])
        assert set(parts[members["data"]["$ref"].rpartition("/")[2]]["properties"]) == set(received[kind]["data"])


def test_a_sale_without_endpoints_creates_no_delivery(paid_booking: Paid, alice: User) -> None:
    paid_booking(alice)
    assert not Delivery.objects.exists()
    assert Subsection.objects.filter(sold=2).exists()
