"""Sellers upload a file with a seating plan, see what was understood, and make a plan of it."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.redis import client as redis_client
from events.plan_models import SeatingPlan
from events.plans.formats.files import MAX_BYTES
from events.plans.formats.tests.examples import hall as pretix_hall
from events.plans.formats.tests.test_files import BOMBS
from events.venues.plans import add_plan, publish_plan
from events.venues.write import add_venue

IMPORT = "/admin/events/seatingplan/import/"
CHECK = f"{IMPORT}check/"


@pytest.fixture
def hall(carol):
    return add_venue(seller=carol, name="Philharmonie", time_zone="Europe/Berlin")


def upload(browser, hall, content, name="old-mill.json", **fields):
    file = SimpleUploadedFile(name, content if isinstance(content, bytes) else json.dumps(content).encode())
    return browser.post(IMPORT, {"venue": hall.pk, "file": file} | fields)


def token_on(page):
    return page.context["form"].initial["token"]


def mistaken(**members):
    data = pretix_hall()
    data["zones"][0]["rows"][0]["seats"][0].update(members)
    return data


def test_a_file_becomes_a_draft_after_its_picture_was_seen(seller_client, hall):
    assert "Import from a file" in seller_client.get("/admin/events/seatingplan/").text
    assert f'<option value="{hall.pk}" selected>' in seller_client.get(f"{IMPORT}?venue={hall.pk}").text
    response = upload(seller_client, hall, pretix_hall())
    assert (response.status_code, response["Location"]) == (302, CHECK)
    page = seller_client.get(CHECK)
    assert "2 sections, 2 blocks, 139 seats" in page.text
    assert page.text.count('class="plan-picture"') == 1
    assert "The ids of seats" in page.text
    assert not SeatingPlan.objects.exists()

    made = seller_client.post(CHECK, {"name": "Winter", "token": token_on(page)})
    plan = SeatingPlan.objects.get()
    assert made["Location"] == f"/admin/events/seatingplan/{plan.pk}/change/"
    assert (plan.venue, plan.name, plan.draft["name"]) == (hall, "Winter", "Old Mill")
    assert LogEntry.objects.get().get_change_message() == "Imported from old-mill.json."
    assert seller_client.get(CHECK)["Location"] == IMPORT


def test_a_table_becomes_a_draft(seller_client, hall):
    table = "section;subsection;row;seat;x;y;category;kind\nParkett;1;A;1;0;0;Stalls;wheelchair\n"
    upload(seller_client, hall, table.encode(), "Kino.csv")
    page = seller_client.get(CHECK)
    assert 'value="Kino"' in page.text
    assert "Wheelchair place: 1" in page.text


def test_proposals_are_shown_before_they_are_followed(seller_client, hall):
    upload(seller_client, hall, mistaken(seat_number="1-2"))
    page = seller_client.get(CHECK)
    assert "<code>zones.0.rows.0.seats.0.seat_number</code>" in page.text
    assert "how they are solved" in page.text
    seller_client.post(CHECK, {"name": "Hall", "token": token_on(page)})
    assert SeatingPlan.objects.exists()


def test_a_file_that_cannot_be_read_stores_nothing_and_names_the_place(seller_client, hall):
    page = upload(seller_client, hall, mistaken(position="left"))
    assert page.status_code == 200
    assert "<code>zones.0.rows.0.seats.0.position</code>" in page.text
    assert set(page.context["form"].errors) == {"file"}
    assert not redis_client().exists(*[f"plan-file:{hall.seller_id}"])


@pytest.mark.parametrize("content", BOMBS.values(), ids=BOMBS)
def test_what_is_no_seating_plan_is_an_error_of_the_form(seller_client, hall, content):
    page = upload(seller_client, hall, content)
    assert page.status_code == 200
    assert set(page.context["form"].errors) == {"file"}


def test_a_file_far_above_the_limit_is_refused_before_it_is_read(seller_client, hall):
    assert upload(seller_client, hall, b" " * (2 * MAX_BYTES)).status_code == 413


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"venue": ""}, {"venue"}),
        ({"venue": "999999"}, {"venue"}),
        ({"file": ""}, {"file"}),
        ({"unit_cm": "0"}, {"unit_cm"}),
    ],
)
def test_bad_input_is_shown_at_its_field(seller_client, hall, fields, errors):
    assert set(upload(seller_client, hall, pretix_hall(), **fields).context["form"].errors) == errors


def test_markup_in_a_file_is_text(seller_client, hall):
    data = mistaken(seat_number="<b>-")
    data["name"] = data["zones"][0]["name"] = "<script>alert(1)</script>"
    upload(seller_client, hall, data, "<i>.json")
    page = seller_client.get(CHECK).text
    assert "<script>alert" not in page
    assert "<b>" not in page


def test_a_plan_is_made_only_of_the_file_that_was_seen(seller_client, hall):
    upload(seller_client, hall, pretix_hall())
    seen = token_on(seller_client.get(CHECK))
    upload(seller_client, hall, mistaken(category="Box"))
    refused = seller_client.post(CHECK, {"name": "Hall", "token": seen}, follow=True)
    assert "another one was chosen since" in refused.text
    assert not SeatingPlan.objects.exists()


def test_a_name_that_is_taken_is_an_error_and_the_file_stays(seller_client, carol, hall):
    add_plan(venue_id=hall.pk, seller=carol, name="Hall")
    upload(seller_client, hall, pretix_hall())
    token = token_on(seller_client.get(CHECK))
    refused = seller_client.post(CHECK, {"name": "Hall", "token": token})
    assert "already has a seating plan of this name" in refused.text
    assert seller_client.post(CHECK, {"name": "Other", "token": token}).status_code == 302


def test_files_of_others_are_not_seen(seller_client, hall, dave):
    upload(seller_client, hall, pretix_hall())
    other = Client()
    other.force_login(dave)
    assert other.get(CHECK)["Location"] == IMPORT
    assert set(upload(other, hall, pretix_hall()).context["form"].errors) == {"venue"}


def test_versions_are_offered_for_export(seller_client, carol, hall):
    upload(seller_client, hall, pretix_hall())
    seller_client.post(CHECK, {"name": "Hall", "token": token_on(seller_client.get(CHECK))})
    plan = SeatingPlan.objects.get()
    version = publish_plan(plan_id=plan.pk, seller=carol)
    page = seller_client.get(f"/admin/events/seatingplan/{plan.pk}/change/").text
    assert f"/api/plan-version/{version.pk}/export?format=csv" in page
