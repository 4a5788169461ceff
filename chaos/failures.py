"""Failures injected at every step of a payment, by a seeded die."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from django.db import transaction

from bookings.gateways import GatewayDown
from bookings.gateways.mock import MockGateway
from bookings.gateways.protocol import Charge, Outcome
from bookings.models import Payment, Refund
from bookings.operations import pay, refund, sell, settle


class Killed(BaseException):
    """The process died here. Not an Exception, so that no handler of the product tidies up."""


class Failures:
    """Wraps the steps of paying and refunding. Each fails with `share` (0 to 1); what happened is counted."""

    def __init__(self, share: float) -> None:
        self.share = share
        self.happened: Counter[str] = Counter()
        self._local = threading.local()

    def seed(self, number: int) -> random.Random:
        """The die of this thread."""
        self._local.die = random.Random(number)
        return self._local.die

    def install(self) -> None:
        """Puts itself between the steps, for as long as the process lives."""
        self._around(pay, "begin_payment", "between begin and charge")
        self._around(pay, "settle_payment", "between settle and answer", before="between charge and settle")
        self._around(refund, "_mark_sent", "after noting a refund", before="between refund and note")
        self._around(settle, "issue_admissions", "inside settle, before commit")
        self._around(sell, "ask", "inside the sale, before commit", undone=True)
        self._gateway()

    def _chance(self, what: str) -> bool:
        die = getattr(self._local, "die", None)  # the threads that heal have none: they do not fail
        if die is None or die.random() >= self.share:
            return False
        self.happened[what] += 1
        return True

    def _around(self, module: Any, name: str, after: str, before: str = "", undone: bool = False) -> None:
        """`undone`: the step is a transaction, and who dies after it has not reached its commit."""
        step: Callable[..., Any] = getattr(module, name)

        def unsure(*args: Any, **kwargs: Any) -> Any:
            if before and self._chance(before):
                raise Killed(before)
            with transaction.atomic() if undone else nullcontext():
                result = step(*args, **kwargs)
                if self._chance(after):
                    raise Killed(after)
            return result

        setattr(module, name, unsure)

    def _gateway(self) -> None:
        charge, give_back = MockGateway.charge, MockGateway.refund

        def unsure_charge(gateway: MockGateway, payment: Payment, card_number: str) -> Charge:
            if self._chance("gateway down before the charge"):
                raise GatewayDown("chaos")
            answer = charge(gateway, payment, card_number)
            if self._chance("killed after the charge"):
                raise Killed
            return Charge(Outcome.UNKNOWN) if self._chance("answer lost") else answer

        def unsure_refund(gateway: MockGateway, money: Refund) -> None:
            if self._chance("gateway down before the refund"):
                raise GatewayDown("chaos")
            give_back(gateway, money)
            if self._chance("gateway down after the refund"):
                raise GatewayDown("chaos")

        MockGateway.charge = unsure_charge  # type: ignore[method-assign,assignment]
        MockGateway.refund = unsure_refund  # type: ignore[method-assign,assignment]
