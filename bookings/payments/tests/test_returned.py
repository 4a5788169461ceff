"""Refunds and disputes that are made at the provider are recorded, in any order and however often they are reported."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bookings.emails.compose import compose
from bookings.holds.models import Booking
from bookings.invariants import check_invariants
from bookings.notifications.models import EmailMessage
from bookings.payments.models import Payment, Refund
from bookings.payments.pay import begin_payment, pay_booking
from bookings.payments.refund import refund_booking
from bookings.payments.send_refunds import send_open_refunds, send_refund
from bookings.payments.tests.stripe_stand_in import StandIn, deliver
from bookings.reports.sales_report import sales_report
from bookings.states import BookingStatus
from bookings.testing.crowd import crowd
from bookings.tickets.models import Admission
from core.clock import database_now
from events.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True)

Hold = Callable[..., Booking]
numbers = itertools.count()


@pytest.fixture
def booking(stripe: StandIn, hold: Hold, alice: User) -> Booking:
    """A booking of $100.00, paid with Stripe's PaymentIntent pi_0."""
    return pay_booking(booking_id=hold(alice).pk, buyer_id=alice.pk, card_number="4242424242424242").booking


def report(kind: str, **subject: Any) -> None:
    subject = {"payment_intent": "pi_0", "currency": "usd", **subject}
    assert deliver(kind, subject, event_id=f"evt_{next(numbers)}") == 200


def charge_refunded(amount: int) -> None:
    report("charge.refunded", id="ch_1", amount=10_000, amount_refunded=amount)


def refund_made(reference: str, amount: int, kind: str = "created", **subject: Any) -> None:
    report(f"refund.{kind}", **{"id": reference, "amount": amount, "status": "succeeded", **subject})


def dispute(kind: str, status: str, amount: int = 10_000, reference: str = "dp_1") -> None:
    report(f"charge.dispute.{kind}", id=reference, amount=amount, status=status)


def state(booking: Booking) -> tuple[str, str, int]:
    """Return the booking's status, its payment's status, and the refunded amount; check all invariants."""
    assert not any(check_invariants().values())
    booking.refresh_from_db()
    payment = booking.payments.get()
    return booking.status, payment.status, payment.refunded_amount


PAID, BACK = ("paid", "captured", 0), ("refunded", "refunded", 10_000)


@pytest.mark.parametrize("repeats", [1, 3])
def test_a_full_refund_at_the_provider_ends_the_booking(booking: Booking, repeats: int) -> None:
    for _ in range(repeats):
        charge_refunded(10_000)
        refund_made("re_1", 10_000)
    assert state(booking) == BACK
    assert set(Admission.objects.values_list("status", flat=True)) == {"void"}
    assert not Ticket.objects.exclude(status="available").exists()
    refund = Refund.objects.get()
    assert (refund.reason, refund.status, refund.gateway_reference) == ("provider", "sent", "re_1")
    mail = compose(EmailMessage.objects.get(kind="refund"))
    assert mail is not None and "$100.00" in mail.body
    assert send_open_refunds() == 0


EVENTS: dict[str, Callable[[], None]] = {
    "first": lambda: refund_made("re_1", 3_000),
    "second": lambda: refund_made("re_2", 2_000),
    "total of the first": lambda: charge_refunded(3_000),
    "total of both": lambda: charge_refunded(5_000),
}


@pytest.mark.parametrize("order", list(itertools.permutations(EVENTS)))
def test_partial_refunds_are_recorded_once_in_any_order(booking: Booking, order: tuple[str, ...]) -> None:
    for name in (*order, *order):
        EVENTS[name]()
    assert state(booking) == ("paid", "partly_refunded", 5_000)
    assert sorted(Refund.objects.values_list("gateway_reference", "amount")) == [("re_1", 3_000), ("re_2", 2_000)]
    assert set(Admission.objects.values_list("status", flat=True)) == {"active"}


def test_a_later_refund_returns_the_rest(booking: Booking, stripe: StandIn, carol: User) -> None:
    stripe.refunded = 3_000
    charge_refunded(3_000)
    report_before = sales_report(booking.event)
    assert (report_before["gross"], report_before["refunded"], report_before["revenue"]) == (10_000, 3_000, 7_000)
    refund_booking(booking_id=booking.pk, user=carol)
    ours = Refund.objects.get(reason="seller")
    send_refund(refund_id=ours.pk)
    assert [refund["amount"] for refund in stripe.refunds.values()] == [7_000]
    refund_made(f"re_{ours.pk}", 7_000, metadata={"refund_id": str(ours.pk)})
    charge_refunded(10_000)
    assert state(booking) == BACK
    assert sorted(Refund.objects.values_list("reason", "status")) == [("provider", "sent"), ("seller", "sent")]
    assert sales_report(booking.event)["refunded"] == 10_000


