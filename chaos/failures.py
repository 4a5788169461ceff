"""Failures injected into every step of a payment, chosen by a seeded random generator."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from django.db import transaction

from bookings.payments import (
    pay,
    sell,
    send_refunds,
    settle,
)
from bookings.payments.gateways import GatewayDown
from bookings.payments.gateways.mock import MockGateway
from bookings.payments.gateways.protocol import Charge, Method, Outcome
from bookings.payments.models import Payment, Refund


class Killed(BaseException):
    """The process died here. Not an Exception, so that no handler of the product cleans up."""


class Failures:
    """Wraps the steps of paying and refunding. Each fails with probability `share` (0 to 1); failures are counted."""

    def __init__(self, share: float) -> None:
        self.share = share
        self.injected: Counter[str] = Counter()
        self._local = threading.local()

    def seed(self, number: int) -> random.Random:
        """Seed and return the random generator of this thread."""
        dice = self._local.dice = random.Random(number)
        return dice

    def install(self) -> None:
        """Wrap the steps, for the lifetime of the process."""
        self._wrap(pay, "begin_payment", "between begin and charge")
        self._wrap(pay, "settle_payment", "between settle and answer", before="between charge and settle")
        self._wrap(send_refunds, "_mark_sent", "after noting a refund", before="between refund and note")
        self._wrap(settle, "issue_tickets", "inside settle, before commit")
        self._wrap(sell, "execute_prepared", "inside the sale, before commit", rolls_back=True)
        self._wrap_gateway()

    def _fails(self, what: str) -> bool:
        dice = getattr(self._local, "dice", None)  # the thread of the worker's tasks has none: it never fails
        if dice is None or dice.random() >= self.share:
            return False
        self.injected[what] += 1
        return True

    def _wrap(self, module: Any, name: str, after: str, before: str = "", rolls_back: bool = False) -> None:
        """Replace a function by one that may be killed before or after the call.

        With `rolls_back` the step is a transaction, and a process that is killed after it has not committed.
        """
        step: Callable[..., Any] = getattr(module, name)

        def failing(*args: Any, **kwargs: Any) -> Any:
            if before and self._fails(before):
                raise Killed(before)
            with transaction.atomic() if rolls_back else nullcontext():
                result = step(*args, **kwargs)
                if self._fails(after):
                    raise Killed(after)
            return result

        setattr(module, name, failing)

    def _wrap_gateway(self) -> None:
        charge, refund_money = MockGateway.begin, MockGateway.refund

        def failing_charge(gateway: MockGateway, payment: Payment, method: Method) -> Charge:
            if self._fails("gateway down before the charge"):
                raise GatewayDown("chaos")
            outcome = charge(gateway, payment, method)
            if self._fails("killed after the charge"):
                raise Killed
            return Charge(Outcome.UNKNOWN) if self._fails("answer lost") else outcome

        def failing_refund(gateway: MockGateway, money: Refund) -> str:
            if self._fails("gateway down before the refund"):
                raise GatewayDown("chaos")
            reference = refund_money(gateway, money)
            if self._fails("gateway down after the refund"):
                raise GatewayDown("chaos")
            return reference

        MockGateway.begin = failing_charge  # type: ignore[method-assign,assignment]
        MockGateway.refund = failing_refund  # type: ignore[method-assign,assignment]
