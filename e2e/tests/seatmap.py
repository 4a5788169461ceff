"""The event's page as its visitors use it: the map by mouse, the list by keyboard."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from events.models import Event

# Moves a mouse over the whole map and notes what the tooltip calls each place: {name: the middle of where it was said}.
SCAN = """(map, step) => {
  const box = map.getBoundingClientRect();
  const tip = document.querySelector(".tip");
  const found = {};
  for (let y = box.top + step / 2; y < Math.min(box.bottom, innerHeight); y += step) {
    for (let x = box.left + step / 2; x < box.right; x += step) {
      if (document.elementFromPoint(x, y)?.closest("#map") !== map) continue;
      const options = { bubbles: true, pointerId: 1, pointerType: "mouse", clientX: x, clientY: y };
      map.dispatchEvent(new PointerEvent("pointermove", options));
      if (!tip.hidden) (found[tip.querySelector("strong").textContent] ??= []).push([x, y]);
    }
  }
  return Object.fromEntries(Object.entries(found).map(([name, points]) => [name, points[points.length >> 1]]));
}"""
# What the list shows of the block that is open in it: {"row-seat": state}.
STATES = """list => Object.fromEntries([...list.querySelectorAll("button.seat")].map((button) => {
  const [, row, seat] = button.getAttribute("aria-label").match(/Row (\\d+), seat (\\d+)/);
  return [`${row}-${seat}`, button.dataset.state];
}))"""
STEP = 7  # px; a seat that can be told apart is larger
LIVE = re.compile("live|stream")  # where sockets fail again and again, the stream takes over


class SeatMap:
    """The page of an event, opened and live."""

    def __init__(self, page: Page, event: Event, *, opened: bool = False) -> None:
        self.page = page
        if not opened:
            page.goto(f"/events/{event.pk}")
        self.map = page.locator("#map")
        self.list = page.locator("#list")
        self.summary = page.get_by_role("region", name="Your seats")
        expect(self.map).to_have_attribute("data-ready", "true")
        self.expect_live()

    def expect_live(self, timeout: float | None = None) -> None:
        """It says that it is live."""
        expect(self.page.locator("[data-live-state]")).to_have_attribute("data-live-state", LIVE, timeout=timeout)

    def click_seat(self, section: str, block: int, row: int, seat: int) -> None:
        """On the map, going nearer first if seats can't be told apart yet."""
        self._go_to(self.page.mouse.click, section, block, row, seat)

    def tap_seat(self, section: str, block: int, row: int, seat: int) -> None:
        """The same by finger, for which seats have to be larger: always nearer first."""
        self._go_to(self.page.touchscreen.tap, section, block, row, seat, nearer=True)

    def _go_to(
        self,
        touch: Callable[[float, float], None],
        section: str,
        block: int,
        row: int,
        seat: int,
        nearer: bool = False,
    ) -> None:
        name = f"Section {section} · block {block}"
        wanted = f"{name} · row {row} · seat {seat}"
        self.map.scroll_into_view_if_needed()
        places = self.map.evaluate(SCAN, STEP)
        if nearer or wanted not in places:
            inside = [point for place, point in places.items() if place.startswith(name)]
            touch(*inside[len(inside) // 2])
            places = self.map.evaluate(SCAN, STEP)
        assert wanted in places, sorted(places)
        touch(*places[wanted])

    def open_block(self, section: str, block: int) -> None:
        """In the list."""
        back = self.list.get_by_role("button", name="All blocks")
        if back.count():
            back.click()
        place = self.list.get_by_role("treeitem", name=re.compile(f"^Section {section}\\b"))
        if place.get_attribute("aria-expanded") != "true":
            place.locator(".tree-line").click()
        place.get_by_role("treeitem", name=re.compile(f"^Block {block}\\b")).click()

    def seat(self, row: int, seat: int) -> Locator:
        """A seat of the block that is open in the list."""
        return self.list.get_by_role("button", name=re.compile(f"^Row {row}, seat {seat},"))

    def pick(self, section: str, block: int, *seats: tuple[int, int]) -> None:
        """Picks seats from the list."""
        self.open_block(section, block)
        for row, seat in seats:
            self.seat(row, seat).click()
            expect(self.seat(row, seat)).to_have_attribute("aria-pressed", "true")

    def states(self, section: str, block: int) -> dict[str, Any]:
        """What the page takes the seats of a block for: {"row-seat": words}."""
        self.open_block(section, block)
        return dict(self.list.evaluate(STATES))

    def hold(self) -> None:
        """Presses the button that holds the picks."""
        self.summary.get_by_role("button", name="Hold seats").click()