def test_the_seller_sees_partial_refunds_and_disputes(booking: Booking, client: Any, carol: User) -> None:
    charge_refunded(3_000)
    dispute("created", "needs_response", amount=7_000)
    client.force_login(carol)
    page = client.get(f"/admin/bookings/booking/{booking.pk}/change/").text
    assert "$30.00. Made at the payment provider." in page
    assert "$70.00: open" in page
    story = client.get(f"/api/event/{booking.event_id}/sections/A/subsection/1/seats/1-5/story").json()
    assert story is not None


def test_a_reported_refund_of_ours_is_no_other_refund(booking: Booking, stripe: StandIn, alice: User) -> None:
    """The webhook may come before the response to our request."""
    refund_booking(booking_id=booking.pk, user=alice)
    ours = Refund.objects.get()
    refund_made("re_ours", 10_000, metadata={"refund_id": str(ours.pk)})
    ours.refresh_from_db()
    assert (ours.status, ours.gateway_reference) == ("sent", "re_ours")
    assert state(booking) == BACK
    send_refund(refund_id=ours.pk)
    assert stripe.refunds == {}


def test_a_refund_at_the_provider_settles_ours_that_is_open(booking: Booking, stripe: StandIn, alice: User) -> None:
    refund_booking(booking_id=booking.pk, user=alice)
    charge_refunded(10_000)
    ours = Refund.objects.get()
    assert (ours.status, ours.failure) == ("sent", "Returned at the payment provider.")
    assert state(booking) == BACK


def test_what_the_provider_refunded_before_is_not_sent_again(booking: Booking, stripe: StandIn, alice: User) -> None:
    stripe.refusal = ("charge_already_refunded", "Charge ch_1 has already been refunded.")
    refund_booking(booking_id=booking.pk, user=alice)
    send_refund(refund_id=Refund.objects.get().pk)
    ours = Refund.objects.get()
    assert (ours.status, ours.failure) == ("sent", "Charge ch_1 has already been refunded.")
    Refund.objects.update(created_at=database_now() - timedelta(hours=1))
    assert send_open_refunds() == 0
    assert state(booking) == BACK


def test_only_the_rest_is_sent_if_the_provider_has_refunded_in_part(
    booking: Booking, stripe: StandIn, alice: User
) -> None:
    """The webhook about the partial refund is late, so ours asks for too much and is refused."""
    stripe.refunded = 4_000
    refund_booking(booking_id=booking.pk, user=alice)
    send_refund(refund_id=Refund.objects.get().pk)
    assert sorted(Refund.objects.values_list("amount", "status")) == [(4_000, "sent"), (6_000, "pending")]
    assert state(booking) == BACK
    Refund.objects.update(created_at=database_now() - timedelta(seconds=11))
    assert send_open_refunds() == 1
    assert [refund["amount"] for refund in stripe.refunds.values()] == [6_000]
    refund_made("re_theirs", 4_000)
    charge_refunded(10_000)
    assert state(booking) == BACK
    assert Refund.objects.count() == 2


def test_a_refused_refund_waits_longer_each_time_and_fails_in_the_end(
    booking: Booking, stripe: StandIn, alice: User, olga: User, client_of: Callable[[User | None], APIClient]
) -> None:
    stripe.refusal = ("charge_disputed", "The charge has been charged back.")
    refund_booking(booking_id=booking.pk, user=alice)
    pauses = []
    for _ in range(5):
        send_refund(refund_id=Refund.objects.get().pk)
        refund = Refund.objects.get()
        Refund.objects.update(created_at=database_now() - timedelta(hours=9))
        if refund.retry_at:
            pauses.append(round((refund.retry_at - database_now()).total_seconds()))
            assert send_open_refunds() == 0  # not yet
    assert pauses == [20, 40, 80]
    refund = Refund.objects.get()
    assert (refund.status, refund.attempts, refund.failure) == ("failed", 5, "The charge has been charged back.")
    requests = stripe.requests
    assert send_open_refunds() == 0
    assert stripe.requests == requests
    (case,) = client_of(olga).get("/api/operator").json()["money"]
    assert (case["kind"], case["amount"], case["detail"]) == ("refund_failed", 10_000, refund.failure)
    assert state(booking) == BACK
    charge_refunded(10_000)  # an operator makes it in the dashboard
    assert Refund.objects.get().status == "sent"
    assert client_of(olga).get("/api/operator").json()["money"] == []


