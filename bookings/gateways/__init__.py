"""Payment providers: what the sale expects of one, and which one is used."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from bookings.models import Payment


class Outcome(Enum):
    """What became of a charge."""

    CAPTURED = "captured"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Charge:
    """A gateway's answer. `code` and `detail` say why a card was declined, the latter to the buyer."""

    outcome: Outcome
    reference: str
    code: str = ""
    detail: str = ""


class Gateway(Protocol):
    """One provider. Called with no transaction open and no lock held; `payment.pk` is the idempotency key, so that the
    same call again has no second effect."""

    name: str

    def charge(self, payment: Payment, card_number: str) -> Charge:
        """Takes `payment.amount` from the card."""
        ...

    def refund(self, payment: Payment) -> None:
        """Gives the whole amount of a captured payment back."""
        ...


def gateway() -> Gateway:
    """The gateway in use."""
    from bookings.gateways.mock import MockGateway

    return MockGateway()
