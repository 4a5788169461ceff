"""Creating an event with a seating plan, and changing its prices."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from events.lifecycle.background_creation import make_event, request_event
from events.models import Event, Layout, Subsection, Ticket
from events.plan_models import PlanVersion
from events.seating.plan_choice import PlanChoice
from events.venue_models import Venue

pytestmark = pytest.mark.django_db(transaction=True)
NewVersion = Callable[..., PlanVersion]
ClientOf = Callable[[User | None], APIClient]
PRICES = {"Stalls": 5000, "Balcony": 3000, "Tables": 4000, "Standing": 1500}


def body(version: PlanVersion | int, prices: Any = None, **fields: Any) -> dict[str, Any]:
    number = version if isinstance(version, int) else version.pk
    config = {"plan_version": number, "prices": PRICES if prices is None else prices}
    return {"name": "Opera", "description": "", "seating_config": config, **fields}


def problems(response: Any) -> dict[str, str]:
    assert response.status_code == 400, response.content
    return {problem["field"]: problem["code"] for problem in response.json()["errors"]}


def test_an_event_on_a_plan_has_its_venue_blocks_names_and_geometry(
    client_of: ClientOf, carol: User, new_plan_version: NewVersion
) -> None:
    version = new_plan_version()
    response = client_of(carol).post("/api/event", body(version), format="json")
    assert response.status_code == 201, response.content
    event = response.json()
    assert event["seating_config"] == {"plan_version": version.pk, "prices": PRICES}
    assert (event["plan_version"], event["geometry"]) == (version.pk, f"/api/geometry/{version.digest}")
    assert (event["venue_name"], event["time_zone"]) == ("Opera House", "Europe/Berlin")
    assert event["stats"] == {"available": 71, "reserved": 0, "sold": 0, "blocked": 1, "total": 72}
    rows = {(row["section"], row["subsection"]): row for row in event["sections"]}
    stalls = rows["Parkett links", 1]
    assert (stalls["kind"], stalls["rows"], stalls["cols"], stalls["price"]) == ("drawn", 4, 8, 3000)
    assert stalls["tiers"] == [{"tier": "Stalls", "price": 5000}, {"tier": "Balcony", "price": 3000}]
    assert stalls["accessible"] == ["A-1"]
    assert (rows["Floor", 1]["kind"], rows["Floor", 1]["total"]) == ("standing", 12)
    assert "tiers" not in rows["Floor", 1]
    assert client_of(None).get(f"/api/event/{event['id']}").json()["geometry"] == event["geometry"]


def test_the_seats_of_a_drawn_block_are_listed_by_their_names(client_of: ClientOf, opera: Event) -> None:
    path = f"/api/event/{opera.pk}/sections/Parkett%20links/subsection/1/seats"
    tickets = client_of(None).get(path).json()["tickets"]
    assert [(t["row"], t["seat"], t["row_label"], t["seat_label"], t["price"], t["status"]) for t in tickets[-2:]] == [
        (4, 6, "D", "7", 3000, "available"),
        (4, 7, "D", "8", 5000, "blocked"),
    ]
    assert tickets[0]["accessible"] is True
    floor = client_of(None).get(f"/api/event/{opera.pk}/sections/Floor/subsection/1/seats").json()["tickets"]
    assert (floor[11]["row"], floor[11]["seat"], floor[11]["row_label"], floor[11]["seat_label"]) == (1, 12, "", "")


@pytest.mark.parametrize("path", ["", "/seatmap"])
def test_events_on_plans_need_one_more_query(client_of: ClientOf, opera: Event, concert: Event, path: str) -> None:
    numbers = {}
    for event in (concert, opera):
        with CaptureQueriesContext(connection) as queries:
            client_of(None).get(f"/api/event/{event.pk}{path}")
        numbers[event.pk] = len(queries)
    assert numbers[opera.pk] == numbers[concert.pk] + 1


def test_seats_are_blocked_by_name(client_of: ClientOf, opera: Event, carol: User) -> None:
    block = {"section": "Cabaret", "subsection": 1, "seat_positions": ["T2-1", "T2-6"]}
    client = client_of(carol)
    assert client.post(f"/api/event/{opera.pk}/block", block, format="json").status_code == 200
    assert Subsection.objects.get(section="Cabaret").seat_status == "aaaabaaaabaaaa"
    taken = client.post(f"/api/event/{opera.pk}/block", block | {"seat_positions": ["T2-6", "T1-1"]}, format="json")
    assert (taken.status_code, taken.json()["seats"]) == (409, ["T2-6"])
    unknown = client.post(f"/api/event/{opera.pk}/block", block | {"seat_positions": ["T2-7"]}, format="json")
    assert problems(unknown) == {"seat_positions.0": "invalid"}


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ({**PRICES, "Loge": 1}, {"seating_config.prices.Loge": "unknown"}),
        ({"Stalls": 1}, {f"seating_config.prices.{name}": "required" for name in ("Balcony", "Tables", "Standing")}),
        ({**PRICES, "Stalls": -1}, {"seating_config.prices.Stalls": "invalid"}),
        ({**PRICES, "Stalls": "9"}, {"seating_config.prices.Stalls": "invalid"}),
        ({**PRICES, "Stalls": 1.5}, {"seating_config.prices.Stalls": "invalid"}),
        ({**PRICES, "Stalls": True}, {"seating_config.prices.Stalls": "invalid"}),
        ({**PRICES, "Stalls": 10**9}, {"seating_config.prices.Stalls": "invalid"}),
        ([], {"seating_config.prices": "invalid"}),
        ({}, {f"seating_config.prices.{name}": "required" for name in PRICES}),
    ],
)
def test_each_category_with_places_needs_a_price(
    client_of: ClientOf, carol: User, new_plan_version: NewVersion, prices: Any, expected: dict[str, str]
) -> None:
    response = client_of(carol).post("/api/event", body(new_plan_version(), prices), format="json")
    assert problems(response) == expected
    assert not Event.objects.exists()
    assert not Layout.objects.exists()


@pytest.mark.parametrize("version", [0, -1, "1", 1.0, True, None, 10**9, 2**63, [], {}])
def test_a_version_that_does_not_exist_is_refused(client_of: ClientOf, carol: User, version: Any) -> None:
    sent = {**body(1), "seating_config": {"plan_version": version, "prices": PRICES}}
    assert set(problems(client_of(carol).post("/api/event", sent, format="json"))) == {"seating_config.plan_version"}


def test_members_of_both_forms_can_not_be_mixed(client_of: ClientOf, carol: User, new_plan_version: NewVersion) -> None:
    sent = body(new_plan_version())
    sent["seating_config"]["rows"] = 5
    assert problems(client_of(carol).post("/api/event", sent, format="json")) == {"seating_config.rows": "unknown"}


def test_a_plan_of_somebody_else_or_of_another_venue_is_refused(
    client_of: ClientOf, carol: User, dave: User, new_plan_version: NewVersion
) -> None:
    version = new_plan_version()
    for venue_id in (Venue.objects.create(seller=dave, name="His", time_zone="UTC").pk, None):
        response = client_of(dave).post("/api/event", body(version, venue_id=venue_id), format="json")
        assert set(problems(response)) <= {"seating_config.plan_version", "venue_id"}
    other = Venue.objects.create(seller=carol, name="Other", time_zone="UTC")
    response = client_of(carol).post("/api/event", body(version, venue_id=other.pk), format="json")
    assert problems(response) == {"venue_id": "invalid"}
    assert not Event.objects.exists()


def test_a_whole_table_must_fit_into_a_booking(
    client_of: ClientOf, carol: User, opera: Event, new_plan_version: NewVersion
) -> None:
    client = client_of(carol)
    sent = body(new_plan_version(), max_tickets_per_booking=3)
    assert problems(client.post("/api/event", sent, format="json")) == {"max_tickets_per_booking": "min_value"}
    change = client.patch(f"/api/event/{opera.pk}", {"max_tickets_per_booking": 3}, format="json")
    assert problems(change) == {"max_tickets_per_booking": "min_value"}
    assert client.patch(f"/api/event/{opera.pk}", {"max_tickets_per_booking": 4}, format="json").status_code == 200


def test_prices_of_categories_change_in_all_their_blocks(client_of: ClientOf, carol: User, opera: Event) -> None:
    client = client_of(carol)
    changed = client.patch(f"/api/event/{opera.pk}", {"prices": {"Balcony": 6000}}, format="json").json()
    assert changed["seating_config"]["prices"] == {**PRICES, "Balcony": 6000}
    assert [(row["price"], row.get("tiers")) for row in changed["sections"]][:2] == [
        (5000, [{"tier": "Stalls", "price": 5000}, {"tier": "Balcony", "price": 6000}]),
        (6000, None),
    ]
    unknown = client.patch(f"/api/event/{opera.pk}", {"prices": {"Loge": 1}}, format="json")
    assert problems(unknown) == {"prices.Loge": "invalid"}
    dear = client.patch(f"/api/event/{opera.pk}", {"currency": "JPY", "prices": {"Balcony": 7000}}, format="json")
    assert dear.status_code == 200
    assert {row["price"] for row in dear.json()["sections"]} == {5000, 7000, 4000, 1500}


def test_a_large_plan_is_created_in_the_background(carol: User, new_plan_version: NewVersion) -> None:
    choice = PlanChoice(new_plan_version().pk, PRICES, 200_000)
    creation = request_event(seller=carol, asked_by=carol, seating=choice, name="Opera", description="")
    assert creation.total == 72
    event = make_event(creation_id=creation.pk)
    assert event is not None
    assert Ticket.objects.filter(event=event).count() == 72
    assert event.plan_version_id == choice.plan_version_id


def test_a_plan_with_more_places_than_an_event_may_have_is_refused(
    client_of: ClientOf, carol: User, new_plan_version: NewVersion, settings: Any
) -> None:
    version = new_plan_version()
    settings.MAX_SEATS_PER_EVENT = 71
    response = client_of(carol).post("/api/event", body(version), format="json")
    assert response.status_code == 400
    assert not Event.objects.exists()


def test_a_grid_stays_as_it_is_if_nothing_of_a_plan_is_sent(concert: Event) -> None:
    assert (concert.plan_version_id, concert.geometry, concert.geometry_digest) == (None, None, "")
    assert not Layout.objects.exists()
