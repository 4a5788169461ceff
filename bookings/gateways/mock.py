"""A gateway for the demo and the tests: the card number decides what happens."""

from bookings.gateways import Charge, Outcome
from bookings.models import Payment

# card number: (code, what the buyer is told)
DECLINED = {
    "4000000000000002": ("card_declined", "The card was declined. Try another card; your seats are still held."),
    "4000000000009995": ("insufficient_funds", "The card has insufficient funds. Your seats are still held."),
}
SUCCEEDS = "4242424242424242"
REFUSED_ONCE = "4000000000000101"
# What the checkout offers for trying out: number, what happens.
TEST_CARDS = [
    (SUCCEEDS, "succeeds"),
    ("4000000000000002", "is declined"),
    ("4000000000009995", "has insufficient funds"),
    (REFUSED_ONCE, "is refused once, then succeeds"),
]
UNKNOWN = ("card_not_supported", "This is a test gateway and it does not know this card. Use 4242 4242 4242 4242.")


class MockGateway:
    """Captures and refunds without moving money."""

    name = "mock"

    def charge(self, payment: Payment, card_number: str) -> Charge:
        """Captured for 4242…, declined for the others as the contract lists them."""
        reference = f"mock_{payment.pk.hex}"
        refusal = self._refusal(payment, card_number)
        if refusal is None:
            return Charge(Outcome.CAPTURED, reference)
        code, detail = refusal
        return Charge(Outcome.DECLINED, reference, code, detail)

    def refund(self, payment: Payment) -> None:
        """Nothing was taken, so nothing has to be given back."""

    def _refusal(self, payment: Payment, card_number: str) -> tuple[str, str] | None:
        if card_number == SUCCEEDS:
            return None
        if card_number == REFUSED_ONCE:
            refused_before = Payment.objects.filter(
                booking=payment.booking_id, card_last4=card_number[-4:], failure_code="try_again"
            )
            return None if refused_before.exists() else ("try_again", "The card was refused this time. Try it again.")
        return DECLINED.get(card_number, UNKNOWN)
