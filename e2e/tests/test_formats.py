"""Server and browser write amounts, dates, times and names alike, whatever the language of the browser."""

import unicodedata
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from core.money.amounts import money, price_text
from core.money.currencies import DECIMALS
from core.text.directions import isolated
from core.text.times import FORMS, range_text, time_text
from e2e.tests.visitors import Visitors
from events.models import Event

IMPORT = """const format = await import(
  performance.getEntriesByType("resource").find(({ name }) => /ticketing\\/format\\.[\\w.]*js$/.test(name)).name
);"""
MONEY = f"async (rows) => {{ {IMPORT} return rows.map(([amount, currency]) => format.money(amount, currency)); }}"
PRICES = f"async (rows) => {{ {IMPORT} return rows.map(([amount, currency]) => format.priceText(amount, currency)); }}"
TIMES = f"async (rows) => {{ {IMPORT} return rows.map((row) => format.timeText(...row)); }}"
RANGES = f"async (rows) => {{ {IMPORT} return rows.map((row) => format.rangeText(...row)); }}"
NAMES = f"async (rows) => {{ {IMPORT} return rows.map(format.isolated); }}"

AMOUNTS = (0, 1, -1, 10, 99, 1_000, 4_550, 123_456, -123_456, 99_999_999, 10**12 + 1)
LEFT_THE_LIST = ("BGN", "HRK", "ANG", "ZZZ")
ZONES = (
    *("UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/St_Johns", "Asia/Kathmandu"),
    *("Australia/Lord_Howe", "Pacific/Chatham", "Africa/Abidjan"),
)
# Hours of a year, and every half hour of the days on which New York, Berlin and Lord Howe change clocks.
YEAR = [datetime(2027, 1, 1, 0, 5, 9, tzinfo=UTC) + timedelta(hours=101 * n) for n in range(87)]
CHANGES = [datetime(2027, *day, tzinfo=UTC) for day in ((3, 14), (3, 28), (4, 3), (10, 2), (10, 31), (11, 7))]
CHANGE_DAYS = [day + timedelta(minutes=30 * n) for day in CHANGES for n in range(48)]


@pytest.fixture(params=["en-US", "de-DE", "ar-EG"])
def page(request: pytest.FixtureRequest, visitors: Visitors) -> Page:
    """A page in a browser of this language and of a zone that no test names."""
    return visitors(None, "/", locale=request.param, timezone_id="Asia/Tokyo")


def test_every_amount_is_the_same(page: Page) -> None:
    rows = [(amount, currency) for currency in (*DECIMALS, *LEFT_THE_LIST) for amount in AMOUNTS]
    assert page.evaluate(MONEY, rows) == [money(*row) for row in rows]
    assert page.evaluate(PRICES, rows) == [price_text(*row) for row in rows]


def test_every_name_is_the_same(visitors: Visitors) -> None:
    letters = [chr(code) for code in range(0x20000) if unicodedata.category(chr(code))[0] in "LN"]
    names = [*letters, "1א", "Loge „Süd“", "A\u200f1"]
    assert visitors(None, "/").evaluate(NAMES, names) == [isolated(name) for name in names]


def test_every_time_is_the_same_in_every_zone(page: Page) -> None:
    rows = [
        *((moment, form, zone) for moment in YEAR for form in FORMS for zone in ZONES),
        *((moment, "date-time-seconds", zone) for moment in CHANGE_DAYS for zone in ZONES),
    ]
    shown = page.evaluate(TIMES, [(moment.isoformat(), form, zone) for moment, form, zone in rows])
    written = [time_text(moment, form, ZoneInfo(zone)) for moment, form, zone in rows]
    assert [pair for pair in zip(shown, written, strict=True) if pair[0] != pair[1]] == []


def test_every_range_is_the_same_in_every_zone(page: Page) -> None:
    lengths = (timedelta(minutes=90), timedelta(hours=7), timedelta(days=2))
    rows = [(moment, moment + length, zone) for moment in (*YEAR, *CHANGE_DAYS) for length in lengths for zone in ZONES]
    shown = page.evaluate(RANGES, [(start.isoformat(), end.isoformat(), zone) for start, end, zone in rows])
    written = [range_text(start, end, ZoneInfo(zone)) for start, end, zone in rows]
    assert [pair for pair in zip(shown, written, strict=True) if pair[0] != pair[1]] == []


def test_a_page_is_in_english_whatever_the_language_of_the_browser(visitors: Visitors, concert: Event) -> None:
    Event.objects.filter(pk=concert.pk).update(
        starts_at=datetime(2099, 5, 1, 17, tzinfo=UTC), ends_at=datetime(2099, 5, 1, 20, tzinfo=UTC)
    )
    page = visitors(None, f"/events/{concert.pk}", locale="de-DE", timezone_id="Europe/Berlin")
    expect(page.locator(".event-facts time")).to_have_text("Fri 1 May 2099, 17:00–20:00 UTC (19:00 UTC+2 your time)")
    expect(page.locator("[data-prices]")).to_have_text("$20.00 – $50.00")
