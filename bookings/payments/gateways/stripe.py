"""The Stripe gateway: PaymentIntents through Stripe's SDK, with the payment's id as Idempotency-Key.

Card numbers may only be sent by Stripe accounts that are approved for it (PCI); test mode is approved. Amounts are
converted to Stripe's units in bookings/payments/gateways/stripe_amounts.py, and webhooks read in stripe_events.py.
"""

from collections.abc import Mapping
from typing import Any

import requests
import stripe
from django.conf import settings

from bookings.payments.gateways import stripe_amounts
from bookings.payments.gateways.protocol import (
    AlreadyRefunded,
    AmountLimits,
    Charge,
    GatewayDown,
    GatewayRefused,
    Method,
    Notice,
    Outcome,
)
from bookings.payments.gateways.stripe_events import DECLINED, REFUND_FAILED, charge_of, read_event
from bookings.payments.models import Payment, Refund

# The version whose objects this module reads. Without it, an update of the SDK would change the version silently.
API_VERSION = "2026-10-28.endive"
TIMEOUT_SECONDS = 20
NOT_CHARGEABLE = "This amount can't be charged by card. Nothing was charged; please tell the organiser."


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
            stripe_version=API_VERSION,
        )

    def limits(self, currency: str) -> AmountLimits | None:
        """Return the amounts that Stripe charges in a currency; None if it never does."""
        return stripe_amounts.limits(currency)

    def begin(self, payment: Payment, method: Method) -> Charge:
        """Create and confirm a PaymentIntent.

        A card that needs a further step by the buyer (3-D Secure) counts as declined, and so does an amount outside of
        `limits`, for which nothing is sent. Raises GatewayDown if no connection was made, or if Stripe's rate limit is
        exceeded.
        """
        if not _is_chargeable(payment):
            return Charge(Outcome.DECLINED, code="amount_not_chargeable", detail=NOT_CHARGEABLE)
        params: Any = {
            "amount": stripe_amounts.to_stripe(payment.amount, payment.currency),
            "currency": payment.currency.lower(),
            "confirm": True,
            "metadata": {"payment_id": str(payment.pk), "booking_id": str(payment.order_id)},
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        }
        if method.token:
            params["payment_method"] = method.token
        else:
            params["payment_method_data"] = {"type": "card", "card": {"number": method.card_number}}
        try:
            intent = self._client.v1.payment_intents.create(params, {"idempotency_key": str(payment.pk)})
            return _charge(intent)
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

    def refund(self, refund: Refund) -> str:
        """Create a Stripe Refund with our refund's id as Idempotency-Key, and return its id.

        The id is also in its metadata, so that webhooks about it are told from refunds made in the dashboard. Raises
        AlreadyRefunded, GatewayRefused; GatewayDown also if the key of the account is wrong or its balance too low.
        """
        payment = refund.payment
        params: Any = {
            "payment_intent": payment.gateway_reference,
            "amount": stripe_amounts.to_stripe(refund.amount, payment.captured_currency),
            "metadata": {"refund_id": str(refund.pk)},
        }
        try:
            made = self._client.v1.refunds.create(params, {"idempotency_key": str(refund.pk)})
        except stripe.InvalidRequestError as error:
            raise _refund_error(error) from error
        except stripe.StripeError as error:
            raise GatewayDown(error.user_message or str(error)) from error
        if made.status in REFUND_FAILED:
            raise GatewayRefused(f"The refund failed: {made.failure_reason or made.status}.")
        return made.id

    def refunded(self, payment: Payment) -> int:
        """Return the refunded amount of the payment's charge. Raises GatewayDown."""
        try:
            params: Any = {"expand": ["latest_charge"]}
            intent = self._client.v1.payment_intents.retrieve(payment.gateway_reference, params).to_dict()
            refunded = intent["latest_charge"]["amount_refunded"]
        except (stripe.StripeError, KeyError, TypeError) as error:
            raise GatewayDown from error
        return int(stripe_amounts.from_stripe(refunded, payment.captured_currency))

    def find(self, payment: Payment) -> Charge | None:
        """Search Stripe for the PaymentIntent with our payment's id in its metadata. Raises GatewayDown."""
        query: Any = {"query": f"metadata['payment_id']:'{payment.pk}'"}
        try:
            found = self._client.v1.payment_intents.search(query).data
        except stripe.StripeError as error:
            raise GatewayDown from error
        return _charge(found[0]) if found else None

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        """Verify and read an event; None if it is not about a charge of ours. Raises WebhookForged."""
        return read_event(headers, body, settings.STRIPE_WEBHOOK_SECRET)


def _charge(intent: stripe.PaymentIntent) -> Charge:
    """Return a PaymentIntent of the API as a Charge; Outcome.UNKNOWN if it lacks what is needed to trust it."""
    try:
        return charge_of(intent.to_dict())
    except (KeyError, TypeError, ValueError):
        return Charge(Outcome.UNKNOWN)


def _is_chargeable(payment: Payment) -> bool:
    limits = stripe_amounts.limits(payment.currency)
    if limits is None:
        return False
    return limits.minimum <= payment.amount <= limits.maximum and payment.amount % limits.step == 0


def _refund_error(error: stripe.InvalidRequestError) -> Exception:
    text = error.user_message or str(error)
    match error.code:
        case "charge_already_refunded":
            return AlreadyRefunded(text)
        case "balance_insufficient" | "insufficient_funds" | "lock_timeout":
            return GatewayDown(text)
    return GatewayRefused(text)


def _was_never_sent(error: stripe.APIConnectionError) -> bool:
    """Return whether no connection was made, so that Stripe cannot have received the request."""
    cause = error.__cause__
    if isinstance(cause, requests.exceptions.ConnectTimeout):
        return True
    return isinstance(cause, requests.exceptions.ConnectionError) and "NewConnectionError" in str(cause)
