"""Convert and format amounts of money."""

from decimal import Decimal

# ISO 4217: the currencies whose minor unit is not a hundredth.
NO_DECIMALS = (
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
)  # fmt: skip
THREE_DECIMALS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
DECIMALS = dict.fromkeys(NO_DECIMALS, 0) | dict.fromkeys(THREE_DECIMALS, 3)


def decimals_of(currency: str) -> int:
    """Return the number of decimals in amounts of this currency."""
    return DECIMALS.get(currency, 2)


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
