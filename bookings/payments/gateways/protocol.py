"""The interface of a payment gateway."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from bookings.payments.models import Payment, Refund


class Outcome(Enum):
    """The outcome of a charge according to the gateway."""

    CAPTURED = "captured"
    DECLINED = "declined"
    PENDING = "pending"  # the gateway accepted the charge and reports its outcome by webhook
    UNKNOWN = "unknown"  # the request was sent and got no response: the money may have been taken


@dataclass(frozen=True, slots=True)
class Charge:
    """A gateway's result for one payment.

    `reference` is the gateway's id of the charge. `code` and `detail` say why a card was declined; `detail` is a
    message for the buyer.
    """

    outcome: Outcome
    reference: str = ""
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """The content of a verified webhook: a payment and the result of its charge."""

    event_id: str
    payment_id: uuid.UUID
    charge: Charge


class GatewayDown(Exception):
    """The gateway can't be reached, is busy or fails; a retry may succeed.

    `charge` raises it only if nothing was charged. A refund may have been made: its id keeps a retry from
    making it twice.
    """


class GatewayRefused(Exception):
    """The gateway rejects the request; the same request never succeeds."""


class WebhookForged(Exception):
    """The message is not from the gateway, was altered, or its timestamp is out of range."""


class Gateway(Protocol):
    """One payment provider. Callers hold no lock and have no transaction open.

    `payment.pk` and `refund.pk` are the idempotency keys of requests, so that a repeated call has no second effect.
    """

    name: str
    silence_is_failure: bool  # whether the circuit breaker counts Outcome.UNKNOWN as a failure

    def charge(self, payment: Payment, card_number: str) -> Charge:
        """Take `payment.amount` from the card; Outcome.UNKNOWN if the response is lost. Raises GatewayDown."""
        ...

    def refund(self, refund: Refund) -> None:
        """Return `refund.amount` of the refund's payment to the card. Raises GatewayDown or GatewayRefused."""
        ...

    def find(self, payment: Payment) -> Charge | None:
        """Return the gateway's own record of the payment, or None if it has none. Raises GatewayDown."""
        ...

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        """Verify and read a webhook; None if it is about something other than a charge. Raises WebhookForged."""
        ...
