"""Venues of sellers, and events that are put on in them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from core.clock import database_now
from events.models import Event
from events.venue_models import Venue
from events.venues.write import add_venue

HALL = {
    "name": "Philharmonie",
    "address": "Herbert-von-Karajan-Straße 1, 10785 Berlin",
    "country": "DE",
    "time_zone": "Europe/Berlin",
    "latitude": 52.51,
    "longitude": 13.369722,
    "accessibility": "Ramp at the side entrance.",
}
SEATS = {"sections": [{"name": "A", "price": 5000, "subsections": 1, "rows": 2, "cols": 5}]}
Api = Callable[[User], APIClient]


def new_body(**fields: Any) -> dict[str, Any]:
    return {"name": "Ninth", "description": "", "seating_config": SEATS, **fields}


def problems(response: Any) -> set[tuple[str, str]]:
    assert response.status_code == 400, response.content
    return {(each["field"], each["code"]) for each in response.json()["errors"]}


def test_a_seller_adds_reads_changes_and_removes_a_venue(client_of: Api, carol: User) -> None:
    seller = client_of(carol)
    made = seller.post("/api/venue", HALL, format="json")
    assert made.status_code == 201
    venue_id = made.json()["id"]
    assert made["Location"] == f"/api/venue/{venue_id}"
    assert made.json() == {"id": venue_id, **HALL}
    assert seller.get("/api/venue").json()["results"] == [made.json()]
    nowhere = {"address": "", "latitude": None, "longitude": None}
    changed = seller.patch(f"/api/venue/{venue_id}", nowhere, format="json")
    assert changed.json() == {**made.json(), **nowhere}
    assert seller.delete(f"/api/venue/{venue_id}").status_code == 204
    assert seller.get(f"/api/venue/{venue_id}").status_code == 404


def test_a_venue_keeps_a_zone_that_no_other_can_get(client_of: Api, seller_client: Any, carol: User) -> None:
    old = Venue.objects.create(seller=carol, name="Old hall", time_zone="EST5EDT")
    url = f"/api/venue/{old.pk}"
    assert client_of(carol).patch(url, {"name": "Hall", "time_zone": "EST5EDT"}, format="json").status_code == 200
    page = f"/admin/events/venue/{old.pk}/change/"
    assert seller_client.post(page, {"name": "Great hall", "time_zone": "EST5EDT"}).status_code == 302
    old.refresh_from_db()
    assert (old.name, old.time_zone) == ("Great hall", "EST5EDT")
    assert problems(client_of(carol).patch(url, {"time_zone": "CET"}, format="json")) == {("time_zone", "unknown")}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"name": "\u200b"}, {("name", "invisible")}),
        ({"time_zone": "Mars/Olympus"}, {("time_zone", "unknown")}),
        ({"time_zone": "../../etc/passwd"}, {("time_zone", "unknown")}),
        ({"time_zone": "EST5EDT"}, {("time_zone", "unknown")}),
        ({"country": "de"}, {("country", "unknown")}),
        ({"country": "ZZ"}, {("country", "unknown")}),
        ({"latitude": 90.1}, {("latitude", "max_value")}),
        ({"longitude": -181}, {("longitude", "min_value")}),
        ({"latitude": "52.5"}, {("latitude", "invalid")}),
        ({"latitude": None}, {("latitude", "required")}),
        ({"zone": "Europe/Berlin"}, {("zone", "unknown")}),
        ({"id": 1}, {("id", "unknown")}),
    ],
)
def test_bad_venues_are_refused_with_the_field(
    client_of: Api, carol: User, fields: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    assert problems(client_of(carol).post("/api/venue", {**HALL, **fields}, format="json")) == expected
    assert not Venue.objects.exists()


def test_venues_are_seen_and_changed_only_by_their_seller(
    client_of: Api, new_user: Callable[..., User], alice: User, hall: Venue
) -> None:
    other = new_user("oscar", role="seller")
    path = f"/api/venue/{hall.pk}"
    for user, status in ((alice, 403), (other, 404)):
        client = client_of(user)
        assert client.get(path).status_code == status
        assert client.patch(path, {"name": "Mine"}, format="json").status_code == status
        assert client.delete(path).status_code == status
    assert APIClient().get("/api/venue").status_code == 401
    assert client_of(other).get("/api/venue").json()["count"] == 0


def test_an_event_takes_name_and_zone_of_its_venue(client_of: Api, carol: User, hall: Venue) -> None:
    body = new_body(venue_id=hall.pk, starts_at="2027-05-01T19:30:00+02:00")
    event = client_of(carol).post("/api/event", body, format="json").json()
    assert (event["venue_id"], event["venue_name"]) == (hall.pk, "Philharmonie")
    assert event["time_zone"] == "Europe/Berlin"
    assert event["starts_at"] == "2027-05-01T17:30:00Z"
    assert event["starts_at_local"] == "2027-05-01T19:30:00+02:00"
    assert event["venue"]["name"] == "Philharmonie"
    assert Event.objects.get().starts_at_local == datetime(2027, 5, 1, 19, 30)


def test_an_event_with_a_name_alone_has_utc_or_the_zone_that_is_sent(client_of: Api, carol: User) -> None:
    seller = client_of(carol)
    plain = seller.post("/api/event", new_body(venue_name="Cellar"), format="json").json()
    assert (plain["venue_id"], plain["venue"], plain["time_zone"]) == (None, None, "UTC")
    zoned = seller.post("/api/event", new_body(venue_name="Cellar", time_zone="Asia/Kathmandu"), format="json").json()
    assert zoned["time_zone"] == "Asia/Kathmandu"


def test_bad_places_are_refused_with_the_field(
    client_of: Api, carol: User, new_user: Callable[..., User], hall: Venue
) -> None:
    foreign = add_venue(seller=new_user("oscar", role="seller"), name="Bar", time_zone="UTC")
    seller = client_of(carol)

    def refused(**fields: Any) -> set[tuple[str, str]]:
        return problems(seller.post("/api/event", new_body(**fields), format="json"))

    assert refused() == {("venue_name", "required")}
    assert refused(venue_id=None) == {("venue_name", "required")}
    assert refused(venue_id=foreign.pk) == {("venue_id", "unknown")}
    assert refused(venue_id=2**62) == {("venue_id", "unknown")}
    assert refused(venue_id=hall.pk, time_zone="Europe/Paris") == {("time_zone", "invalid")}
    assert refused(venue_name="Cellar", time_zone="Mars/Olympus") == {("time_zone", "unknown")}
    assert not Event.objects.exists()


def test_an_event_moves_into_a_venue_and_leaves_it(client_of: Api, carol: User, concert: Event, hall: Venue) -> None:
    seller, path = client_of(carol), f"/api/event/{concert.pk}"
    moved = seller.patch(path, {"venue_id": hall.pk}, format="json").json()
    assert (moved["venue_name"], moved["time_zone"]) == ("Philharmonie", "Europe/Berlin")
    assert problems(seller.patch(path, {"time_zone": "UTC"}, format="json")) == {("time_zone", "invalid")}
    left = seller.patch(path, {"venue_id": None, "venue_name": "Park", "time_zone": "UTC"}, format="json").json()
    assert (left["venue_id"], left["venue_name"], left["time_zone"]) == (None, "Park", "UTC")


def test_a_new_name_reaches_events_to_come_and_their_holders(
    client_of: Api, carol: User, alice: User, hall: Venue, new_event: Callable[..., Event],
    paid_booking: Callable[..., Booking],
) -> None:  # fmt: skip
    coming = new_event(venue_id=hall.pk, venue_name="Philharmonie")
    special = new_event(venue_id=hall.pk, venue_name="Philharmonie, foyer")
    over = new_event(venue_id=hall.pk, venue_name="Philharmonie", starts_at=database_now() - timedelta(days=3))
    paid_booking(event=coming, buyer=alice)
    before = APIClient().get(f"/api/event/{coming.pk}")["ETag"]
    client_of(carol).patch(f"/api/venue/{hall.pk}", {"name": "Großer Saal"}, format="json")
    names = [Event.objects.get(pk=event.pk).venue_name for event in (coming, special, over)]
    assert names == ["Großer Saal", "Philharmonie, foyer", "Philharmonie"]
    assert EmailMessage.objects.filter(kind="event_changed", event_id=coming.pk).count() == 1
    after = APIClient().get(f"/api/event/{coming.pk}", headers={"If-None-Match": before})
    assert after.status_code == 200 and after.json()["venue"]["name"] == "Großer Saal"


def test_a_venue_with_events_keeps_its_zone_and_stays(
    client_of: Api, carol: User, hall: Venue, new_event: Callable[..., Event]
) -> None:
    event = new_event(venue_id=hall.pk, venue_name="Philharmonie")
    seller, path = client_of(carol), f"/api/venue/{hall.pk}"
    for refused in (seller.patch(path, {"time_zone": "UTC"}, format="json"), seller.delete(path)):
        assert (refused.status_code, refused.json()["code"]) == (409, "venue_in_use")
    Event.objects.filter(pk=event.pk).update(starts_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert seller.patch(path, {"time_zone": "UTC"}, format="json").status_code == 200
    assert seller.delete(path).status_code == 409
