"""A gateway for the demo and the tests: the card number decides the outcome.

It keeps its own records (MockCharge, MockRefund), as an external provider does, and sends signed webhooks.
"""

import json
import time
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse

from bookings.payments.gateways.mock_models import MockCharge, MockRefund
from bookings.payments.gateways.protocol import (
    AmountLimits,
    Charge,
    ChargeNotice,
    GatewayRefused,
    Method,
    Notice,
    Outcome,
    WebhookForged,
)
from bookings.payments.gateways.signatures import verify
from bookings.payments.models import Payment, Refund
from core.clock import Now
from core.prepared_statements import execute_prepared

SUCCEEDS = "4242424242424242"
RESPONDS_LATER = "4000000000000077"
NEVER_RESPONDS = "4000000000000119"
REFUSED_ONCE = "4000000000000101"
# card number: (failure code, message for the buyer)
DECLINED = {
    "4000000000000002": ("card_declined", "The card was declined. Try another card; your reservation is kept."),
    "4000000000009995": ("insufficient_funds", "The card has insufficient funds. Your reservation is kept."),
}
TRY_AGAIN = ("try_again", "The card was refused this time. Try it again; your reservation is kept.")
UNKNOWN_CARD = (
    "card_not_supported",
    "This is a test gateway and it does not know this card. Use 4242 4242 4242 4242.",
)
WEBHOOK_DELAY = timedelta(seconds=2)
MAX_AMOUNT = 10**12  # more than the most expensive booking
# Inserts a charge and returns it; a payment that has a charge keeps it, and gets it back.
WRITE = """
    INSERT INTO bookings_mockcharge (
        payment_id, amount, currency, card_last4, method, captured, code, detail, webhook_due_at, waits_until
    )
    VALUES (
        %s::uuid, %s::bigint, %s::text, %s::text, %s::text, %s::boolean, %s::text, %s::text,
        clock_timestamp() + %s::interval, clock_timestamp() + %s::interval
    )
    ON CONFLICT (payment_id) DO UPDATE SET payment_id = excluded.payment_id
    RETURNING payment_id, amount, currency, method, captured, waits_until, code, detail
"""
BANK, THREE_D_SECURE, TRANSFER = "mock_bank", "mock_3ds", "mock_transfer"
# tokens whose outcome is that of a card
CARD_OF = {"mock_card": SUCCEEDS, "mock_declined": "4000000000000002", TRANSFER: RESPONDS_LATER}
STEP_OF = {BANK: Outcome.REDIRECT, THREE_D_SECURE: Outcome.ACTION_REQUIRED}
UNKNOWN_METHOD = ("method_not_supported", "This is a test gateway and it does not know this method of payment.")
REFUSED_BY_BUYER = ("cancelled_by_buyer", "You did not confirm the payment at the bank. Nothing was charged.")
NOT_CONFIRMED = ("not_confirmed", "The payment was not confirmed at the bank in time. Nothing was charged.")
TIME_TO_CONFIRM = timedelta(minutes=15)
RETURNED = (
    "payment_id",
    "amount",
    "currency",
    "method",
    "captured",
    "waits_until",
    "code",
    "detail",
)  # in the model's order
# The other methods that the checkout lists: token, what happens.
TEST_METHODS = [
    (BANK, "Demo bank", "you confirm on the bank’s page"),
    (THREE_D_SECURE, "Card with 3-D Secure", "the card’s bank asks you to confirm"),
    (TRANSFER, "Bank transfer", "arrives a few seconds later"),
]
# The test cards that the checkout lists: number, what happens.
TEST_CARDS = [
    (SUCCEEDS, "succeeds"),
    ("4000000000000002", "is declined"),
    ("4000000000009995", "has insufficient funds"),
    (REFUSED_ONCE, "is refused once, then succeeds"),
    (RESPONDS_LATER, "succeeds a few seconds later"),
    (NEVER_RESPONDS, "gets no response, but its outcome is found"),
]


