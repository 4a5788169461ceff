"""Amounts as people write them."""

from decimal import Decimal

# ISO 4217, the currencies whose minor unit is not a hundredth.
NO_DECIMALS = (
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
)  # fmt: skip
THREE_DECIMALS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
DECIMALS = dict.fromkeys(NO_DECIMALS, 0) | dict.fromkeys(THREE_DECIMALS, 3)


def money(amount: int, currency: str) -> str:
    """An amount in minor units as people write it: 123456 "USD" is "1,234.56 USD"."""
    decimals = DECIMALS.get(currency, 2)
    return f"{Decimal(amount).scaleb(-decimals):,.{decimals}f} {currency}"
