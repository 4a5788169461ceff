"""Serializers of the payment API, and checks of card numbers."""

import re
from typing import Any

from rest_framework import serializers

from bookings.payments.models import Payment
from bookings.references import reference_field
from bookings.states import PaymentStatus, PayOutcome
from core.http.bodies import Body
from core.http.texts import Text

CARD_DIGITS = range(12, 20)  # ISO/IEC 7812: 12 to 19 digits with a check digit


TOKEN = re.compile(r"[A-Za-z0-9_-]{1,255}")


class Card(Body):
    """POST /api/booking/{id}/pay: a card number or the token of a method. A booking that costs nothing needs neither.

    The number may contain spaces and dashes.
    """

    card_number = Text(
        max_length=32,
        required=False,
        help_text=(
            "This or `method` is required unless the booking's `total_price` is 0. It is ignored then, but must be a"
            " card number."
        ),
    )

    method = Text(
        max_length=255,
        required=False,
        help_text=(
            "A token of the payment provider instead of a card number. The mock gateway has `mock_bank` (a page where"
            " the buyer confirms), `mock_3ds` (a card whose bank asks for confirmation), `mock_transfer` (settles"
            " later), `mock_card` and `mock_declined`."
        ),
    )

    def validate_method(self, value: str) -> str:
        """Return the token. Refuse what no provider gives out."""
        if TOKEN.fullmatch(value) is None:
            raise serializers.ValidationError("This is not a token of a payment method.")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a card number and a token at once."""
        if "method" in attrs and "card_number" in attrs:
            raise serializers.ValidationError({"method": "Send a card number or a method, not both."})
        return attrs

    def validate_card_number(self, value: str) -> str:
        """Return the number without spaces and dashes. Refuse it if its length or its check digit (Luhn) is wrong."""
        digits = value.replace(" ", "").replace("-", "")
        if not is_card_number(digits):
            raise serializers.ValidationError("This is not a card number.")
        return digits


class PaymentBody(serializers.Serializer[Any]):
    """The outcome of a payment."""

    booking_id = serializers.UUIDField()
    payment_id = serializers.UUIDField()
    reference = reference_field("What people call the payment.")
    status = serializers.ChoiceField(choices=PayOutcome.choices)
    paid_at = serializers.DateTimeField(allow_null=True)
    next_url = serializers.CharField(
        allow_null=True,
        help_text="Where the buyer goes on, at their bank or the provider; null if they have nothing to do.",
    )


def payment_body(payment: Payment) -> dict[str, Any]:
    """Return a payment, loaded with its booking, in the shape of PaymentBody."""
    return {
        "booking_id": payment.booking.pk,
        "payment_id": payment.pk,
        "reference": payment.reference,
        "status": "pending_payment" if payment.status == PaymentStatus.PENDING else "paid",
        "paid_at": payment.booking.paid_at,
        "next_url": payment.step_url or None if payment.status == PaymentStatus.PENDING else None,
    }


def is_card_number(digits: str) -> bool:
    """Return whether the text is 12 to 19 digits with a correct check digit."""
    return digits.isascii() and digits.isdigit() and len(digits) in CARD_DIGITS and _luhn(digits)


def _luhn(digits: str) -> bool:
    """Return whether the last digit is the correct check digit (ISO/IEC 7812-1, annex B)."""
    odd, even = digits[-1::-2], digits[-2::-2]
    return (sum(map(int, odd)) + sum(sum(divmod(2 * int(digit), 10)) for digit in even)) % 10 == 0
