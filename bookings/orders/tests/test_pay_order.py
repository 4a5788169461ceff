"""An order is paid at once, with one payment, and its money goes back for all of it or for one of its bookings."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.models import User
from bookings.emails.compose import compose
from bookings.errors import PartOfOrder, PaymentInProgress
from bookings.event_changes.cancel_event import cancel_event, release_cancelled_event
from bookings.holds.cancel import cancel_booking
from bookings.holds.expiry import expire_holds
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from bookings.orders.cancel import cancel_order
from bookings.orders.hold import add_items
from bookings.orders.tests.stage import breaches, item, order_of
from bookings.payments.gateways import Charge, Outcome, gateway
from bookings.payments.gateways.protocol import RefundedTotal
from bookings.payments.models import Payment, Refund
from bookings.payments.pay import begin_payment, pay_booking, pay_order
from bookings.payments.refund import refund_booking, refund_order
from bookings.payments.returned import record_refunded_total
from bookings.payments.settle import settle_payment, settle_stepwise
from bookings.tickets.models import Admission
from core.clock import database_now
from events.models import Event, Ticket

GOOD = "4242424242424242"
TOTAL = 14_000  # two seats in A1 and two in B1


@pytest.fixture
def order(concert: Event, alice: User) -> list[Booking]:
    """Alice's order of two seats in A1 and two in B1."""
    return order_of(alice, concert, "A1", "B1")


def pay(order: list[Booking]) -> Payment:
    return pay_order(order_id=order[0].order_id, buyer_id=order[0].buyer_id, card_number=GOOD)


def begin(order: list[Booking]) -> Payment:
    buyer_id = order[0].buyer_id
    return begin_payment(order_id=order[0].order_id, buyer_id=buyer_id, card_last4="4242", provider=gateway())[0]


def statuses() -> list[str]:
    return list(Booking.objects.order_by("pk").values_list("status", flat=True))


def sold() -> int:
    return Ticket.objects.filter(status="sold").count()


def emails() -> list[str]:
    return sorted(EmailMessage.objects.values_list("kind", flat=True))


@pytest.mark.parametrize("settle", [settle_payment, settle_stepwise])
def test_an_order_is_paid_with_one_payment(order: list[Booking], settle: Callable[..., Payment]) -> None:
    payment = begin(order)
    assert payment.amount == TOTAL
    charge = Charge(Outcome.CAPTURED, "ref", amount=TOTAL, currency="USD")
    assert settle(payment_id=payment.pk, charge=charge).status == "captured"
    assert (statuses(), sold()) == (["paid"] * 2, 4)
    assert set(Booking.objects.values_list("paid_at", flat=True)) == {Payment.objects.get().captured_at}
    assert Admission.objects.filter(status="active").count() == 4
    assert emails() == ["confirmation"]
    del_mock = [name for name in breaches() if name != "mock_records"]
    assert del_mock == []


def test_the_email_has_all_seats_and_tickets(order: list[Booking]) -> None:
    pay(order)
    mail = compose(EmailMessage.objects.select_related("booking__event", "booking__subsection", "booking__buyer").get())
    assert mail is not None
    assert "Section A, block 1" in str(mail.body)
    assert "Section B, block 1" in str(mail.body)
    assert "$140.00" in str(mail.body)
    names = [attachment[0] for attachment in mail.attachments]
    assert names == [f"tickets-{order[0].reference}.pdf"]


def test_a_booking_of_an_order_is_not_paid_alone(order: list[Booking], alice: User) -> None:
    with pytest.raises(PartOfOrder):
        pay_booking(booking_id=order[1].pk, buyer_id=alice.pk, card_number=GOOD)


def test_nothing_is_taken_out_or_added_while_a_charge_is_open(order: list[Booking], alice: User) -> None:
    begin(order)
    with pytest.raises(PaymentInProgress):
        cancel_booking(booking_id=order[1].pk, buyer=alice)
    with pytest.raises(PaymentInProgress):
        cancel_order(order_id=order[0].order_id, buyer=alice)
    event = Event.objects.get()
    with pytest.raises(PaymentInProgress):
        add_items(order_id=order[0].order_id, buyer_id=alice.pk, items=[item(event, "A2")])


