"""Convert and format amounts of money.

Amounts are written as in English (CLDR, locale "en"), by Babel here and by Intl.NumberFormat in
`ticketing/static/ticketing/format.js`; a test compares both for every currency.
"""

from decimal import Decimal
from functools import lru_cache

from babel.core import Locale
from babel.numbers import format_currency, get_currency_symbol

from core.money.currencies import decimals_of

LOCALE = Locale.parse("en")
# Written with their codes: Babel's data have a symbol ("Cg."), those of Chromium 156 have none.
WITHOUT_SYMBOL = frozenset({"XCG"})


def in_minor_units(amount: Decimal, currency: str) -> int:
    """Return the amount in minor units: 45.00 "USD" is 4500.

    `amount` must not have more decimals than the currency.
    """
    return int(amount.scaleb(decimals_of(currency)))


def in_major_units(amount: int, currency: str) -> Decimal:
    """Return an amount in minor units as a decimal for a form field: 4500 "USD" is 45.00."""
    return Decimal(amount).scaleb(-decimals_of(currency))


@lru_cache(maxsize=4096)  # because Babel takes 20 µs, and a page repeats the same few prices
def money(amount: int, currency: str) -> str:
    """Format an amount in minor units: 123456 "USD" is "$1,234.56"; "CHF" is "CHF 1,234.56" with a no-break space."""
    pattern = _pattern(currency)
    return format_currency(in_major_units(amount, currency), currency, pattern, LOCALE, currency_digits=False)


def price_text(amount: int, currency: str) -> str:
    """Format a price or the total of a booking as buyers see it: as `money` does, and "Free" for 0."""
    return money(amount, currency) if amount else "Free"


def _pattern(currency: str) -> str:
    """Return CLDR's pattern of this currency's amounts, with the decimals of ISO 4217.

    CLDR has fewer decimals for some currencies (HUF, COP), and puts a no-break space between a letter and the number,
    which Babel leaves out.
    """
    sign, symbol = ("¤¤", currency) if currency in WITHOUT_SYMBOL else ("¤", get_currency_symbol(currency, LOCALE))
    space = "\N{NO-BREAK SPACE}" if symbol[-1].isalpha() else ""
    decimals = decimals_of(currency)
    return f"{sign}{space}#,##0.{'0' * decimals}" if decimals else f"{sign}{space}#,##0"
