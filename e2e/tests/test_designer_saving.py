"""The designer saves by itself: also after the connection was gone, and never over somebody else's work."""

import json

import pytest
from playwright.sync_api import expect

from accounts.models import User
from e2e.tests.designer import DesignerPage, new_plan
from e2e.tests.test_every_page import assert_accessible, assert_fits, check_page
from e2e.tests.visitors import DESKTOP, PHONE, Visitors
from events.plan_models import PlanVersion
from events.plans.examples import template
from events.venues.plans import save_draft


@pytest.fixture
def designer(visitors: Visitors, carol: User) -> DesignerPage:
    """The designer with the plan of a concert hall."""
    return DesignerPage(visitors, carol, new_plan(carol, template("concert_hall")))


def rename_category(designer: DesignerPage, name: str) -> None:
    field = designer.page.get_by_label("Name of category 1", exact=True)
    field.fill(name)
    field.press("Tab")


def test_what_could_not_be_saved_is_saved_when_the_connection_is_back(
    visitors: Visitors, designer: DesignerPage
) -> None:
    visitors.allow_error("ERR_INTERNET_DISCONNECTED")
    page = designer.page
    page.context.set_offline(True)
    rename_category(designer, "Best seats")
    expect(page.locator("[data-save-state]")).to_have_text("Not saved: offline, will try again")
    expect(page.locator("#live-assertive")).to_contain_text("isn’t saved")
    page.context.set_offline(False)
    assert designer.saved()["categories"][0]["name"] == "Best seats"


def test_a_plan_that_was_saved_elsewhere_is_not_overwritten_without_asking(designer: DesignerPage, carol: User) -> None:
    page, plan = designer.page, designer.plan
    other = template("cinema")
    save_draft(plan_id=plan.pk, seller=carol, draft=other, revision=0)
    rename_category(designer, "Best seats")
    notice = page.get_by_role("alert").filter(has_text="saved in another window")
    expect(notice).to_be_visible()
    assert_accessible(page)
    plan.refresh_from_db()
    assert plan.draft == other

    notice.get_by_role("button", name="Keep mine and overwrite").click()
    expect(notice).to_be_hidden()
    assert designer.saved()["categories"][0]["name"] == "Best seats"

    save_draft(plan_id=plan.pk, seller=carol, draft=other, revision=plan.revision)
    rename_category(designer, "Worst seats")
    notice.get_by_role("button", name="Load what was saved there").click()
    expect(page.locator("#plan-summary")).to_contain_text("222 places")


def test_problems_are_found_while_drawing_and_stop_the_publication(designer: DesignerPage) -> None:
    page = designer.page
    page.get_by_role("button", name="Stalls 2: 16 rows").click()
    designer.field("Rows are named").select_option("A list of my own")
    designer.field("Names, separated by commas").fill("A, A, B")
    button = page.get_by_role("button", name="problems")
    expect(button).to_be_visible()
    button.click()
    page.get_by_role("button", name="two rows are named A").click()
    expect(page.get_by_role("heading", name="Stalls 2")).to_be_visible()
    page.get_by_role("button", name="Publish …").click()
    expect(page.get_by_role("dialog")).to_contain_text("two rows are named A")
    expect(page.get_by_role("button", name="Publish version 1")).to_be_disabled()
    assert not PlanVersion.objects.exists()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="No problems")).to_be_visible()


def test_publishing_reminds_of_categories_that_still_have_the_usual_name(visitors: Visitors, carol: User) -> None:
    draft = json.dumps(template("concert_hall"))
    for number, name in enumerate(("Premium", "Comfort"), start=1):
        draft = draft.replace(f'"{name}"', f'"Category {number}"')
    designer = DesignerPage(visitors, carol, new_plan(carol, json.loads(draft)))
    page = designer.page
    place = 1 + [one["name"] for one in json.loads(draft)["categories"]].index("Category 2")
    expect(page.get_by_role("button", name="2 remarks")).to_be_visible()
    page.get_by_role("button", name="Publish …").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Buyers will read “Category 2”.")
    expect(page.get_by_role("button", name="Publish version 1")).to_be_enabled()
    dialog.get_by_role("listitem").filter(has_text="Category 2").get_by_role("button", name="Rename it").click()
    expect(page.get_by_label(f"Name of category {place}", exact=True)).to_be_focused()
    page.keyboard.type("Balcony")
    designer.press("Tab")
    page.get_by_role("button", name="Publish …").click()
    expect(dialog).to_contain_text("Buyers will read “Category 1”.")
    expect(dialog).not_to_contain_text("Category 2")


def test_the_designer_is_accessible_in_light_and_dark_and_fits_small_screens(
    visitors: Visitors, designer: DesignerPage, carol: User
) -> None:
    page = designer.page
    page.get_by_role("button", name="Stalls 2: 16 rows").click()
    check_page(page)
    page.set_viewport_size(DESKTOP)
    designer.tool("Mark seats")
    page.get_by_role("button", name="◐ Restricted view").click()
    assert_accessible(page)
    page.get_by_role("button", name="Help").click()
    assert_accessible(page)
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 820, "height": 1000})
    page.get_by_role("button", name="Properties").click()
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")  # the focus never scrolls the page
    assert_fits(page)
    assert_accessible(page)

    fresh = DesignerPage(visitors, carol, new_plan(carol, name="Another"))
    expect(fresh.page.get_by_role("dialog")).to_contain_text("How do you want to start?")
    assert_accessible(fresh.page)


def test_on_a_phone_the_plan_is_renamed_and_published(visitors: Visitors, carol: User) -> None:
    designer = DesignerPage(visitors, carol, new_plan(carol, template("cinema")), viewport=PHONE, has_touch=True)
    page = designer.page
    expect(page.get_by_text("Drawing wants a larger screen.")).to_be_visible()
    page.get_by_role("button", name="Rename").tap()
    page.get_by_label("Name of the plan").fill("Screen 1")
    page.get_by_role("dialog").get_by_role("button", name="Rename").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Screen 1")
    page.get_by_role("button", name="Publish …").tap()
    page.get_by_role("button", name="Publish version 1").tap()
    expect(page.get_by_role("dialog")).to_contain_text("Version 1 is published.")
    designer.plan.refresh_from_db()
    assert designer.plan.name == "Screen 1"
    assert PlanVersion.objects.get().document["name"] == "Screen 1"
