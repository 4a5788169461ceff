"""Nothing covers what buyers need, and lines break where they may, on phones, tablets and desktops."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from bookings.emails.compose import compose
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from core.clock import database_now
from e2e.tests.layouts import (
    at_widths,
    boxes_overlap,
    broken_places,
    dots,
    is_reachable,
    lines_of,
    lone_separators,
    overlap,
)
from e2e.tests.seatmap import SCAN, SeatMap
from e2e.tests.visitors import DESKTOP, PHONE, Visitors
from events.models import Event
from events.plans.examples import template

WIDTHS = range(320, 860, 30)
LONG_NAME = "An evening of string quartets by candlelight, with an introduction"
VENUE = "The small hall of the old library"
TOUCH: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}


@pytest.fixture
def event(new_event: Callable[..., Event], carol: User) -> Event:
    """An event whose name and venue are long, with wheelchair places, and an organiser who shows an address."""
    User.objects.filter(pk=carol.pk).update(organizer_name="Town Hall", contact_email="box-office@example.com")
    sections = [
        {"name": "A", "price": 5000, "subsections": 2, "accessible": ["5-1", "5-2"]},
        {"name": "B", "price": 2000, "subsections": 2},
    ]
    starts_at = database_now() + timedelta(days=30)
    return new_event(sections, rows=5, cols=10, name=LONG_NAME, venue_name=VENUE, starts_at=starts_at)


@pytest.fixture
def long_names(new_event: Callable[..., Event], carol: User) -> Event:
    section = {"name": "Parkett links vorne, Reihe 1–12", "price": 123_450, "subsections": 1}
    starts_at = database_now() + timedelta(days=30)
    return new_event([section], rows=12, cols=20, name=LONG_NAME, venue_name=VENUE, starts_at=starts_at)


# --- The event page -----------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [TOUCH, {"viewport": {"width": 820, "height": 1000}}, {"viewport": DESKTOP}])
def test_the_bar_covers_neither_the_buttons_of_the_map_nor_notes(
    visitors: Visitors, event: Event, hold: Callable[..., Booking], alice: User, options: dict[str, Any]
) -> None:
    hold(alice, "1-1", event=event, section="B")
    Event.objects.filter(pk=event.pk).update(max_tickets_per_booking=3)
    page = visitors(alice, **options)
    seats = SeatMap(page, event)
    expect(seats.summary).to_contain_text("reserved for you")  # a message makes the bar higher
    _expect_clear(page)
    seats.summary.get_by_role("button", name="Dismiss").click()
    _expect_clear(page)
    page.get_by_role("button", name="Best seats").click()
    expect(seats.summary).to_contain_text("2 seats")
    _expect_clear(page)

    seats.pick("B", 2, (3, 3))
    expect(seats.summary).to_contain_text("3 seats")
    seats.seat(3, 4).click()
    expect(seats.note).to_contain_text("at most 3 seats")
    for y in (0, 10_000):
        page.evaluate("y => scrollTo(0, y)", y)
        assert not overlap(seats.note.locator(".toast"), seats.summary)
        assert is_reachable(seats.summary.get_by_role("button", name="Reserve seats"))
    footer = page.get_by_role("contentinfo")
    assert not overlap(footer, seats.summary)  # the page ends above the bar


def _expect_clear(page: Page) -> None:
    """The buttons of the map can be pressed, wherever the page is scrolled to."""
    summary = page.get_by_role("region", name="Your seats")
    for y in (0, 40, 120):
        page.evaluate("y => scrollTo(0, y)", y)
        page.evaluate("() => new Promise(requestAnimationFrame)")
        for name in ("Zoom in", "Zoom out", "Show the whole map"):
            button = page.get_by_role("button", name=name)
            assert not overlap(button, summary), (y, name)
            assert is_reachable(button), (y, name)
        assert not overlap(page.locator("[data-live-state]"), summary)


@pytest.mark.parametrize(("options", "step"), [(TOUCH, 5), ({"viewport": DESKTOP}, 11)])
def test_the_minimap_covers_neither_the_block_that_is_shown_nor_its_name(
    visitors: Visitors, event: Event, options: dict[str, Any], step: int
) -> None:
    page = visitors(**options)
    seats = SeatMap(page, event)
    minimap = page.locator(".minimap")
    for section, number in (("A", 1), ("A", 2), ("B", 1), ("B", 2)):
        seats.open_subsection(section, number)
        seats.map.scroll_into_view_if_needed()
        expect(minimap).to_be_visible()
        box, places = minimap.bounding_box(), seats.map.evaluate(SCAN, step)
        assert box
        points = {
            (row, seat): places.get(f"Section {section}, block {number}, row {row}, seat {seat}")
            for row in (1, 2)
            for seat in (1, 5, 10)
        }
        assert all(points.values()), (section, number, points)
        assert not boxes_overlap(_name_box(points), box), (section, number)


def _name_box(points: dict[tuple[int, int], Any]) -> dict[str, float]:
    """Return about where a block's name is: above the middle of its first row, as far as the second is below it."""
    (x, y), (_, below) = points[1, 5], points[2, 5]
    pitch = below - y
    return {"x": x - 3 * pitch, "y": y - 2 * pitch, "width": 6 * pitch, "height": 1.5 * pitch}


