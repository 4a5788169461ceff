"""A payment that is repeated under its idempotency key: the same payment, at any moment, and one charge."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bookings.errors import GatewayUnreachable, PaymentDeclined
from bookings.holds.models import Booking
from bookings.idempotency import IdempotencyKey
from bookings.invariants import check_invariants
from bookings.notifications.models import EmailMessage
from bookings.payments import pay as _pay
from bookings.payments.gateways import Charge, GatewayDown, Outcome
from bookings.payments.gateways.mock import MockGateway
from bookings.payments.gateways.mock_models import MockCharge
from bookings.payments.models import Payment
from bookings.payments.pay import pay_booking
from bookings.payments.settle import settle_payment
from bookings.states import PaymentStatus
from bookings.testing.crowd import crowd

pytestmark = pytest.mark.django_db(transaction=True)

paying: Any = _pay  # `Any`, so that tests can patch it
Hold = Callable[..., Booking]
ClientOf = Callable[[User | None], APIClient]
GOOD, LATER, NEVER = "4242424242424242", "4000000000000077", "4000000000000119"
KEY = IdempotencyKey("key", "hash")
CAPTURED = Charge(Outcome.CAPTURED, "ref", amount=10_000, currency="USD")
DECLINED = Charge(Outcome.DECLINED, "ref", "card_declined", "No.")


def pay(booking: Booking, card: str = GOOD) -> Payment:
    return pay_booking(booking_id=booking.pk, buyer_id=booking.buyer_id, card_number=card, idempotency_key=KEY)


@pytest.mark.parametrize("card", [LATER, NEVER])
def test_the_api_repeats_202_until_the_outcome_is_known_and_then_says_it(
    hold: Hold, alice: User, client_of: ClientOf, card: str
) -> None:
    client, url = client_of(alice), f"/api/booking/{hold(alice).pk}/pay"
    body, headers = {"card_number": card}, {"Idempotency-Key": "one"}
    responses = [client.post(url, body, headers=headers) for _ in range(3)]
    assert {response.status_code for response in responses} == {202}
    assert responses[0].json() == responses[1].json() == responses[2].json()
    assert responses[0].json()["status"] == "pending_payment"
    assert MockCharge.objects.count() == 1
    for refused, status, code in (
        (client.post(url, body, headers={"Idempotency-Key": "two"}), 409, "payment_in_progress"),
        (client.post(url, body), 409, "payment_in_progress"),
        (client.post(url, {"card_number": GOOD}, headers=headers), 422, "idempotency_key_reused"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    settle_payment(payment_id=Payment.objects.get().pk, charge=CAPTURED)
    paid = client.post(url, body, headers=headers)
    assert (paid.status_code, paid.json()["status"]) == (200, "paid")
    assert paid.json()["payment_id"] == responses[0].json()["payment_id"]


class SlowGateway:
    """Lets a charge begin, and answers it when told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, outcome: Charge) -> None:
        self.begun, self.may_answer, self.charges = threading.Event(), threading.Event(), 0
        self.outcome = outcome
        monkeypatch.setattr(MockGateway, "begin", self.begin)

    def begin(self, *args: Any) -> Charge:
        self.charges += 1
        self.begun.set()
        assert self.may_answer.wait(10)
        return self.outcome


def repeated_while_charging(booking: Booking, slow: SlowGateway) -> tuple[Any, Any]:
    """Return the results of a payment and of its repetition, which comes while the gateway thinks."""

    def act(number: int) -> Any:
        if number == 0:
            return pay(booking)
        assert slow.begun.wait(10)
        try:
            return pay(booking)
        finally:
            slow.may_answer.set()

    first, again = crowd(2, act)
    return first, again


def test_a_repetition_while_the_gateway_thinks_gets_the_open_payment_and_charges_nothing(
    hold: Hold, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = SlowGateway(monkeypatch, CAPTURED)
    first, again = repeated_while_charging(hold(alice), slow)
    assert (first.status, again.status) == (PaymentStatus.CAPTURED, PaymentStatus.PENDING)
    assert (first.pk, slow.charges) == (again.pk, 1)


def test_who_was_told_to_wait_gets_an_email_if_the_card_is_declined(
    hold: Hold, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = hold(alice)
    first, again = repeated_while_charging(booking, SlowGateway(monkeypatch, DECLINED))
    assert isinstance(first, PaymentDeclined)
    assert again.status == PaymentStatus.PENDING
    assert list(EmailMessage.objects.values_list("kind", flat=True)) == ["payment_failed"]
    with pytest.raises(PaymentDeclined):
        pay(booking)


def test_who_learns_of_the_decline_at_once_gets_no_email(
    hold: Hold, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, booking = SlowGateway(monkeypatch, DECLINED), hold(alice)
    slow.may_answer.set()
    for _ in range(2):
        with pytest.raises(PaymentDeclined):
            pay(booking)
    assert (slow.charges, EmailMessage.objects.count()) == (1, 0)


def test_a_payment_that_is_settled_during_the_repetition_is_returned_as_settled(
    hold: Hold, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = hold(alice)
    payment = pay(booking, NEVER)
    execute = paying.execute_prepared

    def settled_meanwhile(*args: Any) -> Any:
        result = execute(*args)
        settle_payment(payment_id=payment.pk, charge=CAPTURED)
        return result

    monkeypatch.setattr(paying, "execute_prepared", settled_meanwhile)
    again = pay(booking, NEVER)
    assert (again.pk, again.status, again.booking.status) == (payment.pk, PaymentStatus.CAPTURED, "paid")
    assert again.booking.paid_at is not None


def test_of_simultaneous_repetitions_one_charges_and_all_get_its_payment(hold: Hold, alice: User) -> None:
    booking = hold(alice)
    payments = crowd(20, lambda n: pay(booking))
    assert {type(payment).__name__ for payment in payments} == {"Payment"}
    assert len({payment.pk for payment in payments}) == 1
    assert (Payment.objects.get().status, MockCharge.objects.count()) == (PaymentStatus.CAPTURED, 1)
    assert not any(check_invariants().values())


def test_a_payment_that_never_reached_the_gateway_begins_anew_when_it_is_repeated(
    hold: Hold, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = hold(alice)

    def down(*args: Any) -> Charge:
        raise GatewayDown("away")

    with monkeypatch.context() as patch:
        patch.setattr(MockGateway, "begin", down)
        with pytest.raises(GatewayUnreachable):
            pay(booking)
    assert pay(booking).status == PaymentStatus.CAPTURED
    assert MockCharge.objects.count() == 1
