"""Wheelchair places: set in the seating configuration, and shown where there are some."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError
from rest_framework.test import APIClient

from accounts.models import User
from core.errors import BadInput
from events.inventory.blocking import block_seats
from events.models import Event, Subsection
from events.seating.configuration import MAX_ACCESSIBLE, read_seating

ClientOf = Callable[[User | None], APIClient]
MARKED = {"name": "A", "price": 5000, "subsections": 2, "accessible": ["2-3", "1-1"]}
PLAIN = {"name": "B", "price": 2000, "subsections": 1}


@pytest.fixture
def event(new_event: Callable[..., Event]) -> Event:
    """An event with two subsections of 2 × 3 seats with two wheelchair places each, and one subsection without."""
    return new_event([MARKED, PLAIN], rows=2, cols=3)


def test_each_subsection_of_the_section_has_the_wheelchair_places(event: Event) -> None:
    rows = Subsection.objects.filter(event=event).values_list("section", "number", "accessible")
    assert list(rows) == [("A", 1, [0, 5]), ("A", 2, [0, 5]), ("B", 1, [])]
    assert event.seating_config["sections"] == [MARKED, PLAIN]


def seating_of(accessible: Any) -> Any:
    sections = [{"name": "A", "price": 1, "subsections": 1, "accessible": accessible}]
    return read_seating({"rows": 50, "cols": 30, "sections": sections}, max_seats=10_000)


@pytest.mark.parametrize(
    ("accessible", "problems"),
    [
        ("1-1", {"": "invalid"}),
        (None, {"": "invalid"}),
        ({"1-1": True}, {"": "invalid"}),
        (["1-1", 7, "51-1", "1-31", "x", "0-1"], {f".{index}": "invalid" for index in range(1, 6)}),
        (["1-1", "1-2", "1-1"], {".2": "duplicate"}),
        (["1-1"] * (MAX_ACCESSIBLE + 1), {"": "too_many"}),
    ],
)
def test_a_bad_list_names_each_bad_seat(accessible: Any, problems: dict[str, str]) -> None:
    with pytest.raises(BadInput) as refusal:
        seating_of(accessible)
    path = "seating_config.sections.0.accessible"
    assert {problem["field"]: problem["code"] for problem in refusal.value.extra["errors"]} == {
        f"{path}{place}": code for place, code in problems.items()
    }


def test_more_wheelchair_places_than_seats_are_refused() -> None:
    sections = [{"name": "A", "price": 1, "subsections": 1, "rows": 1, "cols": 1, "accessible": ["1-1", "1-1"]}]
    with pytest.raises(BadInput) as refusal:
        read_seating({"sections": sections}, max_seats=10)
    [problem] = refusal.value.extra["errors"]
    assert (problem["field"], problem["code"]) == ("seating_config.sections.0.accessible", "too_many")


def test_wheelchair_places_are_shown_only_where_there_are_some(event: Event, client_of: ClientOf) -> None:
    for path in ("", "/seatmap"):
        rows = client_of(None).get(f"/api/event/{event.pk}{path}").json()["sections"]
        assert [row.get("accessible") for row in rows] == [["1-1", "2-3"], ["1-1", "2-3"], None]
        assert "accessible" not in rows[2]


def test_the_seats_of_a_subsection_show_which_are_wheelchair_places(event: Event, client_of: ClientOf) -> None:
    marked = client_of(None).get(f"/api/event/{event.pk}/sections/A/subsection/1/seats").json()
    assert marked["accessible"] == ["1-1", "2-3"]
    assert [ticket.get("accessible") for ticket in marked["tickets"]] == [True, None, None, None, None, True]
    plain = client_of(None).get(f"/api/event/{event.pk}/sections/B/subsection/1/seats").json()
    assert "accessible" not in plain
    assert not any("accessible" in ticket for ticket in plain["tickets"])


def test_a_map_with_wheelchair_places_takes_two_queries(
    event: Event, client_of: ClientOf, django_assert_num_queries: Callable[[int], Any]
) -> None:
    with django_assert_num_queries(2):
        client_of(None).get(f"/api/event/{event.pk}/seatmap")


def test_the_response_to_blocking_shows_wheelchair_places(event: Event, carol: User, client_of: ClientOf) -> None:
    body = {"section": "A", "subsection": 1, "seat_positions": ["1-1"]}
    assert client_of(carol).post(f"/api/event/{event.pk}/block", body).json()["accessible"] == ["1-1", "2-3"]


def test_blocking_a_wheelchair_place_keeps_it_one(event: Event, carol: User) -> None:
    block_seats(event_id=event.pk, seller=carol, section="A", subsection=1, seats=["1-1"])
    assert Subsection.objects.get(event=event, section="A", number=1).accessible == [0, 5]


@pytest.mark.parametrize("positions", [[6], [-1], [0, 1, 100]])
def test_the_database_refuses_wheelchair_places_outside_the_subsection(event: Event, positions: list[int]) -> None:
    with pytest.raises(IntegrityError, match="subsection_accessible_in_block"):
        Subsection.objects.filter(event=event).update(accessible=positions)


def test_the_page_offers_wheelchair_places_only_where_there_are_some(
    event: Event, concert: Event, client_of: ClientOf
) -> None:
    page = client_of(None).get(f"/events/{event.pk}").content.decode()
    assert "data-accessible" in page
    assert 'id="places"' in page
    assert "Wheelchair place" not in client_of(None).get(f"/events/{concert.pk}").content.decode()
