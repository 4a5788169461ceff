"""A seller creates an event in the admin: with the table of sections or as text, at once or in the worker."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from conftest import PASSWORD
from e2e.tests.product import Product
from e2e.tests.test_every_page import assert_accessible, check_page
from e2e.tests.visitors import Visitors
from events.lifecycle.background_creation import LARGE
from events.models import Creation, Event, Subsection

ADD = "/admin/events/event/add/"


@pytest.fixture
def page(visitors: Visitors, carol: User) -> Page:
    """The form for a new event, opened by Carol."""
    page = visitors(carol, ADD)
    expect(page.locator(".totals")).to_contain_text("500 seats in 7 blocks")
    return page


def section(page: Page, number: int) -> Locator:
    return page.get_by_role("group", name=f"Section {number}", exact=True)


def field(page: Page, number: int, name: str) -> Locator:
    return section(page, number).get_by_label(name, exact=True)


def text_of(page: Page) -> dict[str, Any]:
    return json.loads(page.locator("#id_seating_config").input_value())


def texts(page: Page) -> list[str]:
    return page.locator(".builder svg text.name").all_text_contents()


def test_a_seller_signs_in_and_creates_an_event_with_three_tiers(visitors: Visitors, carol: User) -> None:
    page = visitors(path=f"/admin/login/?next={ADD}")
    page.get_by_label("Email").fill(carol.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("Name:", exact=True).fill("An opera")
    page.get_by_label("Place:").fill("The house")
    picture = page.get_by_role("img", name="Blocks in front of the stage")
    expect(picture.locator("g.block")).to_have_count(7)

    field(page, 1, "Name").fill("Boxes")
    field(page, 1, "Price").fill("250.5")
    field(page, 1, "Blocks").fill("3")
    expect(picture.locator("g.block")).to_have_count(8)
    expect(picture).to_have_accessible_name(re.compile(r"Boxes, VIP: 3 × 5 rows of 10 seats at \$250.50;"))
    expect(section(page, 1)).to_contain_text("150 seats, $37,575.00")
    expect(page.locator(".totals")).to_have_text("550 seats in 8 blocks. Revenue if sold out: $58,775.00.")

    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    event = Event.objects.get()
    assert (event.name, event.seller) == ("An opera", carol)
    rows = Subsection.objects.filter(event=event).values_list("section", "tier", "price", "total")
    assert set(rows) == {
        ("Boxes", "VIP", 25050, 50),
        ("Stalls", "Regular", 6500, 80),
        ("Balcony", "Economy", 3500, 80),
    }


def test_sections_are_added_moved_and_removed_by_keyboard(page: Page) -> None:
    page.get_by_role("button", name="Add a section").press("Enter")
    expect(field(page, 4, "Name")).to_be_focused()
    page.keyboard.type("Gallery")
    page.keyboard.press("Tab")
    page.keyboard.type("Standing")
    assert text_of(page)["sections"][3] == {
        "name": "Gallery",
        "tier": "Standing",
        "price": 3500,
        "subsections": 2,
        "rows": 5,
        "cols": 16,
    }
    up = section(page, 4).get_by_role("button", name="Move up")
    up.press("Enter")
    expect(section(page, 3).get_by_role("button", name="Move up")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#live-polite")).to_contain_text("Gallery is now section 2 of 4.")
    section(page, 1).get_by_role("button", name="Remove").press("Enter")
    expect(section(page, 1).get_by_role("button", name="Remove")).to_be_focused()
    assert [each["name"] for each in text_of(page)["sections"]] == ["Gallery", "Stalls", "Balcony"]
    expect(page.locator(".builder g.block")).to_have_count(7)
    assert "Gallery 1" in texts(page)


def test_table_and_text_stay_in_sync(page: Page) -> None:
    page.get_by_text("As text").click()
    config = {
        "rows": 4,
        "cols": 6,
        "sections": [{"name": "A", "price": 1999, "subsections": 1, "accessible": ["4-1", "4-2"], "note": {"x": [1]}}],
    }
    area = page.get_by_label("Seating:")
    area.fill(json.dumps(config))
    expect(field(page, 1, "Price")).to_have_value("19.99")
    expect(field(page, 1, "Rows")).to_have_value("4")
    expect(field(page, 1, "Accessible places")).to_have_value("4-1, 4-2")
    expect(page.locator(".totals")).to_contain_text("24 seats in 1 blocks")

    field(page, 1, "Accessible places").fill("4-3;4-4")
    field(page, 1, "Tier").fill("VIP")
    [written] = text_of(page)["sections"]
    assert (written["accessible"], written["tier"], written["rows"], written["note"]) == (
        ["4-3", "4-4"],
        "VIP",
        4,
        {"x": [1]},
    )

    area.fill("{")
    expect(page.get_by_text("can’t be shown as a table")).to_be_visible()
    expect(section(page, 1)).to_be_hidden()
    area.fill(json.dumps(config))
    expect(section(page, 1)).to_be_visible()


def test_prices_follow_the_decimals_of_the_currency(page: Page) -> None:
    page.get_by_label("Currency:").fill("JPY")
    assert text_of(page)["sections"][0]["price"] == 120
    field(page, 1, "Price").fill("120.5")
    expect(section(page, 1)).to_contain_text("Price: enter a number like 4500.")
    page.get_by_label("Currency:").fill("KWD")
    assert text_of(page)["sections"][0]["price"] == 120_500


def test_mistakes_are_shown_at_their_row_before_anything_is_sent(page: Page) -> None:
    page.get_by_label("Name:", exact=True).fill("An opera")
    field(page, 2, "Name").fill("Balcony")
    field(page, 2, "Price").fill("45,00")
    expect(section(page, 2)).to_contain_text("Price: enter a number like 45.00.")
    expect(section(page, 3)).to_contain_text("Name: another section is already named Balcony.")
    field(page, 1, "Accessible places").fill("6-1")
    expect(section(page, 1)).to_contain_text("there is no seat 6-1")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(field(page, 1, "Accessible places")).to_be_focused()
    assert page.url.endswith(ADD) and not Event.objects.exists()

    field(page, 1, "Accessible places").fill("")
    field(page, 2, "Price").fill("45")
    field(page, 2, "Name").fill("Stalls")
    field(page, 3, "Rows").fill("999999")
    expect(page.locator(".totals")).to_have_text("At most 200,000 seats are allowed.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Add a section")).to_be_focused()
    assert not Event.objects.exists()


def test_errors_of_the_server_are_shown_at_their_row_until_it_is_changed(page: Page) -> None:
    page.get_by_label("Name:", exact=True).fill("An opera")
    page.get_by_label("Place:").fill("The house")
    field(page, 2, "Name").fill("Stalls\u200b")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(section(page, 2)).to_contain_text("Please remove the invisible character U+200B")
    expect(field(page, 2, "Name")).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".errorlist li")).to_have_count(0)
    field(page, 2, "Name").fill("Stalls")
    expect(field(page, 2, "Name")).not_to_have_attribute("aria-invalid", "true")


def test_without_scripts_the_text_creates_the_event(visitors: Visitors, carol: User) -> None:
    page = visitors(carol, ADD, java_script_enabled=False)
    page.get_by_label("Name:", exact=True).fill("A play")
    page.get_by_label("Place:").fill("The barn")
    expect(page.get_by_label("Seating:")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    assert Event.objects.get().name == "A play"


def test_a_large_event_is_created_in_the_worker_while_the_page_waits(page: Page, shop: Product, concert: Event) -> None:
    page.get_by_label("Name:", exact=True).fill("A festival")
    page.get_by_label("Place:").fill("The field")
    field(page, 1, "Blocks").fill(str(LARGE // 50))
    expect(page.get_by_text("created in the background")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_attribute("max", str(LARGE + 400))
    assert_accessible(page)
    with shop.worker():
        page.wait_for_url("**/change/")
    expect(page.get_by_text("A festival: all 50,400 seats have been created.")).to_be_visible()
    assert Creation.objects.get().event == Event.objects.exclude(pk=concert.pk).get()


def test_the_form_is_accessible_and_fits_a_phone(visitors: Visitors, carol: User) -> None:
    page = visitors(carol, ADD)
    expect(page.locator(".builder g.block")).to_have_count(7)
    field(page, 1, "Price").fill("x")
    check_page(page)


def test_a_copy_opens_in_the_table(visitors: Visitors, carol: User, new_event: Callable[..., Event]) -> None:
    original = new_event([{"name": "Nave", "price": 1250, "subsections": 2, "tier": "Pew"}], name="Vespers")
    page = visitors(carol, f"/admin/events/event/{original.pk}/change/")
    page.get_by_role("link", name="Copy").click()
    expect(page.get_by_label("Name:", exact=True)).to_have_value("Vespers")
    expect(field(page, 1, "Price")).to_have_value("12.50")
    expect(page.locator(".builder g.block")).to_have_count(2)
