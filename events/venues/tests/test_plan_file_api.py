"""The API reads seating plans in files, and gives versions as files."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from events.plan_models import SeatingPlan
from events.plans.formats.tests.examples import hall as pretix_hall
from events.plans.formats.tests.examples import seats_in_file
from events.venue_models import Venue
from events.venues.plan_api import MAX_BODY_BYTES
from events.venues.plans import add_plan, publish_plan
from events.venues.tests.documents import document

Api = Callable[[User | None], APIClient]
PATH = "/api/plan/import"


@pytest.fixture
def seller(client_of: Api, carol: User) -> APIClient:
    return client_of(carol)


def imported(seller: APIClient, content: str, **members: Any) -> dict[str, Any]:
    response = seller.post(PATH, {"content": content, **members}, format="json")
    assert response.status_code == 200, response.content
    body: dict[str, Any] = response.json()
    return body


def test_a_file_of_pretix_becomes_a_document(seller: APIClient) -> None:
    body = imported(seller, json.dumps(pretix_hall()))
    assert body.keys() == {"document", "places", "problems", "total_problems", "left_out"}
    assert (body["places"], body["problems"], body["total_problems"]) == (139, [], 0)
    assert body["document"]["unit_cm"] == 2
    assert seller.post("/api/plan/check", {"document": body["document"]}, format="json").json()["places"] == 139


def test_csv_becomes_a_document(seller: APIClient) -> None:
    csv = "section,subsection,row,seat,x,y,category,kind\nHall,1,A,1,0,0,Stalls,wheelchair\n"
    body = imported(seller, csv, format="csv")
    assert (body["places"], body["document"]["sections"][0]["name"]) == (1, "Hall")


def test_problems_have_their_places_and_proposals(seller: APIClient) -> None:
    data = pretix_hall()
    data["zones"][1]["rows"][0]["seats"][2]["seat_number"] = "2-3"
    body = imported(seller, json.dumps(data))
    (problem,) = body["problems"]
    assert problem["field"] == "zones.1.rows.0.seats.2.seat_number"
    assert problem.keys() == {"field", "code", "detail", "proposal"}
    assert body["places"] == 139
    data["zones"][1]["rows"][0]["seats"][2]["position"] = None
    body = imported(seller, json.dumps(data))
    assert (body["places"], body["document"], body["total_problems"]) == (0, None, 2)


def test_the_size_of_a_pixel_may_be_known(seller: APIClient) -> None:
    assert imported(seller, json.dumps(pretix_hall()), unit_cm=2.1)["document"]["unit_cm"] == 2.1


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({}, "content"),
        ({"content": 7}, "content"),
        ({"content": ""}, "content"),
        ({"content": "{}", "format": "svg"}, "format"),
        ({"content": "{}", "unit_cm": 0}, "unit_cm"),
        ({"content": "{}", "unit_cm": "2"}, "unit_cm"),
        ({"content": "{}", "name": "Hall"}, "name"),
    ],
)
def test_bad_bodies_are_refused(seller: APIClient, members: dict[str, Any], field: str) -> None:
    response = seller.post(PATH, members, format="json")
    assert response.status_code == 400
    assert [problem["field"] for problem in response.json()["errors"]] == [field]


def test_a_file_in_the_body_may_be_larger_than_other_bodies_but_not_endless(seller: APIClient) -> None:
    assert imported(seller, " " * 2_000_000 + json.dumps(pretix_hall()))["places"] == 139
    assert seller.post(PATH, {"content": " " * MAX_BODY_BYTES}, format="json").status_code == 413


def test_nothing_is_stored(seller: APIClient, hall: Venue) -> None:
    imported(seller, json.dumps(pretix_hall()))
    assert not SeatingPlan.objects.exists()


def test_a_version_is_downloaded_in_each_format(seller: APIClient, hall: Venue, carol: User) -> None:
    draft = imported(seller, json.dumps(pretix_hall()))["document"]
    plan = add_plan(venue_id=hall.pk, seller=carol, name="Große Halle", draft=draft)
    path = f"/api/plan-version/{publish_plan(plan_id=plan.pk, seller=carol).pk}/export"
    response = seller.get(path)
    assert response["Content-Disposition"] == 'attachment; filename="groe-halle-1.pretix.json"'
    assert response["Cache-Control"] == "private, no-store"
    assert seats_in_file(response.json()) == seats_in_file(pretix_hall())
    table = seller.get(path, {"format": "csv"}, headers={"Accept": "text/csv"})
    assert table["Content-Type"].startswith("text/csv")
    assert len(table.content.decode("utf-8-sig").splitlines()) == 140
    assert seller.get(path, {"format": "plan"}).json() == draft
    refused = seller.get(path, {"format": "svg"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "format")


def test_versions_of_others_are_not_exported(client_of: Api, hall: Venue, carol: User, dave: User) -> None:
    plan = add_plan(venue_id=hall.pk, seller=carol, name="Hall", draft=document())
    version = publish_plan(plan_id=plan.pk, seller=carol)
    assert client_of(dave).get(f"/api/plan-version/{version.pk}/export").status_code == 404
