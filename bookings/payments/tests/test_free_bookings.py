"""Seats that cost nothing: no card, no payment provider, and tickets as for any other booking."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bookings.emails.compose import compose
from bookings.event_changes.cancel_event import cancel_event, progress_of, release_cancelled_event
from bookings.holds.models import Booking
from bookings.invariants import check_invariants
from bookings.notifications.models import EmailMessage
from bookings.payments.gateways import gateway
from bookings.payments.gateways.mock_models import MockCharge
from bookings.payments.models import Payment, Refund
from bookings.payments.pay import begin_payment
from bookings.payments.reconcile import reconcile_payments
from bookings.payments.refund import refund_booking
from bookings.payments.tests.stripe_stand_in import StandIn
from bookings.seat_history.timeline import seat_history
from bookings.tickets.models import Admission
from core.clock import database_now
from events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

ClientOf = Callable[[User | None], APIClient]


@pytest.fixture
def free_event(stripe: StandIn, new_event: Callable[..., Event]) -> Event:
    """An event whose seats are free, in a currency that the payment provider can't charge."""
    return new_event([{"name": "A", "price": 0, "subsections": 1}], currency="IRR")


@pytest.fixture
def booking(free_event: Event, hold: Callable[..., Booking], alice: User) -> Booking:
    return hold(alice, event=free_event)


def pay(client: APIClient, booking: Booking, body: Any = None, **headers: str) -> Any:
    content: dict[str, Any] = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    return client.post(f"/api/booking/{booking.pk}/pay", headers=headers, **content)


@pytest.mark.parametrize("body", [None, {}, {"card_number": "4242424242424242"}])
def test_tickets_are_issued_without_a_card(
    booking: Booking, stripe: StandIn, alice: User, client_of: ClientOf, body: Any
) -> None:
    response = pay(client_of(alice), booking, body)
    assert (response.status_code, response.json()["status"]) == (200, "paid")
    assert Admission.objects.filter(booking=booking, status="active").count() == 2
    payment = Payment.objects.get()
    assert (payment.gateway, payment.amount, payment.status, payment.card_last4) == ("free", 0, "captured", "")
    assert (stripe.requests, MockCharge.objects.count()) == (0, 0)
    assert pay(client_of(alice), booking).json()["code"] == "already_paid"
    assert not any(check_invariants().values())


def test_what_is_no_card_number_is_refused_although_no_card_is_needed(
    booking: Booking, alice: User, client_of: ClientOf
) -> None:
    response = pay(client_of(alice), booking, {"card_number": "1234"})
    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, "card_number")
    assert (Payment.objects.count(), Admission.objects.count()) == (0, 0)


@pytest.mark.parametrize("body", [None, {}])
def test_a_booking_that_costs_something_needs_a_card(
    hold: Callable[..., Booking], alice: User, client_of: ClientOf, body: Any
) -> None:
    booking = hold(alice)
    response = pay(client_of(alice), booking, body)
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["card_number"]
    booking.refresh_from_db()
    assert (booking.paying_since, Payment.objects.count()) == (None, 0)


def test_somebody_elses_booking_is_not_found_without_a_card(booking: Booking, bob: User, client_of: ClientOf) -> None:
    assert pay(client_of(bob), booking).status_code == 404


def test_a_repeated_key_gives_the_same_payment(booking: Booking, alice: User, client_of: ClientOf) -> None:
    first, again = (pay(client_of(alice), booking, **{"Idempotency-Key": "one"}) for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert Payment.objects.count() == 1


def test_a_payment_whose_process_died_is_finished(booking: Booking, stripe: StandIn, alice: User) -> None:
    begin_payment(order_id=booking.pk, buyer_id=alice.pk, card_last4="", provider=gateway())
    Payment.objects.update(created_at=database_now() - timedelta(seconds=11))
    assert reconcile_payments()["charges"] == 1
    booking.refresh_from_db()
    assert booking.status == "paid"
    assert stripe.requests == 0


def test_returning_the_tickets_sends_nothing_and_repeats_safely(
    booking: Booking, stripe: StandIn, alice: User, client_of: ClientOf
) -> None:
    pay(client_of(alice), booking)
    url, headers = f"/api/booking/{booking.pk}/refund", {"Idempotency-Key": "back"}
    responses = [client_of(alice).post(url, headers=headers) for _ in range(2)]
    assert [(response.status_code, response.json()["status"]) for response in responses] == [(202, "refunded")] * 2
    assert (Refund.objects.get().status, Refund.objects.get().amount) == ("sent", 0)
    assert reconcile_payments()["refunds"] == 0
    assert stripe.requests == 0
    assert set(Admission.objects.values_list("status", flat=True)) == {"void"}
    assert not any(check_invariants().values())


def mail(kind: str) -> str:
    composed = compose(EmailMessage.objects.get(kind=kind))
    assert composed is not None
    html = str(composed.alternatives[0][0])
    texts = [str(composed.body), html]
    assert not any("0.00" in text or "card you" in text or "your card" in text for text in texts), texts
    return str(composed.body)


def test_the_emails_speak_of_no_money(
    booking: Booking, free_event: Event, hold: Callable[..., Booking], alice: User, carol: User, client_of: ClientOf
) -> None:
    pay(client_of(alice), booking)
    assert "nothing to pay" in mail("confirmation")
    refund_booking(booking_id=booking.pk, user=alice)
    assert "nothing to refund" in mail("refund")
    other = hold(alice, event=free_event)
    pay(client_of(alice), other)
    cancel_event(event_id=free_event.pk, seller=carol)
    assert release_cancelled_event(event_id=free_event.pk) == 1
    assert "nothing to refund" in mail("event_cancelled")
    progress = progress_of(free_event)
    assert progress is None  # the event here is not the cancelled one
    free_event.refresh_from_db()
    progress = progress_of(free_event)
    assert progress is not None and (progress.refunded, progress.total, progress.running) == (1, 1, False)


def test_pages_say_free_and_ask_for_no_card(
    booking: Booking, free_event: Event, alice: User, carol: User, client: Any, client_of: ClientOf
) -> None:
    client.force_login(alice)
    event = client.get(f"/events/{free_event.pk}").text
    assert ">Free<" in event and "0.00" not in event
    checkout = client.get(f"/checkout/{booking.pk}").text
    assert "Get tickets" in checkout and ">Free<" in checkout
    assert "card_number" not in checkout and "4242" not in checkout and "0.00" not in checkout
    assert "Get tickets" in client.get("/bookings").text
    pay(client_of(alice), booking)
    done = client.get(f"/checkout/{booking.pk}/done").text
    assert ">Free<" in done and "Booked on" in done and "your card" not in done
    client.force_login(carol)
    admin = client.get(f"/admin/bookings/booking/{booking.pk}/change/")
    assert admin.status_code == 200
    subsection = booking.subsection
    texts = [entry.text for entry in seat_history(subsection, booking.positions[0])]
    assert "Nothing to pay for 2 seats." in texts
