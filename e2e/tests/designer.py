"""What tests do in the seating plan designer: open it, draw, and read what it saved."""

import re
from typing import Any

from playwright.sync_api import FloatRect, Locator, Page, expect

from accounts.models import User
from e2e.tests.visitors import Visitors
from events.plan_models import SeatingPlan
from events.venue_models import Venue

JUST_SAVED = re.compile(r"^Saved \d\d:\d\d$")


def new_plan(seller: User, draft: dict[str, Any] | None = None, name: str = "Great Hall") -> SeatingPlan:
    """Return a plan in a new venue of the seller."""
    venue = Venue.objects.create(seller=seller, name=f"Venue of {name}", time_zone="Europe/Berlin")
    return SeatingPlan.objects.create(venue=venue, name=name, draft=draft or {})


def path_of(plan: SeatingPlan) -> str:
    """Return the path of the plan's designer."""
    return f"/admin/events/seatingplan/{plan.pk}/designer/"


class DesignerPage:
    """The designer in a browser. Points are px from the top left corner of the canvas."""

    def __init__(self, visitors: Visitors, user: User, plan: SeatingPlan, **options: Any) -> None:
        self.plan = plan
        self.page: Page = visitors(user, path_of(plan), **options)
        self.canvas: Locator = self.page.locator("#plan-canvas")
        self.wait()

    def wait(self) -> None:
        """Wait until the scripts have started."""
        expect(self.page.locator("#designer[data-ready]")).to_be_attached()

    @property
    def box(self) -> FloatRect:
        """Where the canvas is."""
        box = self.canvas.bounding_box()
        assert box is not None
        return box

    def start_empty(self) -> None:
        """Choose the empty plan in the dialog that starts a new one."""
        self.page.get_by_role("button", name="Empty").click()
        expect(self.page.get_by_role("dialog")).to_be_hidden()

    def tool(self, name: str) -> None:
        """Choose a tool by its name on the tool bar."""
        self.page.get_by_role("toolbar", name="Tools").get_by_role("button", name=name, exact=True).click()

    def click(self, x: float, y: float, **options: Any) -> None:
        """Click on the plan."""
        self.canvas.click(position={"x": x, "y": y}, **options)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag over the plan, in a few steps."""
        box, mouse = self.box, self.page.mouse
        mouse.move(box["x"] + start[0], box["y"] + start[1])
        mouse.down()
        mouse.move(box["x"] + end[0], box["y"] + end[1], steps=5)
        mouse.up()

    def field(self, label: str) -> Locator:
        """Return a field of the properties."""
        return self.page.get_by_role("complementary", name="Properties").get_by_label(label, exact=True)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def saved(self) -> dict[str, Any]:
        """Wait until everything is saved; return the draft in the database."""
        expect(self.page.locator("[data-save-state]")).to_have_text(JUST_SAVED)
        self.plan.refresh_from_db()
        draft: dict[str, Any] = self.plan.draft
        return draft

    def blocks(self) -> list[dict[str, Any]]:
        """Return the saved subsections of all sections."""
        return [block for section in self.saved()["sections"] for block in section["subsections"]]
