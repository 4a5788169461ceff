"""The money of the sales report comes from the prices of bookings; it must equal the payments and refunds."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.models import User
from bookings.holds.models import Booking
from bookings.payments.gateways import gateway
from bookings.payments.gateways.protocol import Charge, Outcome
from bookings.payments.models import Payment
from bookings.payments.pay import begin_payment, pay_booking
from bookings.payments.reconcile import reconcile_payments
from bookings.payments.refund import refund_booking
from bookings.payments.settle import settle_payment
from bookings.reports.sales_report import money_of, sales_report
from conftest import GOOD_CARD
from core.clock import database_now
from events.models import Event, Subsection

Hold = Callable[..., Booking]
NEVER_ANSWERS = "4000000000000119"


def test_a_refund_counts_in_gross_and_in_refunded(concert: Event, paid_booking: Hold, alice: User, bob: User) -> None:
    paid_booking(alice, "1-1", "1-2")
    refund_booking(booking_id=paid_booking(bob, "2-1").pk, user=bob)
    assert money(concert) == (15_000, 5_000)


def test_a_new_price_does_not_change_what_was_paid(concert: Event, paid_booking: Hold, alice: User) -> None:
    paid_booking(alice)
    Subsection.objects.update(price=1)
    assert money(concert) == (10_000, 0)


def test_a_payment_too_late_for_its_seats_counts_in_gross_and_in_refunded(
    concert: Event, hold: Hold, alice: User, bob: User
) -> None:
    late = hold(alice, "1-1")
    pay_booking(booking_id=late.pk, buyer_id=alice.pk, card_number=NEVER_ANSWERS)
    Booking.objects.filter(pk=late.pk).update(expires_at=database_now())
    hold(bob, "1-1")
    Payment.objects.update(created_at=database_now() - timedelta(seconds=11))
    reconcile_payments()
    assert money(concert) == (5_000, 5_000)
    report = sales_report(concert)
    assert (report["funnel"]["paid"], report["refunds"]) == (0, 0)  # these count bookings, and the booking expired


@pytest.mark.parametrize(("refunded", "gone"), [(False, 10_000), (True, 20_000)])
def test_a_second_payment_counts_in_gross_and_in_refunded(
    concert: Event, hold: Hold, alice: User, refunded: bool, gone: int
) -> None:
    booking = hold(alice)
    lost = begin_payment(order_id=booking.pk, buyer_id=alice.pk, card_last4="0077", provider=gateway())[0]
    Payment.objects.update(created_at=database_now() - timedelta(seconds=61))
    reconcile_payments()
    pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD_CARD)
    if refunded:
        refund_booking(booking_id=booking.pk, user=alice)
    settle_payment(payment_id=lost.pk, charge=Charge(Outcome.CAPTURED, amount=lost.amount, currency=lost.currency))
    assert money(concert) == (20_000, gone)


def money(event: Event) -> tuple[int, int]:
    """Return gross and refunded of the report, after comparing them with all payments and with `money_of`.

    There must be no other event with payments.
    """
    report = sales_report(event)
    reported = {name: report[name] for name in ("gross", "refunded")}
    captured = Payment.objects.filter(captured_at__isnull=False)
    rows = {
        "gross": sum(payment.amount for payment in captured),
        "refunded": sum(payment.refunded_amount for payment in captured),
    }
    assert reported == rows == money_of([event.pk])[event.pk]
    assert sum(section["gross"] for section in report["by_section"]) == rows["gross"]
    return rows["gross"], rows["refunded"]