@pytest.mark.parametrize("taken", [False, True])
def test_a_late_capture_sells_all_seats_or_returns_everything(
    order: list[Booking], concert: Event, bob: User, taken: bool
) -> None:
    payment = begin(order)
    Booking.objects.update(expires_at=database_now() - timedelta(seconds=1))
    assert expire_holds() == 2
    if taken:
        order_of(bob, concert, "B1")
    charge = Charge(Outcome.CAPTURED, "ref", amount=TOTAL, currency="USD")
    settled = settle_payment(payment_id=payment.pk, charge=charge)
    assert settled.status == ("refunded" if taken else "captured")
    assert statuses()[:2] == (["expired"] if taken else ["paid"]) * 2
    assert sold() == (0 if taken else 4)
    assert [name for name in breaches() if name != "mock_records"] == []


def test_a_capture_for_other_seats_than_are_held_is_returned(order: list[Booking], concert: Event, alice: User) -> None:
    payment = begin(order)
    settle_payment(payment_id=payment.pk, charge=Charge(Outcome.DECLINED, "ref", code="declined", detail="No."))
    cancel_booking(booking_id=order[1].pk, buyer=alice)
    charge = Charge(Outcome.CAPTURED, "ref", amount=TOTAL, currency="USD")
    assert settle_payment(payment_id=payment.pk, charge=charge).status == "refunded"
    assert statuses() == ["pending_payment", "cancelled"]
    assert pay(order).amount == 10_000
    assert statuses() == ["paid", "cancelled"]


def test_one_booking_is_refunded_and_then_the_rest(order: list[Booking], alice: User) -> None:
    payment = pay(order)
    refund_booking(booking_id=order[0].pk, user=alice)
    payment.refresh_from_db()
    assert (payment.status, payment.refunded_amount) == ("partly_refunded", 10_000)
    assert (statuses(), sold()) == (["refunded", "paid"], 2)
    assert breaches() == {}
    refund_order(order_id=order[0].order_id, user=alice)
    payment.refresh_from_db()
    assert (payment.status, payment.refunded_amount) == ("refunded", TOTAL)
    assert [refund.amount for refund in Refund.objects.order_by("created_at")] == [10_000, 4_000]
    assert breaches() == {}


def test_a_whole_order_is_refunded_with_one_refund_and_one_email(order: list[Booking], alice: User) -> None:
    pay(order)
    refund_order(order_id=order[0].order_id, user=alice)
    assert (statuses(), sold()) == (["refunded"] * 2, 0)
    assert [refund.amount for refund in Refund.objects.all()] == [TOTAL]
    assert emails() == ["confirmation", "refund"]
    assert breaches() == {}


def test_all_money_back_from_the_provider_ends_the_whole_order(order: list[Booking]) -> None:
    payment = pay(order)
    record_refunded_total(payment_id=payment.pk, notice=RefundedTotal("1", "ref", amount=TOTAL))
    assert statuses() == ["refunded"] * 2
    assert [name for name in breaches() if name != "mock_records"] == []


def test_cancelling_the_event_refunds_paid_orders_and_ends_held_ones(
    order: list[Booking], concert: Event, bob: User, carol: User
) -> None:
    pay(order)
    order_of(bob, concert, "A2", "B2")
    cancel_event(event_id=concert.pk, seller=carol)
    assert release_cancelled_event(event_id=concert.pk) == 4
    assert statuses() == ["refunded"] * 2 + ["cancelled"] * 2
    assert Payment.objects.get().status == "refunded"
    assert breaches() == {}


def test_an_order_that_costs_nothing_needs_no_card(concert: Event, alice: User) -> None:
    concert.subsections.update(price=0)
    order = order_of(alice, concert, "A1", "B1")
    pay_order(order_id=order[0].order_id, buyer_id=alice.pk)
    refund_booking(booking_id=order[0].pk, user=alice)
    assert (statuses(), Payment.objects.get().status) == (["refunded", "paid"], "captured")
    assert breaches() == {}
    refund_booking(booking_id=order[1].pk, user=alice)
    assert (statuses(), Payment.objects.get().status) == (["refunded"] * 2, "refunded")
    assert breaches() == {}


def test_seats_that_cost_nothing_stay_when_all_money_is_back(concert: Event, alice: User) -> None:
    concert.subsections.filter(section="B").update(price=0)
    order = order_of(alice, concert, "A1", "B1")
    pay(order)
    refund_booking(booking_id=order[0].pk, user=alice)
    assert (statuses(), Payment.objects.get().status) == (["refunded", "paid"], "refunded")
    assert breaches() == {}
    refund_booking(booking_id=order[1].pk, user=alice)
    assert breaches() == {}
