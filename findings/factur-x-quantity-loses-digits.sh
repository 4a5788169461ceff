#!/usr/bin/env bash
# factur-x: a quantity given as a number is written with six significant digits: 12345.75 becomes 12345.8 in an invoice
# that passes the schema and the official rules, and a million is refused.
set -euo pipefail

folder=$(mktemp -d)
trap 'cd /; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
timeout 90 venv/bin/pip install -q --disable-pip-version-check "factur-x==7.8" "saxonche==13.1.1"

timeout 60 venv/bin/python - <<'E'
import logging
import sys
from importlib.metadata import version
from pathlib import Path

import facturx
from lxml import etree
from saxonche import PySaxonProcessor

logging.disable(logging.CRITICAL)
RULES = Path(facturx.__file__).parent / "xsd_and_schematron"  # EN 16931's rules, as the library ships them
FLAVOURS = {
    "ubl-2.1": ("InvoicedQuantity", RULES / "ubl-2.1" / "EN16931-UBL-validation.xslt"),
    "factur-x": ("BilledQuantity", RULES / "facturx-en16931" / "FACTUR-X_EN16931.xslt"),
}


def invoice(quantity: int | float | str) -> dict:
    """A hall bills an organiser for something that costs 1.00 each, with 19 % VAT; keys are EN 16931's terms."""
    net = round(float(quantity), 2)
    vat = round(net * 0.19, 2)
    place = {"country_code": "DE", "postcode": "10115", "city": "Berlin"}
    return {
        "BT-1": "2026-1",
        "BT-2": "2026-11-30",
        "BT-3": "380",
        "BT-5": "EUR",
        "BT-9": "2026-12-14",
        "BT-24": "urn:cen.eu:en16931:2017",
        "BT-72": "2026-11-28",
        "BT-106": net,
        "BT-109": net,
        "BT-110": vat,
        "BT-112": round(net + vat, 2),
        "BT-115": round(net + vat, 2),
        "BG-4": place | {"name": "Example Hall", "vat_identifier": "DE123456789"},
        "BG-7": place | {"name": "Example Organiser"},
        "BG-23": [{"BT-116": net, "BT-117": vat, "BT-118": "S", "BT-119": 19.0}],
        "BG-25": [
            {
                "BT-126": "1",
                "BT-129": quantity,
                "BT-130": "KWH",
                "BT-131": net,
                "BT-146": 1.0,
                "BT-151": "S",
                "BT-152": 19.0,
                "BT-153": "Electricity",
            }
        ],
    }


def broken_rules(xml: bytes, stylesheet: Path) -> int:
    with PySaxonProcessor(license=False) as saxon:
        rules = saxon.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(stylesheet))
        report = rules.transform_to_string(xdm_node=saxon.parse_xml(xml_text=xml.decode()))
    found = etree.fromstring(report.encode())
    assert found.findall("{*}fired-rule"), "no rule was looked at"
    return len(found.findall("{*}failed-assert"))


def written(quantity: int | float | str, flavour: str) -> str:
    name, stylesheet = FLAVOURS[flavour]
    try:
        xml = facturx.generate_xml(invoice(quantity), flavor=flavour, level="en16931", check_schematron=False)
    except Exception as error:  # the library raises no narrower one
        return "refused: " + str(error).partition(f"{name}': ")[2]
    root = etree.fromstring(xml)
    lines = {"ubl-2.1": "{*}InvoiceLine/{*}LineExtensionAmount", "factur-x": ".//{*}LineTotalAmount"}[flavour]
    return f"{root.find(f'.//{{*}}{name}').text} x 1.00 = {root.find(lines).text}, {broken_rules(xml, stylesheet)} broken rules"


CASES = {
    999999: "999999 x 1.00 = 999999.00, 0 broken rules",
    12345.75: "12345.8 x 1.00 = 12345.75, 0 broken rules",
    99999.99: "100000 x 1.00 = 99999.99, 0 broken rules",
    "99999.99": "99999.99 x 1.00 = 99999.99, 0 broken rules",
    1_000_000: "refused: '1e+06' is not a valid value",
    "1000000": "1000000 x 1.00 = 1000000.00, 0 broken rules",
}

print("version:", ", ".join(f"{name} {version(name)}" for name in ("factur-x", "saxonche")))
print("believed: generate_xml writes quantities with up to four decimals, as it does prices; its documentation says that")
print("          numbers are accepted, and the checks of the schema and of EN 16931 would find a line that doesn't add up.")
print("happens: numbers are rounded to six significant digits. Quantity times price is no longer the line's amount, no")
print("         check notices, and from a million on an exponent makes the invoice invalid. Strings are kept.")
changed = False
for quantity, expected in CASES.items():
    for flavour in FLAVOURS:
        result = written(quantity, flavour)
        print(f"{quantity!r:>10} {flavour:8}  {result}")
        changed |= not result.startswith(expected)
sys.exit("This behaviour has changed." if changed else 0)
E
