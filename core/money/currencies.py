"""The currencies of ISO 4217 that people pay with, and the decimals of their amounts.

Source: list one of the standard's maintenance agency (SIX), as it was published on `PUBLISHED`. The package iso4217
contains it; a newer version of the package is a newer list. Codes that have left the list, such as BGN since Bulgaria
has the euro (2026-01-01), are refused for new events, and stay readable on events that have them.
"""

from babel.numbers import get_territory_currencies
from django.core.exceptions import ValidationError
from iso4217 import Currency, __published__

PUBLISHED = __published__  # date of the list
# On the list, but nobody pays in them: funds codes, indexed units, and the unit of account of the Arab Monetary Fund.
# Metals, special drawing rights and codes for tests have no minor unit, and are left out for that.
NOT_MONEY = frozenset({"BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW", "XAD"})

DECIMALS: dict[str, int] = {
    currency.code: currency.exponent
    for currency in Currency
    if currency.exponent is not None and currency.code not in NOT_MONEY
}
"""Number of decimals by currency code: 0, 2 or 3."""


def decimals_of(currency: str) -> int:
    """Return the number of decimals in amounts of this currency.

    A code that is not on the list has two, as all that have left it in this decade had.
    """
    return DECIMALS.get(currency, 2)


def currency_of(country: str) -> str:
    """Return the currency that people pay with in a country, by its ISO 3166-1 code; "" if that isn't known.

    From CLDR, by Babel. Of several that are legal tender, as in Panama, it is the one that CLDR puts first.
    """
    codes: list[str] = get_territory_currencies(country)
    return next((code for code in codes if code in DECIMALS), "")


def currencies_with(decimals: int) -> list[str]:
    """Return the codes of the currencies whose amounts have this number of decimals, sorted."""
    return sorted(code for code, number in DECIMALS.items() if number == decimals)


def check_currency(code: str) -> None:
    """Raise Django's ValidationError unless the code is on the list, in capital letters."""
    if code not in DECIMALS:
        raise ValidationError(f"This is not the code of a currency (ISO 4217, list of {PUBLISHED}).", "unknown")
