#!/usr/bin/env bash
# Babel shows 15 currencies of ISO 4217 with fewer decimals than the standard, and rounds amounts to fit.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
timeout 90 venv/bin/pip install -q --disable-pip-version-check "babel==2.19.0" "iso4217==1.16.20260101"

timeout 30 venv/bin/python - <<'E'
import sys
from decimal import Decimal
from importlib.metadata import version

from babel.numbers import format_currency, get_currency_precision, parse_decimal
from iso4217 import Currency, __published__

LESS = "AFN ALL COP HUF IDR IQD IRR KPW LAK LBP MGA MMK SOS SYP YER".split()
# Amounts in minor units, as payment providers and accounts keep them.
PRICES = {"HUF": 17_550, "IQD": 1_750, "COP": 1_050, "KWD": 1_750, "USD": 1_050}

print(f"version: babel {version('babel')}, iso4217 {version('iso4217')} (list of {__published__})")
print("believed: format_currency shows an amount with the decimals of its currency, so that nothing is lost.")
print("happens: the decimals come from CLDR, which has what people use in cash. For 15 current currencies these are fewer")
print("         than in ISO 4217, and the amount is rounded. Prices of a receipt no longer add up to its total.")

listed = {currency.code: currency.exponent for currency in Currency if currency.exponent is not None}
fewer = sorted(code for code, decimals in listed.items() if get_currency_precision(code) < decimals)
print("fewer decimals than ISO 4217:", *fewer)
lossy = []
for code, minor in PRICES.items():
    amount = Decimal(minor).scaleb(-listed[code])
    shown = [format_currency(value, code, locale="en_US").replace("\xa0", " ") for value in (amount, 2 * amount)]
    digits = [parse_decimal("".join(c for c in text if c.isdigit() or c in ".,"), locale="en_US") for text in shown]
    lost = digits != [amount, 2 * amount]
    lossy += [code] if lost else []
    print(f"1 ticket {amount} {code}: {shown[0]:12} 2 tickets: {shown[1]:12} {'rounded' if lost else 'exact'}")
sys.exit("This behaviour has changed." if (fewer, lossy) != (LESS, ["HUF", "IQD", "COP"]) else 0)
E