class MockGateway:
    """Records charges and refunds in its own tables; no money moves."""

    name = "mock"
    silence_is_failure = False  # the card NEVER_RESPONDS gives an unknown outcome on purpose

    def limits(self, currency: str) -> AmountLimits | None:
        """Allow any amount in any currency."""
        return AmountLimits(1, MAX_AMOUNT)

    def begin(self, payment: Payment, method: Method) -> Charge:
        """Record a charge and return the outcome that belongs to the card number or the token.

        A payment that has a charge keeps it, so that a repeated call returns the same outcome.
        """
        card_number = method.card_number or CARD_OF.get(method.token, "")
        entry = self._write(payment, card_number, method.token)
        if card_number == NEVER_RESPONDS:
            return Charge(Outcome.UNKNOWN)
        if card_number == RESPONDS_LATER:
            return Charge(Outcome.PENDING, _reference(entry))
        return charge_of(entry)

    def refund(self, refund: Refund) -> str:
        """Record a refund, once, and return its id.

        Raises GatewayRefused if no charge was captured, or too little for all its refunds.
        """
        entry = MockCharge.objects.filter(pk=refund.payment_id, captured=True).first()
        if entry is None:
            raise GatewayRefused("There is no such charge.")
        refunded = sum(entry.refunds.exclude(pk=refund.pk).values_list("amount", flat=True))
        if refunded + refund.amount > entry.amount:
            raise GatewayRefused("More than was captured.")
        MockRefund.objects.get_or_create(pk=refund.pk, defaults={"charge": entry, "amount": refund.amount})
        return f"mock_{refund.pk.hex}"

    def refunded(self, payment: Payment) -> int:
        """Return the sum of the recorded refunds of a payment."""
        return sum(MockRefund.objects.filter(charge=payment.pk).values_list("amount", flat=True))

    def find(self, payment: Payment) -> Charge | None:
        """Return the recorded charge of a payment, or None."""
        waiting = MockCharge.objects.filter(pk=payment.pk)
        code, detail = NOT_CONFIRMED
        waiting.filter(waits_until__lte=Now()).update(waits_until=None, code=code, detail=detail)
        entry = waiting.first()
        return charge_of(entry) if entry is not None else None

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        """Verify and read a message signed with MOCK_WEBHOOK_SECRET (Standard Webhooks).

        None if it is not about a charge. Raises WebhookForged, also if the signed body is no JSON object.
        """
        event_id = verify(settings.MOCK_WEBHOOK_SECRET.encode(), headers=headers, body=body, now=time.time())
        try:
            message = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise WebhookForged("not JSON") from error
        if not isinstance(message, dict):
            raise WebhookForged("this is no event")
        try:
            return _notice(event_id, message["data"])
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    def _write(self, payment: Payment, card_number: str, token: str) -> MockCharge:
        waits = token in STEP_OF
        code, detail = ("", "") if waits else self._refusal(payment, card_number, token) or ("", "")
        delay = WEBHOOK_DELAY if card_number == RESPONDS_LATER else None
        columns = (payment.pk, payment.amount, payment.currency, "" if token else card_number[-4:], token[:20])
        written = (not code and not waits, code, detail, delay, TIME_TO_CONFIRM if waits else None)
        return MockCharge.from_db(None, RETURNED, execute_prepared(WRITE, (*columns, *written)))

    def _refusal(self, payment: Payment, card_number: str, token: str) -> tuple[str, str] | None:
        if token and not card_number:
            return UNKNOWN_METHOD
        if card_number in (SUCCEEDS, RESPONDS_LATER, NEVER_RESPONDS):
            return None
        if card_number == REFUSED_ONCE:
            earlier = payment.order.payments.exclude(pk=payment.pk).filter(failure_code=TRY_AGAIN[0])
            return None if earlier.exists() else TRY_AGAIN
        return DECLINED.get(card_number, UNKNOWN_CARD)


def answer(payment_id: uuid.UUID, *, confirmed: bool) -> None:
    """Record the buyer's answer on the bank's page, and have a webhook sent. Only the first answer in time counts."""
    code, detail = ("", "") if confirmed else REFUSED_BY_BUYER
    waiting = MockCharge.objects.filter(pk=payment_id, waits_until__gt=Now())
    waiting.update(waits_until=None, captured=confirmed, code=code, detail=detail, webhook_due_at=Now())


def _reference(entry: MockCharge) -> str:
    return f"mock_{entry.payment_id.hex}"


def _notice(event_id: str, data: Any) -> ChargeNotice:
    """Return the content of a webhook. Raises ValueError, KeyError, TypeError or AttributeError if it is another."""
    charge = Charge(
        Outcome(data["outcome"]),
        data["reference"],
        data.get("code", ""),
        data.get("detail", ""),
        data.get("amount"),
        data.get("currency", ""),
    )
    return ChargeNotice(event_id, uuid.UUID(data["payment_id"]), charge)


def charge_of(entry: MockCharge) -> Charge:
    """Return a recorded charge as a `Charge`: captured, declined, or waiting for the buyer."""
    if entry.waits_until is not None:
        return Charge(STEP_OF[entry.method], _reference(entry), url=reverse("mock-bank", args=[entry.payment_id]))
    if entry.captured:
        return Charge(Outcome.CAPTURED, _reference(entry), amount=entry.amount, currency=entry.currency)
    return Charge(Outcome.DECLINED, _reference(entry), entry.code, entry.detail)
