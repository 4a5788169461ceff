"""A concert hall with three levels, boxes and a standing floor is drawn within minutes: in less than 60 actions."""

import math
import re

from playwright.sync_api import Locator, expect

from accounts.models import User
from e2e.tests.designer import DesignerPage, new_plan
from e2e.tests.visitors import Visitors
from events.plan_models import PlanVersion

MAX_ACTIONS = 60  # clicks, drags and entries; at 10 seconds each, that is 10 minutes
Point = tuple[float, float]  # metres from the middle of the stage's edge


class Drawing:
    """What a person does in the designer, and how often they do something."""

    def __init__(self, designer: DesignerPage) -> None:
        self.designer = designer
        self.page = designer.page
        self.actions = 0

    def click(self, button: Locator) -> None:
        """Click a button."""
        self.actions += 1
        button.click()

    def button(self, name: str) -> None:
        """Click a button of the properties or of the left panel."""
        self.click(self.page.get_by_role("button", name=name, exact=True))

    def enter(self, label: str, value: str) -> None:
        """Type or choose a value of the properties."""
        self.actions += 1
        field = self.designer.field(label)
        if field.evaluate("(element) => element.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)

    def category(self, number: int, name: str) -> None:
        """Name a category, and add it unless it is the first."""
        if number > 1:
            self.button("New category")
        self.actions += 1
        field = self.page.get_by_label(f"Name of category {number}", exact=True)
        field.fill(name)
        field.press("Tab")
        expect(self.page.get_by_label(f"Price to try for {name}", exact=True)).to_be_attached()

    def section(self, name: str) -> None:
        """Add a section."""
        self.button("New section")
        self.actions += 1
        expect(self.page.locator(".section-name:focus")).to_have_count(1)
        self.designer.press("Control+a")
        self.page.keyboard.type(name)
        self.designer.press("Enter")

    def zoom_out(self) -> None:
        """Turn the wheel at the upper edge, so that 50 metres are in the view."""
        self.actions += 1
        box = self.designer.box
        whole = min((box["width"] - 96) / 30, (box["height"] - 96) / 26)  # px per metre
        self.middle, self.top = box["width"] / 2, 8 - box["height"] / 2 / whole
        self.scale = whole * math.exp(-0.0022 * 240)
        self.page.mouse.move(box["x"] + self.middle, box["y"] + 1)
        self.page.mouse.wheel(0, 240)

    def drag(self, start: Point, end: Point) -> None:
        """Drag from a point of the hall to another one."""
        self.actions += 1
        self.designer.drag(self._on_screen(start), self._on_screen(end))

    def _on_screen(self, point: Point) -> Point:
        return self.middle + point[0] * self.scale, (point[1] - self.top) * self.scale

    def draw(self, tool: str, start: Point, end: Point) -> None:
        """Drag a rectangle with a tool."""
        self.actions += 1
        self.designer.tool(tool)
        self.drag(start, end)

    def level(self, section: str, start: Point, end: Point, *, rows: int, seats: int, aisles: str) -> None:
        """Draw a level of the house as one block with aisles."""
        self.section(section)
        self.draw("Block of seats", start, end)
        self.enter("Rows", str(rows))
        self.enter("Seats in a row", str(seats))
        self.enter("Aisles through the rows", aisles)


def test_a_hall_of_1800_places_is_drawn_in_a_few_minutes_and_published(visitors: Visitors, carol: User) -> None:
    designer = DesignerPage(visitors, carol, new_plan(carol))
    page, hall = designer.page, Drawing(designer)
    hall.click(page.get_by_role("button", name="Empty"))
    for number, name in enumerate(("Stalls", "Circle", "Gallery", "Boxes", "Standing"), 1):
        hall.category(number, name)
    hall.zoom_out()
    hall.draw("Stage", (-9, -6), (9, 0))
    hall.draw("Standing area", (-9, 1), (9, 6))
    hall.enter("People who fit in", "200")

    hall.level("Stalls", (-9, 10), (9, 24), rows=16, seats=36, aisles="Two")
    hall.button("Curve round the stage")  # what is drawn next is curved too
    hall.level("Circle", (-15, 28), (15, 35), rows=8, seats=62, aisles="Three")
    hall.level("Gallery", (-17, 37.5), (17, 42), rows=6, seats=70, aisles="Three")

    hall.section("Boxes")
    hall.draw("Block of seats", (-18, 3), (-15.5, 5))
    hall.enter("Rows", "2")
    hall.enter("Seats in a row", "5")
    hall.button("Duplicate")
    hall.drag((-15.3, 4), (-16.6, 7.8))
    for _ in range(3):
        hall.button("Duplicate")  # as far away as the first one was moved
    hall.click(page.get_by_role("button", name=re.compile("Select all of Boxes")))
    hall.button("Turn to the stage")
    hall.button("Mirrored copy")
    hall.click(page.get_by_role("button", name="Publish …"))
    hall.click(page.get_by_role("button", name="Publish version 1"))

    expect(page.get_by_role("dialog")).to_contain_text("Version 1 is published.")
    version = PlanVersion.objects.get()
    assert version.places == 1_792
    sections = {section["name"]: section["subsections"] for section in version.document["sections"]}
    assert {name: len(blocks) for name, blocks in sections.items()} == {
        **{"Standing": 1, "Stalls": 1, "Circle": 1, "Gallery": 1},
        "Boxes": 10,
    }
    assert all(block["category"] == name for name, blocks in sections.items() for block in blocks)
    assert all(sections[name][0]["grid"]["radius"] > 1_000 for name in ("Stalls", "Circle", "Gallery"))
    boxes = sorted(box["x"] for box in sections["Boxes"])
    assert boxes == sorted(-x for x in boxes)
    assert hall.actions <= MAX_ACTIONS
