"""A seller makes a seating plan of a file."""

import json

from playwright.sync_api import FilePayload, Page, expect

from accounts.models import User
from e2e.tests.test_every_admin_page import DJANGO_ISSUES
from e2e.tests.test_every_page import check_page
from e2e.tests.visitors import Visitors
from events.plan_models import SeatingPlan
from events.plans.formats.tests.examples import hall
from events.venues.write import add_venue


def choose(page: Page, name: str, content: str) -> None:
    """Choose a file and send it."""
    file: FilePayload = {"name": name, "mimeType": "application/json", "buffer": content.encode()}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Read the file").click()


def test_a_seller_sees_what_was_understood_of_a_file_and_makes_a_plan_of_it(visitors: Visitors, carol: User) -> None:
    add_venue(seller=carol, name="Old Mill", time_zone="Europe/Berlin")
    page = visitors(carol, path="/admin/events/seatingplan/")
    page.get_by_role("link", name="Import from a file").click()
    check_page(page, DJANGO_ISSUES)

    choose(page, "cut-off.json", json.dumps(hall())[:-100])
    expect(page.get_by_role("region", name="The file can’t be read as a plan")).to_be_visible()
    check_page(page, DJANGO_ISSUES)

    data = hall()
    data["zones"][0]["rows"][4]["seats"][1]["seat_number"] = "A-1"
    choose(page, "old-mill.json", json.dumps(data))
    expect(page.get_by_role("img", name="Old Mill: 139 places")).to_be_visible()
    expect(page.get_by_text("zones.0.rows.4.seats.1.seat_number")).to_be_visible()
    check_page(page, DJANGO_ISSUES)

    page.get_by_label("Name").fill("Winter season")
    page.get_by_role("button", name="Make the plan").click()
    expect(page.get_by_role("heading", level=1, name="Winter season")).to_be_visible()
    expect(page.get_by_role("img", name="Old Mill: 139 places")).to_be_visible()
    assert SeatingPlan.objects.get().draft["name"] == "Old Mill"