# What the page writes on canvases is in `painted_`.
RECORD_TEXTS = """() => {
  const { prototype } = CanvasRenderingContext2D;
  const { fillText } = prototype;
  window.painted_ = [];
  prototype.fillText = function (text, ...more) { painted_.push(text); fillText.call(this, text, ...more); };
}"""
# Presses an arrow key faster than frames are painted, then reads which seats are on the map.
RACE = f"""(times) => {{
  for (let time = 0; time < times; time += 1) {{
    const pressed = {{ key: "ArrowRight", repeat: true, bubbles: true }};
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", pressed));
  }}
  return ({SCAN})(document.getElementById("map"), 9);
}}"""


def test_long_rows_are_followed_by_the_map_and_go_on_in_the_list(
    visitors: Visitors, new_event: Callable[..., Event]
) -> None:
    event = new_event([{"name": "A", "price": 5000, "subsections": 1}], rows=3, cols=80)
    page = visitors(reduced_motion="no-preference")
    seats = SeatMap(page, event)
    seats.open_subsection("A", 1)
    expect(seats.list.get_by_text("Scroll sideways")).to_be_visible()
    box = seats.list.locator(".seat-scroll")
    expect(box).to_have_class("seat-scroll more-after")
    seats.seat(2, 1).focus()
    assert "Section A, block 1, row 2, seat 70" in page.evaluate(RACE, 69)
    expect(seats.seat(2, 70)).to_be_focused()
    seats.seat(2, 80).focus()
    expect(box).to_have_class("seat-scroll more-before")

    phone = visitors(**TOUCH)
    phone.add_init_script(f"({RECORD_TEXTS})()")
    SeatMap(phone, event)
    assert "STAGE" in phone.evaluate("painted_")


def test_each_small_block_has_a_name_on_the_map_of_a_phone(
    visitors: Visitors, new_drawn_event: Callable[..., Event]
) -> None:
    hall = template("concert_hall")
    page = visitors(**TOUCH)
    page.add_init_script(f"({RECORD_TEXTS})()")
    SeatMap(page, new_drawn_event(hall))
    boxes = next(section for section in hall["sections"] if section["name"] == "Boxes left")
    numbers = {str(number + 1) for number in range(len(boxes["subsections"]))}
    assert len(numbers) == 6
    assert numbers | {"Stage"} <= set(page.evaluate("painted_"))


@pytest.mark.parametrize("accessible", [True, False])
def test_the_tools_are_on_one_line_of_a_phone(
    visitors: Visitors, event: Event, concert: Event, accessible: bool
) -> None:
    page = visitors(path=f"/events/{(event if accessible else concert).pk}", **TOUCH)
    find = page.get_by_role("button", name="Best seats")
    for width in at_widths(page, (360, 375, 390, 412, 640)):
        more = page.get_by_role("button", name="More choices")
        assert lines_of(find) == 1, width
        boxes = [tool.bounding_box() for tool in (page.get_by_label("How many seats"), find, more)]
        middles = [box["y"] + box["height"] / 2 for box in boxes if box]
        assert max(middles) - min(middles) < 4, width
        assert max(box["height"] for box in boxes if box) <= 46, width  # one line


# --- Where lines break ----------------------------------------------------------------------------------


