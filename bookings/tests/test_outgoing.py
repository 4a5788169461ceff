"""Webhooks to sellers: what is written down, and what arrives."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import User
from bookings.models import Booking, Delivery, Endpoint
from bookings.operations.admit import code_of
from bookings.operations.call_off import cancel_event, release_cancelled_event
from bookings.operations.check_in import check_in, undo_check_in
from bookings.operations.endpoints import add_endpoint, send_test
from bookings.operations.outgoing import MOST_AT_ONCE, send_due_deliveries
from bookings.operations.refund import refund_booking
from bookings.states import WANTED_KINDS, BookingStatus, DeliveryKind
from bookings.tests.receiver import Receiver, check
from events.models import Event, Subsection
from events.operations.life import refresh_sold_out

pytestmark = pytest.mark.django_db

Paid = Callable[..., Booking]


def only(told: Receiver) -> dict[str, Any]:
    """Sends what is due; the one message that came."""
    send_due_deliveries()
    [message] = told.messages
    told.messages.clear()
    return check(message, Endpoint.objects.get().secret)


def test_a_paid_booking_is_told_to_its_seller(told: Receiver, paid_booking: Paid, alice: User, concert: Event) -> None:
    booking = paid_booking(alice, "1-4", "1-5")
    message = only(told)
    assert message["type"] == "booking.paid"
    assert message["data"] == {
        "booking_id": str(booking.pk),
        "event_id": concert.pk,
        "event_name": "A concert",
        "section": "A",
        "subsection": 1,
        "seats": ["1-4", "1-5"],
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


def test_a_hold_and_its_end_are_nobodys_business(told: Receiver, hold: Paid, alice: User) -> None:
    hold(alice)
    assert not Delivery.objects.exists()


def test_a_refund_is_told_once(told: Receiver, paid_booking: Paid, alice: User) -> None:
    booking = paid_booking(alice)
    only(told)
    refund_booking(booking_id=booking.pk, user=alice)
    message = only(told)
    assert (message["type"], message["data"]["status"]) == ("booking.refunded", "refunded")
    assert message["data"]["booking_id"] == str(booking.pk)


def test_what_was_paid_is_told_as_paid_though_it_was_refunded_meanwhile(
    told: Receiver, paid_booking: Paid, alice: User
) -> None:
    refund_booking(booking_id=paid_booking(alice).pk, user=alice)
    send_due_deliveries()
    said = [json.loads(message.body) for message in told.messages]
    assert [(one["type"], one["data"]["status"]) for one in said] == [
        ("booking.paid", "paid"),
        ("booking.refunded", "refunded"),
    ]


def test_who_is_let_in_is_told_and_nothing_else_at_the_gate(
    told: Receiver, paid_booking: Paid, alice: User, carol: User
) -> None:
    booking = paid_booking(alice, "1-4")
    only(told)
    admission = booking.admissions.get()
    gate: dict[str, Any] = {"event_id": booking.event_id, "code": code_of(admission), "by": carol, "device": "North"}
    _, entry = check_in(**gate)
    message = only(told)
    assert message["type"] == "ticket.checked_in"
    assert message["data"] | {"seat": "1-4", "device": "North", "booking_id": str(booking.pk)} == message["data"]
    assert message["data"]["admission_id"] == str(admission.pk)
    assert message["data"]["checked_in_at"] == entry.counted_at.isoformat().replace("+00:00", "Z")
    undo_check_in(**gate)
    assert send_due_deliveries() == 0


def test_the_last_seat_is_told(
    told: Receiver, new_event: Callable[..., Event], paid_booking: Paid, alice: User
) -> None:
    small = new_event(sections=[{"name": "A", "price": 100, "subsections": 1}], rows=1, cols=2)
    paid_booking(alice, event=small)
    for _ in range(2):
        refresh_sold_out(small.pk)
    send_due_deliveries()
    *_, message = told.messages
    said = check(message, Endpoint.objects.get().secret)
    assert (said["type"], said["data"]) == (
        "event.sold_out",
        {"event_id": small.pk, "event_name": "A concert", "total_seats": 2},
    )
    assert len(told.messages) == 2


def test_nobody_is_told_about_buyers_more_than_the_number_of_the_booking(
    told: Receiver, paid_booking: Paid, alice: User
) -> None:
    paid_booking(alice)
    send_due_deliveries()
    assert b"alice" not in told.messages[0].body.lower()


def test_only_the_events_seller_is_told_and_only_where_he_wants_it(
    shop: Receiver, paid_booking: Paid, alice: User, carol: User, dave: User
) -> None:
    wanted = add_endpoint(seller=carol, url=shop.url, kinds=["booking.paid"])
    add_endpoint(seller=carol, url=shop.url, kinds=["booking.refunded", "event.sold_out"])
    add_endpoint(seller=carol, url=shop.url, kinds=["booking.paid"], is_active=False)
    add_endpoint(seller=dave, url=shop.url, kinds=WANTED_KINDS)
    paid_booking(alice)
    send_due_deliveries()
    [message] = shop.messages
    check(message, wanted.secret)
    assert Delivery.objects.get().endpoint == wanted


def test_all_that_want_it_are_told_each_with_its_own_secret(
    shop: Receiver, paid_booking: Paid, alice: User, carol: User
) -> None:
    both = [add_endpoint(seller=carol, url=shop.url, kinds=WANTED_KINDS) for _ in range(2)]
    paid_booking(alice)
    send_due_deliveries()
    assert len({message.id for message in shop.messages}) == 2
    secrets = {delivery.message_id: delivery.endpoint.secret for delivery in Delivery.objects.all()}
    assert set(secrets.values()) == {endpoint.secret for endpoint in both}
    for message in shop.messages:
        check(message, secrets[message.id])


def test_what_is_rolled_back_is_not_told(told: Receiver, hold: Paid, alice: User) -> None:
    booking = hold(alice)
    with transaction.atomic():
        Booking.objects.filter(pk=booking.pk).update(status=BookingStatus.PAID, paid_at=booking.created_at)
        assert Delivery.objects.exists()
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()


def test_a_cancelled_event_tells_of_every_refund(
    told: Receiver, paid_booking: Paid, alice: User, carol: User, concert: Event
) -> None:
    Event.objects.update(max_active_holds=100)
    for _ in range(20):
        paid_booking(alice, quantity=1)
    send_due_deliveries()
    told.messages.clear()
    told.connections = 0
    cancel_event(event_id=concert.pk, seller=carol)
    release_cancelled_event(event_id=concert.pk)
    send_due_deliveries()
    assert {json.loads(message.body)["type"] for message in told.messages} == {"booking.refunded"}
    assert len({message.id for message in told.messages}) == len(told.messages) == 20
    assert told.connections <= MOST_AT_ONCE  # kept from message to message


def test_messages_have_the_members_that_the_schema_says(
    told: Receiver, paid_booking: Paid, new_event: Callable[..., Event], alice: User, carol: User, client: Client
) -> None:
    small = new_event(sections=[{"name": "A", "price": 100, "subsections": 1}], rows=1, cols=2)
    booking = paid_booking(alice, event=small)
    check_in(event_id=small.pk, code=code_of(booking.admissions.all()[0]), by=carol)
    refresh_sold_out(small.pk)
    refund_booking(booking_id=booking.pk, user=carol)
    send_test(endpoint_id=Endpoint.objects.get().pk, by=carol)
    send_due_deliveries()
    schema = client.get("/api/schema", headers={"Accept": "application/json"}).json()
    said = {message["type"]: message for message in (json.loads(message.body) for message in told.messages)}
    assert set(said) == set(schema["webhooks"]) == set(DeliveryKind)
    parts = schema["components"]["schemas"]
    for kind, webhook in schema["webhooks"].items():
        content = webhook["post"]["requestBody"]["content"]["application/json"]["schema"]
        members = parts[content["$ref"].rpartition("/")[2]]["properties"]
        assert set(members) == set(said[kind])
        assert set(parts[members["data"]["$ref"].rpartition("/")[2]]["properties"]) == set(said[kind]["data"])


def test_a_sale_with_no_endpoint_writes_nothing(paid_booking: Paid, alice: User) -> None:
    paid_booking(alice)
    assert not Delivery.objects.exists()
    assert Subsection.objects.filter(sold=2).exists()
