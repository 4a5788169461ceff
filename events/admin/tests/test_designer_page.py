"""The page of the seating plan designer: who may open it, and what its script gets."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from events.plan_models import SeatingPlan
from events.plans.examples import templates
from events.venue_models import Venue

DRAFT = {"format": 1, "name": "</script><script>alert(1)</script>"}


@pytest.fixture
def plan(carol: User) -> SeatingPlan:
    venue = Venue.objects.create(seller=carol, name="The hall", time_zone="Europe/Berlin")
    return SeatingPlan.objects.create(venue=venue, name="Great Hall", draft=DRAFT, revision=3)


def page_of(plan: SeatingPlan) -> str:
    return f"/admin/events/seatingplan/{plan.pk}/designer/"


def data_of(text: str) -> dict[str, Any]:
    script = text.split('id="designer-data" type="application/json">')[1].split("</script>")[0]
    found: dict[str, Any] = json.loads(script)
    return found


def test_the_page_has_the_draft_its_revision_and_the_templates(seller_client, plan):
    response = seller_client.get(page_of(plan))
    data = data_of(response.text)
    assert json.loads(data["draft"]) == DRAFT
    assert (data["name"], data["revision"], data["versions"]) == ("Great Hall", 3, 0)
    assert data["address"] == f"/api/plan/{plan.pk}"
    assert [document["name"] for document in data["templates"]] == list(templates().values())
    assert "no-store" in response.headers["Cache-Control"]


def test_a_draft_cannot_end_the_script_element(seller_client, plan):
    assert "alert(1)</script>" not in seller_client.get(page_of(plan)).text


def test_only_the_seller_and_operators_can_open_it(plan, alice, dave, olga):
    def status(user: User) -> int:
        browser = Client()
        browser.force_login(user)
        return browser.get(page_of(plan)).status_code

    assert [status(user) for user in (olga, dave, alice)] == [200, 404, 302]


@pytest.mark.parametrize("row", ["0", "x", "%00", "9" * 30])
def test_an_unknown_plan_is_not_found(seller_client, row):
    assert seller_client.get(f"/admin/events/seatingplan/{row}/designer/").status_code == 404


def test_the_page_changes_nothing_and_takes_no_post(seller_client, plan):
    assert seller_client.post(page_of(plan), {"draft": "{}"}).status_code == 405
    plan.refresh_from_db()
    assert (plan.draft, plan.revision) == (DRAFT, 3)
