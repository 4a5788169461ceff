"""A seller draws a seating plan, by mouse and by keyboard only, and publishes it."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from e2e.tests.designer import DesignerPage, new_plan
from e2e.tests.visitors import Visitors
from events.plan_models import PlanVersion


@pytest.fixture
def designer(visitors: Visitors, carol: User) -> DesignerPage:
    """The designer with a new plan."""
    return DesignerPage(visitors, carol, new_plan(carol))


def publish(designer: DesignerPage) -> PlanVersion:
    page = designer.page
    page.get_by_role("button", name="Publish …").click()
    page.get_by_role("button", name="Publish version 1").click()
    expect(page.get_by_role("dialog")).to_contain_text("Version 1 is published.")
    expect(page.get_by_role("link", name="Create an event")).to_be_focused()
    return PlanVersion.objects.get(plan=designer.plan)


def test_a_small_hall_is_drawn_by_mouse_saved_read_again_and_published(designer: DesignerPage) -> None:
    page = designer.page
    designer.start_empty()
    designer.tool("Stage")
    designer.drag((250, 60), (450, 120))
    designer.tool("Block of seats")
    designer.drag((200, 260), (500, 400))
    designer.field("Rows").fill("8")
    designer.field("Seats in a row").fill("20")
    designer.field("Aisles through the rows").select_option("One in the middle")
    designer.field("Straight … curved").fill("40")
    designer.field("Seats are named").select_option("Odd: 1, 3, 5 …")
    expect(page.get_by_role("complementary", name="Properties")).to_contain_text("1, 3, 5, 7 … 39")
    page.get_by_role("button", name="Duplicate").click()
    designer.field("Down (cm)").fill("1400")
    designer.tool("Standing area")
    designer.drag((280, 150), (420, 200))
    designer.field("People who fit in").fill("120")

    designer.tool("Mark seats")
    page.get_by_role("button", name="Wheelchair place").click()
    page.keyboard.press("Tab")
    designer.canvas.focus()
    designer.press("Tab", "Space", "ArrowRight", "Space")

    draft = designer.saved()
    stalls, standing = draft["sections"]
    front, back = stalls["subsections"]
    assert (stalls["name"], standing["name"]) == ("Stalls", "Standing")
    assert (front["grid"]["rows"], front["grid"]["seats"], front["grid"]["aisles"]) == (8, 20, [10])
    assert front["grid"]["radius"] > 1_000
    assert front["grid"]["seat_labels"] == {"style": "numbers", "start": 1, "step": 2}
    assert front["grid"]["places"] == [{"row": 1, "seat": seat, "kind": "wheelchair"} for seat in (1, 2)]
    assert back["y"] == 1400
    assert standing["subsections"][0]["standing"]["capacity"] == 120
    assert [drawing["role"] for drawing in draft["drawings"]] == ["stage"]

    page.reload()
    designer.wait()
    expect(page.locator("#plan-summary")).to_have_text("440 places in 3 blocks")
    designer.plan.refresh_from_db()
    assert designer.plan.draft == draft
    version = publish(designer)
    assert (version.places, version.document) == (440, draft)


def test_a_small_hall_is_drawn_by_keyboard_only(designer: DesignerPage) -> None:
    page = designer.page
    designer.press("Tab")
    expect(page.get_by_role("button", name="Empty")).to_be_focused()
    designer.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    designer.canvas.focus()
    designer.press("g", "Enter")  # a stage in the middle of the view
    designer.press("Shift+ArrowUp", "Shift+ArrowUp")
    designer.press("Escape", "b", "Enter")  # a block
    designer.press("Shift+ArrowDown")
    page.keyboard.press("F6")  # to the properties
    designer.field("Rows").focus()
    designer.press("Control+a")
    page.keyboard.type("4")
    page.keyboard.press("Tab")
    page.keyboard.type("6")
    designer.canvas.focus()
    designer.press("Control+d", "Shift+ArrowDown", "]", "]")
    designer.press("m", "Tab", "ArrowDown", "Shift+ArrowRight", "Shift+ArrowRight")
    blocks = designer.blocks()
    assert [(block["grid"]["rows"], block["grid"]["seats"]) for block in blocks] == [(4, 6), (4, 6)]
    assert blocks[1]["rotation"] == 10
    assert len([place for block in blocks for place in block["grid"].get("places", [])]) == 2
    designer.press("Control+z")
    assert not [place for block in designer.blocks() for place in block["grid"].get("places", [])]
    designer.press("v", "Escape", "Tab", "Delete")  # the stage is the first item
    assert designer.saved()["drawings"] == []
    version = publish(designer)
    assert version.places == 48
