"""Reads Stripe's webhooks: verifies the signature, and returns what the event says about a payment of ours.

An event is read as plain JSON and not with the SDK's classes: other programs may use the same account, so events of any
kind and API version arrive. What is not about a charge, refund or dispute is ignored.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import stripe

from bookings.payments.gateways.protocol import (
    Charge,
    ChargeNotice,
    DisputeNotice,
    Notice,
    Outcome,
    RefundedTotal,
    RefundNotice,
    WebhookForged,
    clean_text,
)
from bookings.payments.gateways.stripe_amounts import from_stripe
from bookings.payments.models import REFERENCE_LENGTH

TOLERANCE_SECONDS = 300  # maximum age of a webhook; Stripe's default
EVENT_ID = re.compile(r"[!-~]{1,255}")
OUTCOMES = {
    "succeeded": Outcome.CAPTURED,
    "processing": Outcome.PENDING,
    "requires_capture": Outcome.PENDING,
    "canceled": Outcome.DECLINED,
    "requires_payment_method": Outcome.DECLINED,
    "requires_action": Outcome.DECLINED,
    "requires_confirmation": Outcome.DECLINED,
}
DECLINED = "The card was declined. Try another card; your reservation is kept."
REFUND_FAILED = ("failed", "canceled")
# Statuses of a dispute: did the buyer's bank take the money for good? All others mean that it is not decided.
DISPUTE_LOST = {"lost": True, "won": False, "warning_closed": False, "prevented": False}

Json = dict[str, Any]


def read_event(headers: Mapping[str, str], body: bytes, secret: str) -> Notice | None:
    """Verify `Stripe-Signature` and read the event; None for what is not about a charge made by this product.

    Raises WebhookForged if the signature is wrong or the signed body is no event.
    """
    try:
        signature = headers.get("Stripe-Signature", "")
        stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE_SECONDS)
        event = json.loads(body)
    except (ValueError, TypeError, RecursionError, stripe.SignatureVerificationError) as error:
        # TypeError: the SDK compares signatures as text, which Python refuses for other characters than ASCII.
        raise WebhookForged("the signature is wrong, or the body is not JSON") from error
    if not isinstance(event, dict) or not _is_text(event.get("type")) or not _is_id(event.get("id")):
        raise WebhookForged("this is no event")
    read = READERS.get(event["type"])
    subject = _object(_object(event, "data"), "object")
    try:
        return read(event["id"], subject) if read is not None else None
    except (KeyError, TypeError, ValueError, ArithmeticError):  # about something that only looks like ours
        return None


def charge_of(intent: Json) -> Charge:
    """Return a PaymentIntent as a Charge, with the captured amount in minor units of ISO 4217.

    Raises KeyError, TypeError or ValueError for an object that is no PaymentIntent.
    """
    outcome, reference = OUTCOMES.get(intent["status"], Outcome.PENDING), _text(intent["id"])
    if outcome is Outcome.CAPTURED:
        currency = _text(intent["currency"]).upper()
        captured = intent.get("amount_received") or intent["amount"]
        return Charge(outcome, reference, amount=from_stripe(_whole(captured), currency), currency=currency[:3])
    if outcome is Outcome.PENDING:
        return Charge(outcome, reference)
    error = _object(intent, "last_payment_error")
    code, message = error.get("code") or intent["status"], error.get("message") or DECLINED
    return Charge(outcome, reference, code, message)


def _read_intent(event_id: str, intent: Json) -> Notice | None:
    payment_id = UUID(_text(_object(intent, "metadata")["payment_id"]))
    return ChargeNotice(event_id, payment_id, charge_of(intent))


def _read_charge(event_id: str, charge: Json) -> Notice | None:
    return RefundedTotal(event_id, _intent_id(charge), _amount(charge, "amount_refunded"))


def _read_refund(event_id: str, refund: Json) -> Notice | None:
    ours = _object(refund, "metadata").get("refund_id")
    failed = refund.get("status") in REFUND_FAILED
    return RefundNotice(
        event_id,
        _intent_id(refund),
        UUID(_text(ours)) if ours is not None else None,
        _text(refund["id"])[:REFERENCE_LENGTH],
        _amount(refund, "amount"),
        failed,
        clean_text(refund.get("failure_reason"), 100),
    )


def _read_dispute(event_id: str, dispute: Json) -> Notice | None:
    lost = DISPUTE_LOST.get(_text(dispute["status"]))
    reference = _text(dispute["id"])[:REFERENCE_LENGTH]
    return DisputeNotice(event_id, _intent_id(dispute), reference, _amount(dispute, "amount"), lost)


# The types of events that say something about a payment. charge.refund.updated is the older name of refund.updated.
READERS: dict[str, Callable[[str, Json], Notice | None]] = {
    **{f"payment_intent.{kind}": _read_intent for kind in ("succeeded", "payment_failed", "canceled")},
    "charge.refunded": _read_charge,
    "charge.refund.updated": _read_refund,
    **{f"refund.{kind}": _read_refund for kind in ("created", "updated", "failed")},
    **{
        f"charge.dispute.{kind}": _read_dispute
        for kind in ("created", "updated", "closed", "funds_withdrawn", "funds_reinstated")
    },
}


def _intent_id(subject: Json) -> str:
    """Return the id of the PaymentIntent that a charge, refund or dispute belongs to."""
    intent = subject["payment_intent"]
    return _text(intent["id"] if isinstance(intent, dict) else intent)


def _amount(subject: Json, name: str) -> int:
    """Return an amount in minor units of ISO 4217, rounded down."""
    return int(from_stripe(_whole(subject[name]), _text(subject["currency"]).upper()))


def _object(parent: Json, name: str) -> Json:
    """Return a member that is an object; an empty one if it is missing, null or something else."""
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("not a text")
    return clean_text(value, REFERENCE_LENGTH)


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**15:
        raise TypeError("not an amount")
    return value


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_id(value: object) -> bool:
    return isinstance(value, str) and EVENT_ID.fullmatch(value) is not None
