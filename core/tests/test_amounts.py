"""Amounts of money as people read them. `e2e/tests/test_formats.py` compares them with the browser's."""

import re

import pytest

from core.money.amounts import LOCALE, WITHOUT_SYMBOL, money, price_text
from core.money.currencies import DECIMALS, decimals_of


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (10_000, "USD", "$100.00"),
        (123_456_789, "USD", "$1,234,567.89"),
        (-50, "USD", "-$0.50"),
        (0, "USD", "$0.00"),
        (4_500, "EUR", "€45.00"),
        (3_000, "CAD", "CA$30.00"),
        (4_500, "CHF", "CHF\xa045.00"),
        (-4_500, "CHF", "-CHF\xa045.00"),
        (5_000, "JPY", "¥5,000"),
        (5_000, "CNY", "CN¥50.00"),
        (5_000, "XOF", "F\u202fCFA\xa05,000"),
        (1_500, "KWD", "KWD\xa01.500"),
        # CLDR has no decimals for these; ISO 4217, the price and the charge have two.
        (17_550, "HUF", "HUF\xa0175.50"),
        (1_050, "COP", "COP\xa010.50"),
        # ISO 4217 has none.
        (5_000, "ISK", "ISK\xa05,000"),
        (5_000, "UGX", "UGX\xa05,000"),
        (4_500, "XCG", "XCG\xa045.00"),
        (4_500, "BGN", "BGN\xa045.00"),
    ],
)
def test_an_amount_has_the_symbol_or_the_code_before_it(amount: int, currency: str, text: str) -> None:
    assert money(amount, currency) == text


def test_buyers_read_free_for_nothing() -> None:
    assert (price_text(0, "USD"), price_text(1, "USD")) == ("Free", "$0.01")


def test_no_two_currencies_look_alike() -> None:
    """So an amount needs no code beside its symbol."""
    texts = {currency: re.sub(r"[\d.,]", "", money(4_500, currency)) for currency in DECIMALS}
    assert len(set(texts.values())) == len(texts)


@pytest.mark.parametrize("currency", sorted(DECIMALS))
def test_every_digit_is_shown(currency: str) -> None:
    for amount in (1, 10, 4_550, 99_999_999, 10**12 + 1):
        digits, decimals = re.sub(r"\D", "", money(amount, currency)), decimals_of(currency)
        assert digits.lstrip("0") == str(amount)
        assert re.search(rf"\d\.\d{{{decimals}}}$" if decimals else r"^[^.]*$", money(amount, currency))


def test_currencies_written_with_their_codes_have_a_symbol_in_the_data() -> None:
    """Otherwise their entry is no longer needed."""
    assert [code for code in WITHOUT_SYMBOL if LOCALE.currency_symbols.get(code, code) == code] == []
