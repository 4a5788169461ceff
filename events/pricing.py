"""Checks that prices can be charged, by the rules of whoever takes the money.

This app knows no payment provider: the app that does registers its rules with `register_charge_rules`, in
AppConfig.ready. A price of 0 is free and needs no provider.
"""

from collections.abc import Mapping
from typing import Protocol

from core.errors import BadInput, FieldProblem
from events.seating.configuration import Seating
from events.seating.plan_choice import PlanChoice


class ChargeRules(Protocol):
    """What can be charged at present."""

    def currency_refusal(self, currency: str) -> str | None:
        """Return why nothing can be charged in a currency, as a sentence for the seller; None if it can."""
        ...

    def refusal(self, amount: int, currency: str) -> str | None:
        """Return why an amount (minor units, more than 0) can't be charged, as a sentence; None if it can."""
        ...

    def max_totals(self) -> str | None:
        """Return the highest amounts as JSON, {currency: minor units}, with "" for all other currencies.

        None if there is no limit.
        """
        ...


_registered: list[ChargeRules] = []


def register_charge_rules(rules: ChargeRules) -> None:
    """Make these the rules of this process."""
    _registered[:] = [rules]


def charge_rules() -> ChargeRules:
    """Return the registered rules."""
    return _registered[0]


def check_seating_prices(seating: Seating | PlanChoice, currency: str) -> None:
    """Raise BadInput that names each price of a new event that can't be charged, or the currency if nothing can."""
    check_prices(seating.price_fields(), currency, currency_field="currency")


def check_prices(prices: Mapping[str, int], currency: str, *, currency_field: str | None = None) -> None:
    """Raise BadInput that names each of the prices ({field: minor units}) that can't be charged.

    With `currency_field`, that field is named instead if nothing can be charged in the currency.
    """
    charged = {field: price for field, price in prices.items() if price}
    if charged and currency_field and (refusal := charge_rules().currency_refusal(currency)):
        raise BadInput.field(currency_field, refusal, "not_chargeable")
    refusals = {field: charge_rules().refusal(price, currency) for field, price in charged.items()}
    problems: list[FieldProblem] = [
        {"field": field, "code": "not_chargeable", "detail": refusal} for field, refusal in refusals.items() if refusal
    ]
    if problems:
        raise BadInput(problems)
