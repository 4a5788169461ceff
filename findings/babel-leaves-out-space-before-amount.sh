#!/usr/bin/env bash
# Babel writes CHF45.00 where CLDR, and so every browser, has CHF 45.00: it ignores CLDR's rule for spaces.
set -euo pipefail

folder=$(mktemp -d)
trap 'cd /; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
timeout 90 venv/bin/pip install -q --disable-pip-version-check "babel==2.19.0" &
echo '{"private": true}' >package.json
timeout 120 npm install --silent --no-audit --no-fund node@24.9.0 >/dev/null
wait $!

# Digits are given, so that only the texts around them differ.
cat >write.mjs <<'E'
const rows = {};
for (const locale of ["en-US", "en-GB", "ja", "zh", "de"]) {
  const format = (currency) => new Intl.NumberFormat(locale, { style: "currency", currency, minimumFractionDigits: 2 });
  rows[locale] = Object.fromEntries(["USD", "CHF", "KWD", "XOF"].map((code) => [code, format(code).format(45)]));
}
console.log(JSON.stringify({ version: `Node ${process.version} with CLDR ${process.versions.cldr}`, rows }));
E
timeout 20 node_modules/.bin/node write.mjs >intl.json

timeout 30 venv/bin/python - <<'E'
import json
import sys
from importlib.metadata import version

from babel import Locale
from babel.numbers import format_currency

WITHOUT_SPACE = {(locale, code) for locale in ("en-US", "en-GB", "ja", "zh") for code in ("CHF", "KWD", "XOF")}

intl = json.load(open("intl.json"))
print(f"version: babel {version('babel')}; compared: {intl['version']}")
print("believed: format_currency writes what CLDR has for a locale, as browsers do.")
print("happens: CLDR puts a no-break space between a letter of the currency and the number (patterns alphaNextToNumber,")
print("         before them currencySpacing). Babel's data have neither, so code and digits run together.")

differ = set()
for locale, texts in intl["rows"].items():
    for code, browser in texts.items():
        pattern = Locale.parse(locale, sep="-").currency_formats["standard"].pattern
        babel = format_currency(45, code, locale=locale.replace("-", "_"), currency_digits=False, format=pattern)
        same = babel == browser
        differ |= set() if same else {(locale, code)}
        shown = [text.replace("\xa0", "␣").replace("\u202f", "␣") for text in (babel, browser)]
        print(f"{locale:6} {code}  Babel {shown[0]:12} Intl {shown[1]:12} {'same' if same else 'different'}")
        if not same and babel != browser.replace("\xa0", ""):
            sys.exit("They differ in more than the space.")
sys.exit("This behaviour has changed." if differ != WITHOUT_SPACE else 0)
E
