"""Convert and format amounts of money."""

from decimal import Decimal

from core.money.currencies import decimals_of


def in_minor_units(amount: Decimal, currency: str) -> int:
    """Return the amount in minor units: 45.00 "USD" is 4500.

    `amount` must not have more decimals than the currency.
    """
    return int(amount.scaleb(decimals_of(currency)))


def in_major_units(amount: int, currency: str) -> Decimal:
    """Return an amount in minor units as a decimal for a form field: 4500 "USD" is 45.00."""
    return Decimal(amount).scaleb(-decimals_of(currency))


def money(amount: int, currency: str) -> str:
    """Format an amount in minor units: 123456 "USD" is "1,234.56 USD"."""
    return f"{in_major_units(amount, currency):,.{decimals_of(currency)}f} {currency}"


def price_text(amount: int, currency: str) -> str:
    """Format a price or the total of a booking as buyers see it: as `money` does, and "Free" for 0."""
    return money(amount, currency) if amount else "Free"
