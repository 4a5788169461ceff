"""The gateway of bookings that cost nothing: no card, no request to anyone, and the same steps as for any payment."""

from collections.abc import Mapping

from bookings.payments.gateways.protocol import (
    AmountLimits,
    Charge,
    GatewayRefused,
    Method,
    Notice,
    Outcome,
    WebhookForged,
)
from bookings.payments.models import Payment, Refund


class FreeGateway:
    """Captures payments of 0. `bookings_begin_payment` chooses it for bookings whose total is 0."""

    name = "free"
    silence_is_failure = False

    def limits(self, currency: str) -> AmountLimits | None:
        """Allow an amount of 0 in any currency."""
        return AmountLimits(0, 0)

    def begin(self, payment: Payment, method: Method) -> Charge:
        """Return a capture of 0. Nothing is sent."""
        return Charge(Outcome.CAPTURED, amount=0, currency=payment.currency)

    def refund(self, refund: Refund) -> str:
        """Raise GatewayRefused: no money was taken."""
        raise GatewayRefused("No money was taken.")

    def refunded(self, payment: Payment) -> int:
        """Return 0: no money was taken."""
        return 0

    def find(self, payment: Payment) -> Charge | None:
        """Return a capture of 0, so that the reconciler finishes a payment whose process died."""
        return self.begin(payment, Method())

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        """Raise WebhookForged: nobody sends any."""
        raise WebhookForged("this gateway sends no webhooks")