def test_no_line_begins_or_ends_with_a_separator(
    visitors: Visitors,
    event: Event,
    concert: Event,
    hold: Callable[..., Booking],
    paid_booking: Callable[..., Booking],
    alice: User,
) -> None:
    begun, until = database_now() - timedelta(minutes=5), database_now() + timedelta(hours=1)
    Event.objects.filter(pk=concert.pk).update(starts_at=begun, late_entry_until=until)
    held, paid = hold(alice, "1-1", "3-2", event=event), paid_booking(alice, "1-5", "4-7", event=event)
    page = visitors(alice)
    seen = 0
    page.goto("/")
    expect(page.get_by_role("main")).to_contain_text("late entry until")
    for path in (
        "/",
        f"/events/{event.pk}",
        f"/checkout/{held.pk}",
        f"/checkout/{paid.pk}/done",
        "/bookings",
    ):
        page.goto(path)
        if path == f"/events/{event.pk}":
            SeatMap(page, event, opened=True).pick("A", 1, (4, 3), (4, 4))
        for width in at_widths(page, WIDTHS):
            assert not lone_separators(page), (path, width)
            seen += dots(page)
    assert seen > 100


def test_sellers_see_no_lone_separators_either(visitors: Visitors, event: Event, olga: User) -> None:
    page = visitors(olga)
    for path in ("/sell", f"/sell/{event.pk}", "/gate"):
        page.goto(path)
        for width in at_widths(page, WIDTHS):
            assert not lone_separators(page), (path, width)


def test_a_row_and_its_seat_stay_on_one_line(
    visitors: Visitors,
    long_names: Event,
    hold: Callable[..., Booking],
    paid_booking: Callable[..., Booking],
    alice: User,
) -> None:
    section = "Parkett links vorne, Reihe 1–12"
    apart = [f"12-{seat}" for seat in range(2, 21, 2)]
    held = hold(alice, *apart, event=long_names, section=section)
    paid = paid_booking(alice, "11-19", "11-20", event=long_names, section=section)
    page = visitors(alice)
    for path in (f"/checkout/{held.pk}", f"/checkout/{paid.pk}/done", "/bookings"):
        page.goto(path)
        for width in at_widths(page, range(320, 860, 25)):
            assert not broken_places(page), (path, width)
            # Long lists of seats break between the numbers.
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)


def test_a_row_and_its_seat_stay_on_one_line_in_emails(
    visitors: Visitors, long_names: Event, paid_booking: Callable[..., Booking], alice: User
) -> None:
    paid = paid_booking(alice, "11-19", "11-20", event=long_names, section="Parkett links vorne, Reihe 1–12")
    mail = compose(EmailMessage.objects.get(booking=paid))
    assert mail
    page = visitors()
    page.set_content(str(mail.alternatives[0][0]))
    for width in at_widths(page, range(200, 700, 20)):
        assert not broken_places(page), width


# --- The checkout and what follows ----------------------------------------------------------------------


def test_test_cards_fit_their_box_and_fill_the_field(
    visitors: Visitors, hold: Callable[..., Booking], alice: User
) -> None:
    page = visitors(alice, f"/checkout/{hold(alice, '1-1').pk}", **TOUCH)
    box = page.locator(".test-cards").filter(has_text="Choose a test card")
    cards = box.locator(".test-card")
    expect(cards).to_have_count(6)
    for width in at_widths(page, (320, 360, 480, 820, 1280)):
        outer = box.bounding_box()
        assert outer
        for card in cards.all():
            inner = card.bounding_box()
            assert inner and inner["height"] >= 44, width  # a target for thumbs
            assert inner["x"] >= outer["x"] and inner["x"] + inner["width"] <= outer["x"] + outer["width"], width
            assert inner["y"] + inner["height"] <= outer["y"] + outer["height"] - 4, width
            assert lines_of(card.locator(".test-card-number")) == 1, width
            assert card.evaluate("card => card.scrollWidth <= card.clientWidth"), width
    cards.filter(has_text="is declined").get_by_text("is declined").click()
    expect(page.get_by_label("Card number")).to_have_value("4000 0000 0000 0002")


def test_a_phone_shows_the_tickets_before_the_receipt(
    visitors: Visitors, paid_booking: Callable[..., Booking], alice: User
) -> None:
    page = visitors(alice, f"/checkout/{paid_booking(alice, '1-1').pk}/done", **TOUCH)
    ticket = page.get_by_role("img", name=re.compile("^Ticket code")).bounding_box()
    receipt = page.get_by_role("region", name="Your seats").bounding_box()
    assert ticket and receipt
    assert ticket["y"] < receipt["y"]


def test_a_long_name_leaves_the_header_of_a_phone_on_one_line(visitors: Visitors, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(name="Maria-Magdalena van der Hoeven-Oyelaran")
    page = visitors(alice, "/", **TOUCH)
    brand, out = page.locator(".brand").bounding_box(), page.get_by_role("button", name="Log out").bounding_box()
    assert brand and out
    assert abs(brand["y"] + brand["height"] / 2 - out["y"] - out["height"] / 2) < 8