def test_a_gateway_that_is_down_is_tried_for_ever_but_not_every_ten_seconds(
    booking: Booking, stripe: StandIn, alice: User
) -> None:
    refund_booking(booking_id=booking.pk, user=alice)
    Refund.objects.update(created_at=database_now() - timedelta(days=3), attempts=30)
    stripe.broken = True
    assert send_open_refunds() == 1
    refund = Refund.objects.get()
    assert refund.status == "pending"
    assert refund.retry_at is not None
    assert timedelta(minutes=59) < refund.retry_at - database_now() <= timedelta(hours=1)
    assert send_open_refunds() == 0
    stripe.broken = False
    Refund.objects.update(retry_at=database_now())
    assert send_open_refunds() == 1
    assert state(booking) == BACK


def test_a_refund_of_ours_that_fails_later_needs_a_person(booking: Booking, alice: User) -> None:
    refund_booking(booking_id=booking.pk, user=alice)
    ours = Refund.objects.get()
    send_refund(refund_id=ours.pk)
    failed = {"status": "failed", "failure_reason": "lost_or_stolen_card", "metadata": {"refund_id": str(ours.pk)}}
    refund_made("re_x", 10_000, kind="failed", **failed)
    refund_made("re_x", 10_000, kind="updated", **failed)
    ours.refresh_from_db()
    assert (ours.status, ours.failure) == ("failed", "lost_or_stolen_card")
    assert state(booking) == BACK


def test_a_partial_refund_that_fails_at_the_provider_no_longer_counts(booking: Booking) -> None:
    refund_made("re_1", 3_000)
    assert state(booking) == ("paid", "partly_refunded", 3_000)
    for _ in range(2):
        refund_made("re_1", 3_000, kind="failed", status="failed", failure_reason="expired_or_canceled_card")
    assert state(booking) == PAID
    assert Refund.objects.get().status == "undone"


def test_an_open_dispute_changes_nothing_and_a_lost_one_ends_the_booking(
    booking: Booking, olga: User, client_of: Callable[[User | None], APIClient]
) -> None:
    dispute("created", "needs_response")
    assert state(booking) == PAID
    (case,) = client_of(olga).get("/api/operator").json()["money"]
    assert (case["kind"], case["amount"]) == ("dispute", 10_000)
    for _ in range(2):
        dispute("closed", "lost")
        dispute("created", "needs_response")  # late
    assert state(booking) == BACK
    assert Refund.objects.get().reason == "dispute"
    assert set(Admission.objects.values_list("status", flat=True)) == {"void"}
    assert client_of(olga).get("/api/operator").json()["money"] == []


@pytest.mark.parametrize("status", ["won", "warning_closed", "prevented"])
def test_a_dispute_that_is_not_lost_changes_nothing(booking: Booking, status: str) -> None:
    dispute("created", "needs_response")
    dispute("closed", status)
    assert state(booking) == PAID
    assert Payment.objects.get().dispute_status == "won"


def test_a_dispute_lost_in_part_is_recorded(booking: Booking) -> None:
    dispute("closed", "lost", amount=4_000)
    charge_refunded(0)
    assert state(booking) == ("paid", "partly_refunded", 4_000)
    charge_refunded(6_000)
    assert state(booking) == BACK


def test_a_lost_dispute_settles_a_refund_that_the_provider_refuses(
    booking: Booking, stripe: StandIn, alice: User
) -> None:
    refund_booking(booking_id=booking.pk, user=alice)
    stripe.refusal = ("charge_disputed", "The charge has been charged back.")
    send_refund(refund_id=Refund.objects.get().pk)
    dispute("closed", "lost")
    assert Refund.objects.get().status == "sent"
    assert state(booking) == BACK


def test_a_completed_booking_is_ended_too(booking: Booking) -> None:
    Booking.objects.update(status=BookingStatus.COMPLETED)
    charge_refunded(10_000)
    assert state(booking) == BACK


def test_a_report_that_comes_before_the_outcome_is_sent_again(stripe: StandIn, hold: Hold, alice: User) -> None:
    from bookings.payments.gateways import gateway

    booking = hold(alice)
    begin_payment(order_id=booking.pk, buyer_id=alice.pk, card_last4="4242", provider=gateway())
    Payment.objects.update(gateway_reference="pi_0")
    subject = {"payment_intent": "pi_0", "currency": "usd", "amount_refunded": 10_000}
    assert deliver("charge.refunded", subject) == 503
    assert Payment.objects.get().status == "pending"


def test_simultaneous_reports_and_our_own_refund_return_the_money_once(
    booking: Booking, stripe: StandIn, alice: User, carol: User
) -> None:
    calls: list[Callable[[], object]] = [
        lambda: charge_refunded(10_000),
        lambda: refund_made("re_1", 10_000),
        lambda: dispute("closed", "lost"),
        lambda: refund_booking(booking_id=booking.pk, user=carol),
        lambda: charge_refunded(4_000),
        lambda: refund_made("re_1", 10_000),
    ]
    crowd(len(calls), lambda n: calls[n]())
    assert state(booking) == BACK
