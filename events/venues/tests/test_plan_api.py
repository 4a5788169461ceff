"""The API of seating plans."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts.models import User
from events.models import Event
from events.plan_models import PlanVersion, SeatingPlan
from events.venue_models import Venue
from events.venues.plan_api import MAX_BODY_BYTES
from events.venues.plans import MAX_DOCUMENT_BYTES, publish_plan, remove_plan
from events.venues.tests.documents import document

Api = Callable[[User | None], APIClient]
NewPlan = Callable[..., SeatingPlan]
JSON = "application/json"


@pytest.fixture
def seller(client_of: Api, carol: User) -> APIClient:
    return client_of(carol)


def problems(response: Any) -> set[tuple[str, str]]:
    assert response.status_code == 400, response.content
    return {(each["field"], each["code"]) for each in response.json()["errors"]}


def test_a_seller_adds_draws_publishes_and_removes_a_plan(seller: APIClient, hall: Venue) -> None:
    made = seller.post(f"/api/venue/{hall.pk}/plan", {"name": "Concert"}, format="json")
    plan = made.json()
    path = f"/api/plan/{plan['id']}"
    assert (made.status_code, made["Location"]) == (201, path)
    assert plan.keys() == {"id", "venue_id", "name", "revision", "draft", "versions", "updated_at"}
    assert (plan["venue_id"], plan["name"], plan["revision"], plan["draft"]) == (hall.pk, "Concert", 0, {})

    saved = seller.patch(path, {"name": "Opera", "draft": document(), "revision": 0}, format="json").json()
    assert (saved["name"], saved["revision"], saved["draft"]) == ("Opera", 1, document())
    published = seller.post(f"{path}/version", {"revision": 1}, format="json")
    version = published.json()
    assert (published.status_code, published["Location"]) == (201, f"/api/plan-version/{version['id']}")
    assert version.keys() == {"id", "number", "places", "created_at"}
    assert (version["number"], version["places"]) == (1, 6)
    assert seller.post(f"{path}/version").json() == version

    assert seller.get(path).json() == {**saved, "versions": [version]}
    (row,) = seller.get(f"/api/venue/{hall.pk}/plan").json()["results"]
    assert row == {name: value for name, value in seller.get(path).json().items() if name != "draft"}
    assert seller.delete(path).status_code == 204
    assert seller.get(path).status_code == 404


def test_a_version_is_read_with_its_document_and_its_geometry(
    seller: APIClient, client_of: Api, carol: User, new_plan: NewPlan
) -> None:
    plan = new_plan()
    version = publish_plan(plan_id=plan.pk, seller=carol)
    body = seller.get(f"/api/plan-version/{version.pk}").json()
    assert body.keys() == {"id", "plan_id", "number", "places", "created_at", "document", "geometry"}
    assert (body["plan_id"], body["number"], body["document"]) == (plan.pk, 1, document())
    assert body["geometry"] == f"/api/geometry/{version.digest}"
    geometry = client_of(None).get(body["geometry"])
    assert geometry.status_code == 200
    assert geometry.json()["format"] == 1


def test_two_windows_save_one_plan(seller: APIClient, new_plan: NewPlan) -> None:
    path = f"/api/plan/{new_plan().pk}"
    assert seller.patch(path, {"draft": {"from": "first"}, "revision": 0}, format="json").status_code == 200
    for change in ({"draft": {"from": "second"}}, {"name": "Second"}):
        late = seller.patch(path, {**change, "revision": 0}, format="json")
        assert (late.status_code, late.json()["code"], late.json()["revision"]) == (409, "plan_changed", 1)
    assert seller.post(f"{path}/version", {"revision": 0}, format="json").json()["code"] == "plan_changed"
    assert seller.get(path).json()["draft"] == {"from": "first"}


def test_a_plan_in_use_stays(seller: APIClient, carol: User, new_plan: NewPlan, concert: Event) -> None:
    plan = new_plan()
    version = publish_plan(plan_id=plan.pk, seller=carol)
    Event.objects.update(plan_version=version, geometry_digest=version.digest)
    refused = seller.delete(f"/api/plan/{plan.pk}")
    assert (refused.status_code, refused.json()["code"]) == (409, "plan_in_use")
    assert seller.delete(f"/api/venue/{plan.venue_id}").json()["code"] == "venue_in_use"


def test_plans_are_seen_and_changed_only_by_their_seller(
    client_of: Api, alice: User, dave: User, olga: User, carol: User, hall: Venue, new_plan: NewPlan
) -> None:
    plan = new_plan()
    version = publish_plan(plan_id=plan.pk, seller=carol)
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("get", f"/api/venue/{hall.pk}/plan", {}),
        ("post", f"/api/venue/{hall.pk}/plan", {"name": "Mine"}),
        ("get", f"/api/plan/{plan.pk}", {}),
        ("patch", f"/api/plan/{plan.pk}", {"name": "Mine", "revision": 0}),
        ("post", f"/api/plan/{plan.pk}/version", {}),
        ("get", f"/api/plan-version/{version.pk}", {}),
        ("delete", f"/api/plan/{plan.pk}", {}),
    ]
    for user, status in ((None, 401), (alice, 403), (dave, 404)):
        for method, path, body in calls:
            response = getattr(client_of(user), method)(path, body, **({} if method == "get" else {"format": "json"}))
            assert response.status_code == status, (method, path)
    assert list(SeatingPlan.objects.values_list("name", flat=True)) == ["Concert"]
    assert client_of(olga).get(f"/api/plan/{plan.pk}").status_code == 200


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {("revision", "required")}),
        ({"revision": 0}, {("", "invalid")}),
        ({"revision": "0", "draft": {}}, {("revision", "invalid")}),
        ({"revision": -1, "draft": {}}, {("revision", "min_value")}),
        ({"revision": 2**31, "draft": {}}, {("revision", "max_value")}),
        ({"revision": 0, "draft": []}, {("draft", "not_a_dict")}),
        ({"revision": 0, "draft": None}, {("draft", "null")}),
        ({"revision": 0, "draft": "{}"}, {("draft", "not_a_dict")}),
        ({"revision": 0, "name": ""}, {("name", "blank")}),
        ({"revision": 0, "name": "a" * 201}, {("name", "max_length")}),
        ({"revision": 0, "draft": {}, "venue_id": 1}, {("venue_id", "unknown")}),
        ({"revision": 0, "draft": {"a": "x\0"}}, {("draft.a", "null_characters_not_allowed")}),
    ],
)
def test_bad_changes_are_refused_with_the_field(
    seller: APIClient, new_plan: NewPlan, body: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    plan = new_plan()
    assert problems(seller.patch(f"/api/plan/{plan.pk}", body, format="json")) == expected
    assert SeatingPlan.objects.filter(name="Concert", revision=0).get().draft == document()


BAD_BODIES = {
    "not JSON": b'{"name": "A", "draft": {"a": }}',
    "NaN": b'{"name": "A", "draft": {"x": NaN}}',
    "infinity": b'{"name": "A", "draft": {"x": -Infinity}}',
    "a number over all bounds": b'{"name": "A", "draft": {"x": 1e999}}',
    "a number that grows when it is stored": b'{"name": "A", "draft": {"x": 1e308}}',
    "lists of depth 100,000": b'{"name": "A", "draft": {"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
    "lists of depth 21": b'{"name": "A", "draft": {"x": ' + b"[" * 21 + b"]" * 21 + b"}}",
    "objects of depth 500": b'{"name": "A", "draft": ' + b'{"x":' * 500 + b"1" + b"}" * 500 + b"}",
    "thousands of digits": b'{"name": "A", "draft": {"x": ' + b"9" * 5_000 + b"}}",
    "a member twice": b'{"name": "A", "draft": {"x": 1, "x": 2}}',
    "half a character": b'{"name": "A", "draft": {"x": "\\ud800"}}',
    "a list": b"[]",
}


@pytest.mark.parametrize("content", BAD_BODIES.values(), ids=BAD_BODIES)
def test_no_body_harms_the_database(seller: APIClient, hall: Venue, new_plan: NewPlan, content: bytes) -> None:
    plan = new_plan()
    as_check = content.replace(b'"name": "A", ', b"").replace(b'"draft"', b'"document"')
    as_change = content.replace(b'"name": "A"', b'"revision": 0')
    for response in (
        seller.post(f"/api/venue/{hall.pk}/plan", content, content_type=JSON),
        seller.patch(f"/api/plan/{plan.pk}", as_change, content_type=JSON),
        seller.post("/api/plan/check", as_check, content_type=JSON),
    ):
        assert (response.status_code, response.json()["code"]) == (400, "validation_error")
    assert list(SeatingPlan.objects.values_list("name", "revision")) == [("Concert", 0)]


def test_odd_but_valid_drafts_come_back_as_they_were(seller: APIClient, new_plan: NewPlan) -> None:
    plan = new_plan()
    draft = {"": 10**40, "-0": -0.0, "tiny": 6.123e-17, "third": 1 / 3, "deep": [[[[[{"a": None}]]]]], "é": "🎟"}
    path = f"/api/plan/{plan.pk}"
    assert seller.patch(path, {"draft": draft, "revision": 0}, format="json").json()["draft"] == draft
    assert seller.get(path).json()["draft"] == draft


# --- Size -----------------------------------------------------------------------------------------------------------


def test_plans_may_be_larger_than_other_bodies(seller: APIClient, hall: Venue, new_plan: NewPlan) -> None:
    plan = new_plan()
    draft = {"a": "x" * (MAX_DOCUMENT_BYTES - len('{"a":""}'))}
    path = f"/api/plan/{plan.pk}"
    assert seller.patch(path, {"draft": draft, "revision": 0}, format="json").status_code == 200
    assert seller.get(path).json()["draft"] == draft
    assert seller.post(f"/api/venue/{hall.pk}/plan/", {"name": "B", "draft": draft}, format="json").status_code == 201
    assert seller.post("/api/plan/check", {"document": draft}, format="json").status_code == 200


def test_the_size_of_a_body_has_a_limit_at_each_path(seller: APIClient, hall: Venue, new_plan: NewPlan) -> None:
    path = f"/api/plan/{new_plan().pk}"
    for method, address, limit in (
        (seller.patch, path, MAX_BODY_BYTES),
        (seller.post, f"/api/venue/{hall.pk}/plan", MAX_BODY_BYTES),
        (seller.post, "/api/plan/check/", MAX_BODY_BYTES),
        (seller.post, f"{path}/version", 1024 * 1024),
        (seller.post, "/api/venue", 1024 * 1024),
        (seller.post, "/api/nothing", 1024 * 1024),
    ):
        response = method(address, b" " * (limit + 1), content_type=JSON)
        assert (response.status_code, response.json()["code"]) == (413, "payload_too_large"), address
        assert f"{limit:,} bytes" in response.json()["detail"]


# --- Checking -------------------------------------------------------------------------------------------------------


def test_a_document_is_checked_while_it_is_drawn(seller: APIClient) -> None:
    good = seller.post("/api/plan/check", {"document": document()}, format="json").json()
    assert (good["places"], good["problems"]) == (6, [])
    assert good["geometry"]["format"] == 1
    bad = seller.post("/api/plan/check", {"document": {}}, format="json")
    assert (bad.status_code, bad.json()["places"], bad.json()["geometry"]) == (200, 0, None)
    assert bad.json()["problems"][0].keys() == {"field", "code", "detail"}
    assert bad.json()["problems"][0]["field"].startswith("document")
    assert not SeatingPlan.objects.exists()


def test_a_draft_with_mistakes_is_not_published(seller: APIClient, new_plan: NewPlan) -> None:
    refused = seller.post(f"/api/plan/{new_plan(draft={}).pk}/version")
    assert {field.partition(".")[0] for field, _ in problems(refused)} == {"document"}
    assert not PlanVersion.objects.exists()


# --- Geometry -------------------------------------------------------------------------------------------------------


def test_geometry_is_kept_for_a_year(client: Client, carol: User, new_plan: NewPlan) -> None:
    version = publish_plan(plan_id=new_plan().pk, seller=carol)
    plain = client.get(f"/api/geometry/{version.digest}")
    packed = client.get(f"/api/geometry/{version.digest}", headers={"Accept-Encoding": "gzip, br"})
    assert packed.content == bytes(version.geometry)
    assert gzip.decompress(packed.content) == plain.content
    assert (packed["Content-Encoding"], plain.get("Content-Encoding")) == ("gzip", None)
    for response in (plain, packed):
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response["Vary"] == "Accept, Accept-Encoding"
        assert response["Content-Type"] == "application/json"
        again = client.get(f"/api/geometry/{version.digest}", headers={"If-None-Match": response["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert plain["ETag"] == f'"{version.digest}"' != packed["ETag"]  # strong, so each has its own


def test_a_process_reads_a_geometry_once(
    client: Client, carol: User, new_plan: NewPlan, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    version = publish_plan(plan_id=new_plan().pk, seller=carol)
    for queries in (1, 0, 0):
        with django_assert_num_queries(queries):
            assert client.get(f"/api/geometry/{version.digest}").status_code == 200


@pytest.mark.parametrize("digest", ["a" * 64, "A" * 64, "a" * 63, "%00", "é", "9" * 1000])
def test_unknown_geometry_is_not_found_and_not_kept(client: Client, db: None, digest: str) -> None:
    response = client.get(f"/api/geometry/{digest}", headers={"If-None-Match": f'"{digest}"'.encode().decode("latin1")})
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert "max-age" not in response.get("Cache-Control", "") and "ETag" not in response


def test_geometry_can_be_published_after_it_was_asked_for(client: Client, carol: User, new_plan: NewPlan) -> None:
    plan = new_plan()
    version = publish_plan(plan_id=plan.pk, seller=carol)
    remove_plan(plan_id=plan.pk, seller=carol)
    assert client.get(f"/api/geometry/{version.digest}").status_code == 404
    publish_plan(plan_id=new_plan().pk, seller=carol)
    assert client.get(f"/api/geometry/{version.digest}").status_code == 200


def test_a_page_of_the_browsable_api_is_not_kept(seller: APIClient, carol: User, new_plan: NewPlan) -> None:
    version = publish_plan(plan_id=new_plan().pk, seller=carol)
    page = seller.get(f"/api/geometry/{version.digest}", headers={"Accept": "text/html"})
    assert page["Content-Type"].startswith("text/html")
    assert carol.email in page.content.decode()
    assert page["Cache-Control"] == "no-cache" and "ETag" not in page
    assert json.loads(seller.get(f"/api/geometry/{version.digest}").content)["format"] == 1
