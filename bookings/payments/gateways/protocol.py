"""The interface of a payment gateway."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Protocol

from bookings.payments.models import FAILURE_LENGTH, REFERENCE_LENGTH, Payment, Refund

CODE_LENGTH = 50  # characters of a failure code that are kept


class Outcome(Enum):
    """The outcome of a charge according to the gateway."""

    CAPTURED = "captured"
    DECLINED = "declined"
    REDIRECT = "redirect"  # the buyer pays on a page of the gateway or their bank, and comes back
    ACTION_REQUIRED = "action"  # the buyer's bank asks them to confirm the payment (3-D Secure)
    PENDING = "pending"  # the gateway accepted the charge and reports its outcome by webhook
    UNKNOWN = "unknown"  # the request was sent and got no response: the money may have been taken


STEPS = (Outcome.REDIRECT, Outcome.ACTION_REQUIRED)  # outcomes that wait for the buyer


@dataclass(frozen=True, slots=True)
class Method:
    """What a payment is made with: a token of the gateway's, or a card number. Neither for an order that is free."""

    token: str = ""
    card_number: str = ""

    @property
    def card_last4(self) -> str:
        """Return the last digits of the card number, or ""."""
        return self.card_number[-4:]

    def __bool__(self) -> bool:
        return bool(self.token or self.card_number)


@dataclass(frozen=True, slots=True)
class Charge:
    """A gateway's result for one payment.

    `reference` is the gateway's id of the charge. `code` and `detail` say why a payment was declined; `detail` is a
    message for the buyer. `amount` is what was captured, in minor units of `currency` (ISO 4217), as the gateway
    reports it and not as it was requested; it has a fraction if the gateway counts finer than ISO 4217. Both are
    required for a capture. `url` is the page of the buyer's step, a path of this site or a whole URL; the outcomes in
    STEPS, and no others, have it. Texts are cut to what the database keeps.
    """

    outcome: Outcome
    reference: str = ""
    code: str = ""
    detail: str = ""
    amount: Decimal | int | None = None
    currency: str = ""
    url: str = ""

    def __post_init__(self) -> None:
        if (self.outcome in STEPS) != bool(self.url):
            raise ValueError("a step of the buyer, and nothing else, has a URL")
        if self.outcome is Outcome.CAPTURED and (self.amount is None or not self.currency):
            raise ValueError("a capture has an amount and a currency")
        for name, length in (("reference", REFERENCE_LENGTH), ("code", CODE_LENGTH), ("detail", FAILURE_LENGTH)):
            object.__setattr__(self, name, clean_text(getattr(self, name), length))


@dataclass(frozen=True, slots=True)
class ChargeNotice:
    """A webhook about a charge: a payment and the result of its charge."""

    event_id: str
    payment_id: uuid.UUID
    charge: Charge


@dataclass(frozen=True, slots=True)
class RefundedTotal:
    """A webhook with the sum of all refunds of a charge, in minor units, whoever made them."""

    event_id: str
    charge_reference: str
    amount: int


@dataclass(frozen=True, slots=True)
class RefundNotice:
    """A webhook about one refund of a charge.

    `refund_id` is our refund's id, or None for a refund that somebody made at the provider. `failed` means that the
    money did not reach the buyer, for the reason `detail`.
    """

    event_id: str
    charge_reference: str
    refund_id: uuid.UUID | None
    reference: str
    amount: int
    failed: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class DisputeNotice:
    """A webhook about a dispute: the buyer's bank asks for `amount` minor units back. `lost` is None while open."""

    event_id: str
    charge_reference: str
    reference: str
    amount: int
    lost: bool | None


Notice = ChargeNotice | RefundedTotal | RefundNotice | DisputeNotice


@dataclass(frozen=True, slots=True)
class AmountLimits:
    """The amounts that a gateway can charge in a currency, in minor units (ISO 4217): multiples of `step`."""

    minimum: int
    maximum: int
    step: int = 1


class GatewayDown(Exception):
    """The gateway can't be reached, is busy, fails or is not set up; a retry may succeed.

    `begin` raises it only if nothing was charged. A refund may have been made: its id keeps a retry from
    making it twice.
    """


class GatewayRefused(Exception):
    """The gateway rejects the request; the same request never succeeds."""


class AlreadyRefunded(GatewayRefused):
    """The gateway has returned all of the charge's money before."""


class WebhookForged(Exception):
    """The message is not from the gateway, was altered, its timestamp is out of range, or it is no message at all."""


class Gateway(Protocol):
    """One payment provider. Callers hold no lock and have no transaction open.

    `payment.pk` and `refund.pk` are the idempotency keys of requests, so that a repeated call has no second effect.
    Amounts of payments and refunds are in minor units of ISO 4217.
    """

    name: str
    silence_is_failure: bool  # whether the circuit breaker counts Outcome.UNKNOWN as a failure

    def limits(self, currency: str) -> AmountLimits | None:
        """Return the amounts that can be charged in a currency; None if it can't be charged at all."""
        ...

    def begin(self, payment: Payment, method: Method) -> Charge:
        """Take `payment.amount` by the method, or say which step of the buyer it waits for (STEPS).

        A step that the buyer never takes ends as declined by itself, after at most a day. Outcome.UNKNOWN if the
        response is lost. Raises GatewayDown.
        """
        ...

    def refund(self, refund: Refund) -> str:
        """Return `refund.amount` of the refund's payment to the card; return the gateway's id of the refund, or "".

        Raises GatewayDown, AlreadyRefunded or GatewayRefused.
        """
        ...

    def refunded(self, payment: Payment) -> int:
        """Return the sum of all refunds of the payment's charge, whoever made them. Raises GatewayDown."""
        ...

    def find(self, payment: Payment) -> Charge | None:
        """Return the gateway's own record of the payment, or None if it has none. Raises GatewayDown."""
        ...

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        """Verify and read a webhook; None if it is about nothing of ours. Raises WebhookForged."""
        ...


def clean_text(value: object, length: int) -> str:
    """Return a text of a gateway as the database can keep it: no NUL, no lone surrogates, at most `length` characters.

    Anything that is not a text becomes "".
    """
    if not isinstance(value, str):
        return ""
    return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")[:length]
