"""API views of one event: the event, the seats of a subsection, and the seat map."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bookings.holds.models import Booking
from events.models import Event, Subsection

ClientOf = Callable[[User | None], APIClient]


def test_anyone_can_read_an_event_with_its_sections(concert: Event, client_of: ClientOf) -> None:
    event = client_of(None).get(f"/api/event/{concert.pk}/").json()
    assert event["stats"]["total"] == 200
    rows = [(r["section"], r["subsection"], r["price"]) for r in event["sections"]]
    assert rows == [("A", 1, 5000), ("A", 2, 5000), ("B", 1, 2000), ("B", 2, 2000)]


def test_a_draft_is_found_only_by_its_seller_and_operators(
    new_event: Callable[..., Event], carol: User, dave: User, olga: User, client_of: ClientOf
) -> None:
    draft = new_event(draft=True)
    for path in ("", "/seatmap", "/sections/A/subsection/1/seats"):
        url = f"/api/event/{draft.pk}{path}"
        assert [client_of(user).get(url).status_code for user in (None, dave)] == [404, 404]
        assert [client_of(user).get(url).status_code for user in (carol, olga)] == [200, 200]


@pytest.mark.parametrize("event_id", ["0", "999999", "9" * 40, "x", "-1"])
def test_an_unknown_event_is_404_problem_json(db: None, client_of: ClientOf, event_id: str) -> None:
    response = client_of(None).get(f"/api/event/{event_id}")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_found"


def test_an_event_takes_two_queries(
    concert: Event, client_of: ClientOf, django_assert_num_queries: Callable[[int], Any]
) -> None:
    with django_assert_num_queries(2):
        client_of(None).get(f"/api/event/{concert.pk}")


def test_the_seats_of_a_subsection_come_in_row_order_from_the_front_left(
    concert: Event, alice: User, hold: Callable[..., Booking], client_of: ClientOf
) -> None:
    hold(alice, "1-2", "5-10")
    subsection = client_of(None).get(f"/api/event/{concert.pk}/sections/A/subsection/1/seats").json()
    tickets = subsection.pop("tickets")
    assert subsection == {
        "event_id": concert.pk,
        "section": "A",
        "subsection": 1,
        "kind": "grid",
        "tier": "Regular",
        "price": 5000,
        "rows": 5,
        "cols": 10,
        "version": 1,
        "total": 50,
        "available": 48,
        "reserved": 2,
        "sold": 0,
    }
    assert [(t["row"], t["seat"]) for t in tickets] == [(r, s) for r in range(1, 6) for s in range(1, 11)]
    assert [(t["row"], t["seat"]) for t in tickets if t["status"] == "reserved"] == [(1, 2), (5, 10)]
    keys = {"id", "section", "subsection", "row", "seat", "row_label", "seat_label", "price", "status"}
    assert set(tickets[0]) == keys
    assert (tickets[11]["row_label"], tickets[11]["seat_label"]) == ("2", "2")
    assert len({t["id"] for t in tickets}) == 50


@pytest.mark.parametrize("path", ["sections/A/subsection/3/seats", "sections/Z/subsection/1/seats"])
def test_an_unknown_subsection_is_404(concert: Event, client_of: ClientOf, path: str) -> None:
    assert client_of(None).get(f"/api/event/{concert.pk}/{path}").status_code == 404


def test_a_section_from_before_slashes_were_refused_can_be_read(
    new_event: Callable[..., Event], client_of: ClientOf
) -> None:
    event = new_event([{"name": "North", "price": 1, "subsections": 1}])
    Subsection.objects.filter(event=event).update(section="North/East")
    response = client_of(None).get(f"/api/event/{event.pk}/sections/North%2FEast/subsection/1/seats")
    assert response.status_code == 200
    assert response.json()["section"] == "North/East"


def test_the_map_has_one_letter_per_seat(
    concert: Event,
    alice: User,
    bob: User,
    hold: Callable[..., Booking],
    paid_booking: Callable[..., Booking],
    client_of: ClientOf,
) -> None:
    hold(alice, "1-1")
    paid_booking(bob, "1-3")
    seat_map = client_of(None).get(f"/api/event/{concert.pk}/seatmap").json()
    assert seat_map["event_id"] == concert.pk
    assert seat_map["stats"] == {"available": 198, "reserved": 1, "sold": 1, "blocked": 0, "total": 200}
    assert seat_map["sections"][0]["seats"] == "ras" + "a" * 47
    assert seat_map["sections"][0]["version"] == 3
    assert [len(row["seats"]) for row in seat_map["sections"]] == [50, 50, 50, 50]


def test_the_map_returns_304_until_something_changes(
    concert: Event, alice: User, hold: Callable[..., Booking], client_of: ClientOf
) -> None:
    url, client = f"/api/event/{concert.pk}/seatmap", client_of(None)
    tag = client.get(url)["ETag"]
    unchanged = client.get(url, headers={"If-None-Match": tag})
    assert (unchanged.status_code, unchanged.content, unchanged["ETag"]) == (304, b"", tag)
    hold(alice)
    changed = client.get(url, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed["ETag"] != tag


def test_a_map_of_fifty_thousand_seats_is_under_60_kb_compressed(
    new_event: Callable[..., Event], client_of: ClientOf
) -> None:
    sections = [{"name": name, "price": 1, "subsections": 10} for name in "ABCDEFGHIJ"]
    arena = new_event(sections, rows=25, cols=20)
    response = client_of(None).get(f"/api/event/{arena.pk}/seatmap", headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert len(response.content) < 60_000
    assert b"a" * 500 in gzip.decompress(response.content)
