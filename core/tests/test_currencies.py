"""The list of currencies, and the decimals of their amounts."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from iso4217 import raw_xml

from core.money.amounts import in_major_units, in_minor_units
from core.money.currencies import (
    DECIMALS,
    NOT_MONEY,
    PUBLISHED,
    check_currency,
    currencies_with,
    currency_of,
    decimals_of,
)

NOT_CODES = ("XAU", "XTS", "XXX", "usd", "US", "USD ", "", "\uff35SD", "USD\n")
IN, OUT = ("XCG", "ZWG", "VED", "SLE", "EUR", "KWD"), ("BGN", "HRK", "ANG", "CUC", "SLL", "ZWL", "ZZZ", "USS")


def test_the_list_is_that_of_this_year() -> None:
    assert date(2026, 1, 1) <= PUBLISHED
    assert 150 < len(DECIMALS) < 180
    assert [code for code in IN if code not in DECIMALS] == []
    assert [code for code in OUT if code in DECIMALS] == []


@pytest.mark.parametrize("code", [*OUT, *sorted(NOT_MONEY), *NOT_CODES])
def test_other_codes_are_refused(code: str) -> None:
    with pytest.raises(ValidationError, match="list of 2026"):
        check_currency(code)


def test_funds_codes_are_no_money() -> None:
    names = [(entry.findtext("Ccy"), entry.find("CcyNm")) for entry in raw_xml.iter("CcyNtry")]
    funds = {code for code, name in names if name is not None and name.get("IsFund") == "true"}
    assert funds <= NOT_MONEY
    assert not NOT_MONEY & DECIMALS.keys()


def test_currencies_without_hundredths_are_known() -> None:
    """A code that leaves the list must keep its decimals, for events have amounts in it: `decimals_of` must name it."""
    none = ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV"]
    assert currencies_with(0) == [*none, "XAF", "XOF", "XPF"]
    assert currencies_with(3) == ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]
    assert set(DECIMALS.values()) == {0, 2, 3}
    assert (decimals_of("HUF"), decimals_of("BGN"), decimals_of("ZZZ")) == (2, 2, 2)


@pytest.mark.parametrize("currency", sorted(DECIMALS))
def test_amounts_are_converted_exactly(currency: str) -> None:
    for amount in (0, 1, 10, 4550, 99_999_999, 10**12):
        assert in_minor_units(in_major_units(amount, currency), currency) == amount


@pytest.mark.parametrize(
    ("country", "currency"), [("DE", "EUR"), ("CH", "CHF"), ("BG", "EUR"), ("PA", "PAB"), ("AQ", ""), ("", "")]
)
def test_the_currency_of_a_country(country: str, currency: str) -> None:
    assert currency_of(country) == currency
