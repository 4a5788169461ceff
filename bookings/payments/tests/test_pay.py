"""The rules of `pay_booking`: begin, charge, settle."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.models import User
from bookings.errors import (
    AlreadyPaid,
    GatewayUnreachable,
    HoldExpired,
    IdempotencyKeyReused,
    NotOwner,
    PaymentDeclined,
    PaymentInProgress,
)
from bookings.holds.expiry import expire_holds
from bookings.holds.models import Booking
from bookings.idempotency import IdempotencyKey
from bookings.payments.gateways import (
    Charge,
    GatewayDown,
    Method,
    Outcome,
    gateway,
)
from bookings.payments.gateways.mock import MockGateway
from bookings.payments.gateways.mock_models import MockCharge
from bookings.payments.models import Payment
from bookings.payments.pay import begin_payment, pay_booking
from bookings.payments.settle import settle_payment
from bookings.states import BookingStatus, PaymentStatus
from core.clock import database_now
from core.errors import InvalidState, NotFound
from events.models import Event, SeatChange, Ticket

Hold = Callable[..., Booking]
GOOD, DECLINED, POOR, REFUSED_ONCE = "4242424242424242", "4000000000000002", "4000000000009995", "4000000000000101"
CAPTURED = Charge(Outcome.CAPTURED, "ref", amount=10_000, currency="USD")


def begin(booking: Booking) -> Payment:
    return begin_payment(order_id=booking.pk, buyer_id=booking.buyer_id, card_last4="4242", provider=gateway())[0]


def test_a_good_card_sells_the_seats(hold: Hold, alice: User) -> None:
    booking = hold(alice)
    payment = pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD)
    booking.refresh_from_db()
    assert (booking.status, payment.status, payment.amount) == ("paid", "captured", 10_000)
    assert booking.paid_at == payment.captured_at
    assert Ticket.objects.filter(status="sold", booking_id=booking.pk).count() == 2
    assert list(SeatChange.objects.values_list("kind", flat=True)) == ["held", "paid"]


@pytest.mark.parametrize(("card", "code"), [(DECLINED, "card_declined"), (POOR, "insufficient_funds")])
def test_a_declined_card_leaves_the_seats_held(hold: Hold, alice: User, card: str, code: str) -> None:
    booking = hold(alice)
    with pytest.raises(PaymentDeclined):
        pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=card)
    booking.refresh_from_db()
    assert booking.status == BookingStatus.PENDING_PAYMENT
    assert Payment.objects.get().failure_code == code
    assert Ticket.objects.filter(status="reserved").count() == 2
    assert pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD).status == PaymentStatus.CAPTURED


def test_a_card_that_is_refused_once_can_be_tried_again(hold: Hold, alice: User) -> None:
    booking = hold(alice)
    with pytest.raises(PaymentDeclined):
        pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=REFUSED_ONCE)
    assert (
        pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=REFUSED_ONCE).status == PaymentStatus.CAPTURED
    )


def test_paying_opens_the_payment_window_once(hold: Hold, alice: User, concert: Event) -> None:
    booking = hold(alice)
    now = database_now()
    with pytest.raises(PaymentDeclined):
        pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=DECLINED)
    booking.refresh_from_db()
    window = booking.expires_at
    assert timedelta(seconds=900) <= window - now <= timedelta(seconds=905)
    with pytest.raises(PaymentDeclined):
        pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=DECLINED)
    booking.refresh_from_db()
    assert booking.expires_at == window  # declined cards do not prolong a hold forever


def test_a_paid_booking_is_not_charged_again(paid_booking: Hold, alice: User) -> None:
    with pytest.raises(AlreadyPaid):
        pay_booking(booking_id=paid_booking(alice).pk, buyer_id=alice.pk, card_number=GOOD)
    assert Payment.objects.count() == 1


def test_an_expired_hold_cannot_be_paid_before_or_after_the_sweep(hold: Hold, alice: User) -> None:
    booking = hold(alice)
    Booking.objects.update(expires_at=database_now())
    for _ in range(2):
        with pytest.raises(HoldExpired):
            pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD)
        expire_holds()
    assert not Payment.objects.exists()


def test_a_hold_of_a_cancelled_event_cannot_be_paid(hold: Hold, alice: User) -> None:
    booking = hold(alice)
    Event.objects.update(status="cancelled")
    with pytest.raises(InvalidState):
        pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD)


def test_a_hold_can_be_paid_after_sales_have_ended(hold: Hold, alice: User) -> None:
    booking = hold(alice)
    Event.objects.update(status="ended")
    assert pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD).status == PaymentStatus.CAPTURED


def test_only_its_buyer_can_pay_a_booking(hold: Hold, alice: User, bob: User, carol: User) -> None:
    booking = hold(alice)
    with pytest.raises(NotFound):
        pay_booking(booking_id=booking.pk, buyer_id=bob.pk, card_number=GOOD)
    with pytest.raises(NotOwner):
        pay_booking(booking_id=booking.pk, buyer_id=carol.pk, card_number=GOOD)


def test_a_second_charge_is_refused_while_one_is_open(hold: Hold, alice: User) -> None:
    booking = hold(alice)
    begin(booking)
    with pytest.raises(PaymentInProgress):
        pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD)


def test_the_same_key_gives_the_same_payment(hold: Hold, alice: User) -> None:
    booking, idempotency_key = hold(alice), IdempotencyKey("key", "hash")
    first = pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD, idempotency_key=idempotency_key)
    again = pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD, idempotency_key=idempotency_key)
    assert again.pk == first.pk
    with pytest.raises(IdempotencyKeyReused):
        pay_booking(
            booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD, idempotency_key=IdempotencyKey("key", "other")
        )


def test_the_same_key_gives_the_same_error(hold: Hold, alice: User) -> None:
    booking, idempotency_key = hold(alice), IdempotencyKey("key", "hash")
    for _ in range(2):
        with pytest.raises(PaymentDeclined):
            pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=DECLINED, idempotency_key=idempotency_key)
    assert Payment.objects.count() == 1


def test_settling_twice_changes_nothing(hold: Hold, alice: User) -> None:
    payment = begin(hold(alice))
    settle_payment(payment_id=payment.pk, charge=CAPTURED)
    settle_payment(payment_id=payment.pk, charge=Charge(Outcome.DECLINED, "ref", "late", "late"))
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.CAPTURED
    assert SeatChange.objects.count() == 2


def expire(booking: Booking) -> None:
    """End the hold, as if the gateway took too long to respond."""
    Booking.objects.filter(pk=booking.pk).update(expires_at=database_now())
    expire_holds()


def test_a_capture_after_the_hold_has_ended_takes_the_same_seats_if_they_are_free(hold: Hold, alice: User) -> None:
    booking = hold(alice, "1-4", "1-5")
    payment = begin(booking)
    expire(booking)
    settle_payment(payment_id=payment.pk, charge=CAPTURED)
    booking.refresh_from_db()
    assert booking.status == BookingStatus.PAID
    assert booking.failure == ""
    assert set(Ticket.objects.filter(status="sold").values_list("position", flat=True)) == {3, 4}


def test_a_capture_after_the_seats_were_taken_is_refunded(hold: Hold, alice: User, bob: User) -> None:
    booking = hold(alice, "1-4", "1-5")
    payment = begin(booking)
    expire(booking)
    hold(bob, "1-5")
    settle_payment(payment_id=payment.pk, charge=CAPTURED)
    booking.refresh_from_db()
    assert (booking.status, booking.paid_at) == (BookingStatus.EXPIRED, None)
    assert "returned" in booking.failure
    assert not Ticket.objects.filter(booking_id=booking.pk).exists()
    payment.refresh_from_db()
    assert (payment.status, payment.refunded_amount) == (PaymentStatus.REFUNDED, payment.amount)
    assert payment.refunds.get().reason == "seats_lost"


def test_a_payment_that_never_reached_the_gateway_can_be_repeated_with_its_key(
    hold: Hold, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*args: object) -> Charge:
        raise GatewayDown

    booking, idempotency_key = hold(alice), IdempotencyKey("key", "hash")
    with monkeypatch.context() as broken:
        broken.setattr(MockGateway, "begin", unreachable)
        with pytest.raises(GatewayUnreachable):
            pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD, idempotency_key=idempotency_key)
    paid = pay_booking(booking_id=booking.pk, buyer_id=alice.pk, card_number=GOOD, idempotency_key=idempotency_key)
    assert paid.status == PaymentStatus.CAPTURED
    assert sorted(Payment.objects.values_list("status", flat=True)) == ["cancelled", "captured"]


def test_the_mock_gateway_returns_the_same_outcome_for_the_same_payment(hold: Hold, alice: User) -> None:
    payment = begin(hold(alice))
    refused = gateway().begin(payment, Method(card_number=DECLINED))
    assert (refused.outcome, gateway().begin(payment, Method(card_number=GOOD))) == (Outcome.DECLINED, refused)
    assert MockCharge.objects.get().card_last4 == DECLINED[-4:]
