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


def test_straight_aisles_and_marks_follow_what_is_typed_into_a_field(designer: DesignerPage) -> None:
    page = designer.page
    designer.start_empty()
    designer.tool("Block of seats")
    designer.click(300, 200)  # 8 rows of 16 seats
    designer.field("Aisles through the rows").select_option("One in the middle")
    designer.canvas.focus()
    designer.press("m", "End", "Tab", "ArrowRight", "ArrowRight", "Space", "Escape")
    designer.field("Seats in a row").focus()
    designer.press("Control+a")
    page.keyboard.type("30")  # over 3, which has no third seat to spare
    designer.press("Tab")
    designer.field("Seats at the back").fill("35")
    [grid] = [block["grid"] for block in designer.blocks()]
    assert (grid["seats"], grid["aisles"], grid["straight_aisles"]) == ([30, 31, 31, 32, 33, 34, 34, 35], [18], True)
    assert grid["places"] == [{"row": 1, "seat": 3, "kind": "wheelchair"}]
    expect(designer.field("Aisles through the rows")).to_have_value("1")
    designer.field("After the seats of the longest row").fill("12, 24")
    designer.field("Straight from the front to the back").uncheck()
    expect(page.get_by_role("complementary", name="Properties")).to_contain_text("that is not a straight line")
    [grid] = [block["grid"] for block in designer.blocks()]
    assert grid["aisles"] == [12, 24] and "straight_aisles" not in grid


def test_escape_undoes_a_drag_and_leaves_every_tool(designer: DesignerPage) -> None:
    page = designer.page
    designer.start_empty()
    select = page.get_by_role("button", name="Select", exact=True)
    for tool in ("Block of seats", "Standing area", "Tables", "Stage", "Shape", "Text", "Mark seats"):
        designer.tool(tool)
        page.keyboard.press("Escape")
        expect(select).to_have_attribute("aria-pressed", "true")
        designer.tool(tool)
        page.get_by_role("button", name=tool, exact=True).focus()
        page.keyboard.press("Escape")
        expect(select).to_have_attribute("aria-pressed", "true")
    designer.tool("Mark seats")
    page.get_by_role("button", name="Own label").click()
    page.keyboard.press("Tab")
    page.get_by_label("Label (empty: by the rule)").press("Escape")
    expect(select).to_have_attribute("aria-pressed", "true")
    expect(designer.canvas).to_be_focused()

    designer.tool("Block of seats")
    box, mouse = designer.box, page.mouse
    mouse.move(box["x"] + 100, box["y"] + 100)
    mouse.down()
    mouse.move(box["x"] + 300, box["y"] + 300, steps=3)
    page.keyboard.press("Escape")
    mouse.up()
    expect(page.locator("#plan-summary")).to_have_text("0 places in 0 blocks")
