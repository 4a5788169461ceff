"""The Stripe gateway: PaymentIntents through Stripe's SDK, with the payment's id as Idempotency-Key.

Card numbers may only be sent by Stripe accounts that are approved for it (PCI); test mode is approved.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import requests
import stripe
from django.conf import settings

from bookings.payments.gateways.protocol import (
    Charge,
    GatewayDown,
    GatewayRefused,
    Notice,
    Outcome,
    WebhookForged,
)
from bookings.payments.models import Payment, Refund

TIMEOUT_SECONDS = 20
TOLERANCE_SECONDS = 300  # maximum age of a webhook; Stripe's default
OUTCOMES = {
    "succeeded": Outcome.CAPTURED,
    "processing": Outcome.PENDING,
    "requires_capture": Outcome.PENDING,
    "canceled": Outcome.DECLINED,
    "requires_payment_method": Outcome.DECLINED,
    "requires_action": Outcome.DECLINED,
    "requires_confirmation": Outcome.DECLINED,
}
DECLINED = "The card was declined. Try another card; your seats are still held."
HANDLED_EVENTS = ("payment_intent.succeeded", "payment_intent.payment_failed", "payment_intent.canceled")


class StripeGateway:
    """Charges and refunds through Stripe.

    Settings: STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET and, for tests, STRIPE_API_BASE.
    """

    name = "stripe"
    silence_is_failure = True

    def __init__(self) -> None:
        self._client = stripe.StripeClient(
            settings.STRIPE_SECRET_KEY,
            base_addresses={"api": settings.STRIPE_API_BASE} if settings.STRIPE_API_BASE else {},
            http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
            max_network_retries=0,  # reconciliation finds the outcome if a response is lost
        )

    def charge(self, payment: Payment, card_number: str) -> Charge:
        """Create and confirm a PaymentIntent.

        A card that needs a further step by the buyer (3-D Secure) counts as declined. Raises GatewayDown if no
        connection was made, or if Stripe's rate limit is exceeded.
        """
        params: Any = {
            "amount": payment.amount,
            "currency": payment.currency.lower(),
            "confirm": True,
            "payment_method_data": {"type": "card", "card": {"number": card_number}},
            "metadata": {"payment_id": str(payment.pk), "booking_id": str(payment.booking_id)},
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        }
        try:
            intent = self._client.v1.payment_intents.create(params, {"idempotency_key": str(payment.pk)})
            return _charge(intent.to_dict())
        except stripe.CardError as error:
            return Charge(Outcome.DECLINED, code=error.code or "card_declined", detail=error.user_message or DECLINED)
        except stripe.APIConnectionError as error:
            if _was_never_sent(error):
                raise GatewayDown from error
            return Charge(Outcome.UNKNOWN)
        except stripe.RateLimitError as error:
            raise GatewayDown from error
        except (stripe.InvalidRequestError, stripe.AuthenticationError, stripe.PermissionError) as error:
            return Charge(Outcome.DECLINED, code=error.code or "refused", detail=DECLINED)
        except stripe.StripeError:
            return Charge(Outcome.UNKNOWN)

    def refund(self, refund: Refund) -> None:
        """Create a Stripe Refund with our refund's id as Idempotency-Key. Raises GatewayDown or GatewayRefused."""
        params: Any = {"payment_intent": refund.payment.gateway_reference, "amount": refund.amount}
        try:
            self._client.v1.refunds.create(params, {"idempotency_key": str(refund.pk)})
        except (stripe.InvalidRequestError, stripe.AuthenticationError, stripe.PermissionError) as error:
            raise GatewayRefused(error.user_message or str(error)) from error
        except stripe.StripeError as error:
            raise GatewayDown from error

    def find(self, payment: Payment) -> Charge | None:
        """Search Stripe for the PaymentIntent with our payment's id in its metadata. Raises GatewayDown."""
        query: Any = {"query": f"metadata['payment_id']:'{payment.pk}'"}
        try:
            found = self._client.v1.payment_intents.search(query).data
        except stripe.StripeError as error:
            raise GatewayDown from error
        return _charge(found[0].to_dict()) if found else None

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        """Verify `Stripe-Signature` and read the event; None for types other than HANDLED_EVENTS.

        Also None for PaymentIntents without our payment's id in their metadata. Raises WebhookForged.
        """
        try:
            event = stripe.Webhook.construct_event(
                body, headers.get("Stripe-Signature", ""), settings.STRIPE_WEBHOOK_SECRET, TOLERANCE_SECONDS
            )
        except (ValueError, stripe.SignatureVerificationError) as error:
            raise WebhookForged("the signature is wrong") from error
        intent: dict[str, Any] = event.to_dict()["data"]["object"]
        payment_id = (intent.get("metadata") or {}).get("payment_id")
        if event.type not in HANDLED_EVENTS or payment_id is None:
            return None
        return Notice(event.id, UUID(payment_id), _charge(intent))


def _charge(intent: dict[str, Any]) -> Charge:
    error = intent.get("last_payment_error") or {}
    outcome = OUTCOMES.get(intent["status"], Outcome.PENDING)
    if outcome is not Outcome.DECLINED:
        return Charge(outcome, intent["id"])
    return Charge(outcome, intent["id"], error.get("code") or intent["status"], error.get("message") or DECLINED)


def _was_never_sent(error: stripe.APIConnectionError) -> bool:
    """Return whether no connection was made, so that Stripe cannot have received the request."""
    cause = error.__cause__
    if isinstance(cause, requests.exceptions.ConnectTimeout):
        return True
    return isinstance(cause, requests.exceptions.ConnectionError) and "NewConnectionError" in str(cause)
