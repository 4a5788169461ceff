"""What the sale expects of a payment provider."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from bookings.models import Payment, Refund


class Outcome(Enum):
    """What became of a charge, as far as the gateway says."""

    CAPTURED = "captured"
    DECLINED = "declined"
    PENDING = "pending"  # the gateway has it and will answer by webhook
    UNKNOWN = "unknown"  # it was sent, and no answer came: it may have happened


@dataclass(frozen=True, slots=True)
class Charge:
    """A gateway's answer. `code` and `detail` say why a card was declined, the latter to the buyer."""

    outcome: Outcome
    reference: str = ""
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A webhook that was read and is genuine: which payment, and what became of it."""

    event_id: str
    payment_id: uuid.UUID
    charge: Charge


class GatewayDown(Exception):
    """The gateway can't be reached and the request was not sent: trying again may help."""


class GatewayRefused(Exception):
    """The gateway understood and won't do it: trying the same again can't help."""


class WebhookForged(Exception):
    """The message is not from the gateway, was altered, or is too old."""


class Gateway(Protocol):
    """One provider. Called with no transaction open and no lock held.

    `payment.pk` and `refund.pk` are its idempotency keys, so that the same call again has no second effect.
    """

    name: str
    silence_is_failure: bool  # whether Outcome.UNKNOWN says that the gateway is in trouble

    def charge(self, payment: Payment, card_number: str) -> Charge:
        """Takes `payment.amount` from the card. Raises GatewayDown; a lost answer is Outcome.UNKNOWN."""
        ...

    def refund(self, refund: Refund) -> None:
        """Gives `refund.amount` of its payment back. Raises GatewayDown or GatewayRefused."""
        ...

    def find(self, payment: Payment) -> Charge | None:
        """What the gateway's own book says of the payment; None if it was never asked for. Raises GatewayDown."""
        ...

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        """The message, checked; None for one that is of no interest. Raises WebhookForged."""
        ...
