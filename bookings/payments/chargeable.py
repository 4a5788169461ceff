"""What the payment gateway of this installation can charge, as rules for prices and totals."""

import json
from functools import cache

from bookings.payments.gateways import gateway, gateway_named
from core.money.amounts import money
from core.money.currencies import DECIMALS

NEVER_REACHED = 10**12  # minor units; more than 1,000 seats at the highest price


class GatewayRules:
    """The rules of the gateway for new payments (PAYMENT_GATEWAY). See events.pricing.ChargeRules."""

    def currency_refusal(self, currency: str) -> str | None:
        """Return why nothing can be charged in a currency; None if it can."""
        if gateway().limits(currency) is None:
            return f"The payment provider can't charge {currency}."
        return None

    def refusal(self, amount: int, currency: str) -> str | None:
        """Return why an amount (minor units, more than 0) can't be charged; None if it can."""
        limits = gateway().limits(currency)
        if limits is None:
            return self.currency_refusal(currency)
        if amount < limits.minimum:
            return f"The payment provider charges at least {money(limits.minimum, currency)}. 0 is free."
        if amount > limits.maximum:
            return f"The payment provider charges at most {money(limits.maximum, currency)} at once."
        if amount % limits.step:
            return f"The payment provider charges only multiples of {money(limits.step, currency)}."
        return None

    def max_totals(self) -> str | None:
        """Return the highest total of a booking by currency, as JSON; None if no booking can exceed it."""
        return _max_totals(gateway().name)


@cache
def _max_totals(name: str) -> str | None:
    """Return the highest totals of a gateway as JSON. The most frequent one stands for all other currencies."""
    limits = {currency: gateway_named(name).limits(currency) for currency in DECIMALS}
    highest = {currency: limit.maximum for currency, limit in limits.items() if limit is not None}
    usual = max(set(highest.values()), key=list(highest.values()).count)
    if usual >= NEVER_REACHED:
        return None
    return json.dumps({"": usual} | {code: maximum for code, maximum in highest.items() if maximum != usual})
