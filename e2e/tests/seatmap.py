"""The event page as visitors use it: the map by mouse or finger, the list by keyboard."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from events.models import Event

# Moves a mouse over the whole map and records the tooltip at each point: {tooltip: a point in the middle of its area}.
SCAN = """(map, step) => {
  const box = map.getBoundingClientRect();
  const tip = document.querySelector(".tip");
  const found = {};
  for (let y = box.top + step / 2; y < Math.min(box.bottom, innerHeight); y += step) {
    for (let x = box.left + step / 2; x < box.right; x += step) {
      if (document.elementFromPoint(x, y)?.closest("#map") !== map) continue;
      const options = { bubbles: true, pointerId: 1, pointerType: "mouse", clientX: x, clientY: y };
      map.dispatchEvent(new PointerEvent("pointermove", options));
      if (!tip.hidden) (found[tip.querySelector("strong").textContent.replace(/\\s/g, " ")] ??= []).push([x, y]);
    }
  }
  return Object.fromEntries(Object.entries(found).map(([name, points]) => [name, points[points.length >> 1]]));
}"""
# The seats of the subsection that is open in the list: {"row-seat": state}.
STATES = """list => Object.fromEntries([...list.querySelectorAll("button.seat")].map((button) => {
  const [, row, seat] = button.getAttribute("aria-label").match(/(?:Row|Table) ([^,]+), seat ([^,]+)/);
  return [`${row}-${seat}`, button.dataset.state];
}))"""
STEP = 7  # px; less than the size of a seat
LIVE = re.compile("live|stream")  # after repeated failures of the WebSocket, the page uses the stream


class SeatMap:
    """The page of an event, opened and live."""

    def __init__(self, page: Page, event: Event, *, opened: bool = False) -> None:
        self.page = page
        if not opened:
            page.goto(f"/events/{event.pk}")
        self.map = page.locator("#map")
        self.list = page.locator("#list")
        self.summary = page.get_by_role("region", name="Your seats")
        self.note = page.locator("#toasts")  # not the page's text: announcements repeat what notes say
        expect(self.map).to_have_attribute("data-ready", "true")
        self.expect_live()

    def expect_live(self, timeout: float | None = None) -> None:
        """Expect the page to show that it is live."""
        expect(self.page.locator("[data-live-state]")).to_have_attribute("data-live-state", LIVE, timeout=timeout)

    def click_seat(self, section: str, subsection: int, row: int, seat: int) -> None:
        """Click a seat on the map; zoom in first if seats are too small."""
        self._activate_seat(self.page.mouse.click, section, subsection, row, seat)

    def tap_seat(self, section: str, subsection: int, row: int, seat: int) -> None:
        """Tap a seat on the map; always zoom in first, because fingers need larger seats."""
        self._activate_seat(self.page.touchscreen.tap, section, subsection, row, seat, zoom_first=True)

    def _activate_seat(
        self,
        activate: Callable[[float, float], None],
        section: str,
        subsection: int,
        row: int,
        seat: int,
        zoom_first: bool = False,
    ) -> None:
        name = f"Section {section}, block {subsection}"
        self._activate(activate, name, f"row {row}, seat {seat}", zoom_first)

    def _activate(
        self, activate: Callable[[float, float], None], block: str, seat: str, zoom_first: bool = False
    ) -> None:
        wanted = f"{block}, {seat}"
        self.map.scroll_into_view_if_needed()
        places = self.map.evaluate(SCAN, STEP)
        if zoom_first or wanted not in places:
            points = [point for place, point in places.items() if place.startswith(block)]
            activate(*points[len(points) // 2])
            places = self.map.evaluate(SCAN, STEP)
        assert wanted in places, sorted(places)
        activate(*places[wanted])

    def click_place(self, block: str, seat: str) -> None:
        """Click a seat of a seating plan on the map, as "Balcony" and "row C, seat 12"; zoom in first if necessary."""
        self._activate(self.page.mouse.click, block, seat)

    def tap_place(self, block: str, seat: str) -> None:
        """Tap a seat of a seating plan on the map."""
        self._activate(self.page.touchscreen.tap, block, seat, zoom_first=True)

    def click_area(self, area: str) -> None:
        """Click a standing area on the map."""
        self.map.scroll_into_view_if_needed()
        self.page.mouse.click(*self.map.evaluate(SCAN, STEP)[area])

    def hover_place(self, block: str, seat: str) -> None:
        """Move the mouse over a seat of a seating plan, which must be large enough."""
        self.map.scroll_into_view_if_needed()
        self.page.mouse.move(*self.map.evaluate(SCAN, STEP)[f"{block}, {seat}"])

    def open_subsection(self, section: str, subsection: int) -> None:
        """Open a subsection in the list."""
        back = self.list.get_by_role("button", name="All blocks")
        if back.count():
            back.click()
        place = self.list.get_by_role("treeitem", name=re.compile(f"^(Section )?{section}\\b"))
        if place.get_attribute("aria-expanded") != "true":
            place.locator(".tree-line").click()
        place.get_by_role("treeitem", name=re.compile(f"^Block {subsection}\\b")).click()

    def open_section(self, section: str) -> None:
        """Open a section of a seating plan that is one block in the list."""
        self.list.get_by_role("treeitem", name=re.compile(f"^{section}, ")).click()

    def seat(self, row: int | str, seat: int | str) -> Locator:
        """Return a seat of the subsection that is open in the list."""
        return self.list.get_by_role("button", name=re.compile(f"^(Row|Table) {row}, seat {seat},"))

    def pick(self, section: str, subsection: int, *seats: tuple[int, int]) -> None:
        """Select seats in the list."""
        self.open_subsection(section, subsection)
        for row, seat in seats:
            self.seat(row, seat).click()
            expect(self.seat(row, seat)).to_have_attribute("aria-pressed", "true")

    def states(self, section: str, subsection: int) -> dict[str, Any]:
        """Return the states that the list shows for the seats of a subsection: {"row-seat": text}."""
        self.open_subsection(section, subsection)
        return dict(self.list.evaluate(STATES))

    def hold(self) -> None:
        """Press the button that holds the selected seats."""
        self.summary.get_by_role("button", name="Reserve seats").click()
