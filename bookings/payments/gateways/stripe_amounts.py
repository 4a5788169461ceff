"""Stripe's units and limits of amounts, which differ from ISO 4217.

Sources, read in November 2026: https://docs.stripe.com/currencies (currencies, special cases, minimum and maximum
amounts), its edition of December 2022 for the currencies with three decimals, and the reference of PaymentIntents for
API version 2026-10-28 (`amount`: at most eight digits).
"""

from decimal import Decimal

from bookings.payments.gateways.protocol import AmountLimits
from core.money.currencies import decimals_of

# The amount is in whole units. UGX is on Stripe's list of these currencies as well; its special case below applies.
WHOLE_UNITS = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF")
)
# Amounts are in thousandths and end in 0. Accounts in the Emirates can charge these currencies.
THOUSANDTHS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
# All others are in hundredths: also ISK and UGX, whose hundredths must be 00, and HUF and TWD, which are whole only in
# payouts.
HUNDREDTHS = frozenset((
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BMD", "BND", "BOB",
    "BRL", "BSD", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF", "CNY", "COP", "CRC", "CVE", "CZK", "DKK", "DOP", "DZD",
    "EGP", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GIP", "GMD", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR",
    "ILS", "INR", "ISK", "JMD", "KES", "KGS", "KHR", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "MAD", "MDL",
    "MKD", "MMK", "MNT", "MOP", "MUR", "MVR", "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD",
    "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SEK", "SGD", "SHP",
    "SLE", "SOS", "SRD", "STD", "SZL", "THB", "TJS", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "UYU",
    "UZS", "WST", "XCD", "XCG", "YER", "ZAR", "ZMW",
))  # fmt: skip
# The smallest amounts, for accounts that are paid out in the same currency. For other currencies it depends on the
# exchange rate and is known to Stripe only.
MINIMUMS = {
    **dict.fromkeys(("ARS", "AUD", "BRL", "CAD", "CHF", "COP", "EUR", "IDR", "ILS", "INR", "NZD", "PHP"), "0.50"),
    **dict.fromkeys(("RUB", "SGD", "USD", "ZAR"), "0.50"),
    **{"AED": "2.00", "CZK": "15.00", "DKK": "2.50", "GBP": "0.30", "HKD": "4.00", "HUF": "175.00", "JPY": "50"},
    **{"KRW": "50", "MXN": "10", "MYR": "2.00", "NOK": "3.00", "PLN": "2.00", "RON": "2.00", "SEK": "3.00"},
    **{"THB": "10"},
}
DIGITS = {"IDR": 12, "COP": 10, "INR": 9}  # of the largest amount
OTHER_DIGITS = 8


def limits(currency: str) -> AmountLimits | None:
    """Return the amounts that Stripe charges in a currency, in minor units of ISO 4217; None if it never does."""
    if currency not in WHOLE_UNITS | THOUSANDTHS | HUNDREDTHS:
        return None
    step = _step(currency)
    minimum = int(Decimal(MINIMUMS.get(currency, 0)).scaleb(decimals_of(currency)))
    maximum = int(Decimal(10 ** DIGITS.get(currency, OTHER_DIGITS) - 1).scaleb(-_shift(currency)))
    return AmountLimits(max(minimum, step), maximum - maximum % step, step)


def to_stripe(amount: int, currency: str) -> int:
    """Return an amount in minor units of ISO 4217 as Stripe counts it: 5000 ISK are 500000.

    Raises ValueError if Stripe can't express it, such as half a Malagasy ariary.
    """
    converted = Decimal(amount).scaleb(_shift(currency))
    if amount % _step(currency):
        raise ValueError(f"Stripe can't express {amount} minor units of {currency}.")
    return int(converted)


def from_stripe(amount: int, currency: str) -> Decimal:
    """Return an amount of Stripe's in minor units of ISO 4217, exactly: 5050 ISK are 50.5."""
    return Decimal(amount).scaleb(-_shift(currency))


def _shift(currency: str) -> int:
    """Return how many decimals more Stripe counts than ISO 4217: 2 for ISK, -2 for MGA, mostly 0."""
    decimals = 0 if currency in WHOLE_UNITS else 3 if currency in THOUSANDTHS else 2
    return decimals - decimals_of(currency)


def _step(currency: str) -> int:
    return 10 if currency in THOUSANDTHS else 10 ** max(0, -_shift(currency))
