"""Pages fit a phone whatever people and places are called: names as long as they may be, in one word."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from bookings.holds.models import Booking
from core.clock import database_now
from e2e.tests.seatmap import SeatMap
from e2e.tests.test_every_page import assert_fits
from e2e.tests.visitors import PHONE, Visitors
from events.models import Event

LABEL, NAME, LONG = "W" * 20, "W" * 32, "W" * 200  # as long as each may be, of the widest letter
SEATS = [f"{LABEL[2:]}{number:02}" for number in range(4)]
HEBREW = "א"
PLAN: dict[str, Any] = {
    "format": 1,
    "name": "Long names",
    "categories": [{"name": NAME}, {"name": "Cheap"}],
    "sections": [
        {
            "name": NAME,
            "subsections": [
                {
                    "category": NAME,
                    "grid": {"rows": 1, "seats": 4, "row_labels": [LABEL], "seat_labels": SEATS},
                }
            ],
        },
        {
            "name": "פרקט (ימין)",
            "subsections": [
                {
                    "category": "Cheap",
                    "y": 500,
                    "grid": {"rows": 1, "seats": 3, "row_labels": [HEBREW], "seat_labels": [f"1{HEBREW}", "2", "3"]},
                }
            ],
        },
    ],
}
# The horizontal middles of the characters of a text on the page, in the order of the text.
MIDDLES = """(element, text) => {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const start = node.data.replace(/\\u00a0/g, " ").indexOf(text);
    if (start < 0) continue;
    return [...text].map((_, index) => {
      range.setStart(node, start + index);
      range.setEnd(node, start + index + 1);
      const { left, right } = range.getBoundingClientRect();
      return (left + right) / 2;
    });
  }
  return [];
}"""


@pytest.fixture
def event(new_drawn_event: Callable[..., Event], carol: User, alice: User) -> Event:
    for user in (carol, alice):
        User.objects.filter(pk=user.pk).update(name=LONG[:150])
    User.objects.filter(pk=carol.pk).update(organizer_name=LONG[:150], contact_email=f"{LONG[:60]}@example.com")
    fields = {"name": LONG, "description": LONG, "starts_at": database_now() + timedelta(days=30)}
    event = new_drawn_event(PLAN, prices={NAME: 12_345_600}, **fields)
    assert event.venue
    event.venue.name, event.venue.address = LONG, LONG * 2
    event.venue.save()
    Event.objects.filter(pk=event.pk).update(venue_name=LONG)
    return event


def test_pages_with_the_longest_names_fit_a_phone(
    visitors: Visitors,
    event: Event,
    hold: Callable[..., Booking],
    paid_booking: Callable[..., Booking],
    alice: User,
    carol: User,
) -> None:
    seats = [f"{LABEL}-{seat}" for seat in SEATS]
    paid = paid_booking(alice, *seats[:2], event=event, section=NAME)
    held = hold(alice, seats[2], event=event, section=NAME)
    page, gate = visitors(alice, viewport=PHONE), visitors(carol, viewport=PHONE)
    for path in ("/", f"/checkout/{held.pk}", f"/checkout/{paid.pk}/done", "/bookings", "/account"):
        _expect_fit(page, path)
    for path in ("/gate", f"/gate/{event.pk}", "/sell"):
        _expect_fit(gate, path)
    _expect_fit(page, f"/events/{event.pk}")
    opened = SeatMap(page, event, opened=True)
    opened.open_section(NAME)
    opened.seat(LABEL, SEATS[3]).click()
    expect(opened.summary).to_contain_text(LABEL)
    assert_fits(page)
    Event.objects.filter(pk=event.pk).update(waiting_room_on=True)
    _expect_fit(page, f"/queue/{event.pk}")


def _expect_fit(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_fits(page)


def test_seats_of_mixed_direction_are_read_from_the_left_one_after_the_other(
    visitors: Visitors, event: Event, hold: Callable[..., Booking], alice: User
) -> None:
    section = "פרקט (ימין)"
    held = hold(alice, *(f"{HEBREW}-{seat}" for seat in (f"1{HEBREW}", "2", "3")), event=event, section=section)
    page = visitors(alice)
    for path, place in ((f"/checkout/{held.pk}", ".receipt-lines"), ("/bookings", ".booking")):
        page.goto(path)
        text = f"Row \u2068{HEBREW}\u2069, seats \u20681{HEBREW}\u2069, 2 and 3"
        middles = page.locator(place).first.evaluate(MIDDLES, text)
        row, first, second, third = (middles[text.index(part)] for part in (HEBREW, f"1{HEBREW}", "2 and", "3"))
        assert row < first < second < third, path
