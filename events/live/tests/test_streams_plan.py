"""The live feed of an event with a seating plan: seats by their names, and another version of the plan."""

import copy
from typing import Any

import pytest

from conftest import HALL
from events.inventory.blocking import block_seats
from events.lifecycle.change import change_event
from events.live.loading import live_subsections

pytestmark = pytest.mark.django_db(transaction=True)
STALLS: dict[str, Any] = {"section": "Parkett links", "subsection": 1}


@pytest.fixture
def watcher(server, opera):
    """A WebSocket of the opera."""
    with server.socket(f"/ws/event/{opera.pk}") as socket:
        yield socket


def test_seats_are_named_as_people_see_them(server, watcher, opera, carol):
    rows = watcher.expect("snapshot")["sections"]
    assert [row["kind"] for row in rows] == ["drawn", "drawn", "drawn", "standing"]
    assert rows[0]["tiers"] == [{"tier": "Stalls", "price": 5000}, {"tier": "Balcony", "price": 3000}]
    watcher.send(type="watch", **STALLS)
    assert watcher.expect("seats")["seats"] == "a" * 25 + "b"
    block_seats(event_id=opera.pk, seller=carol, **STALLS, seats=["C-8", "A-1"])
    assert watcher.expect("seats_changed")["seats"] == {"C-8": "blocked", "A-1": "blocked"}
    with server.socket(f"/ws/event/{opera.pk}") as other:
        other.expect("snapshot")
        other.send(type="watch", **STALLS)
        other.expect("seats")
        watcher.send(type="selecting", **STALLS, seats=["A-3", "A-5"])
        assert other.expect("selecting")["seats"] == ["A-3", "A-5"]
        watcher.send(type="selecting", **STALLS, seats=["Z-1"])
        assert watcher.expect("error")["type"] == "error"


def test_new_prices_of_categories_reach_viewers(watcher, opera, carol):
    watcher.expect("snapshot")
    change_event(event_id=opera.pk, seller=carol, prices={"Balcony": 3500})
    updated = watcher.expect("event_updated")
    assert updated["prices"] == {"Stalls": 5000, "Balcony": 3500, "Tables": 4000, "Standing": 1500}
    assert (updated["geometry"], updated["release_companion_seats"]) == (opera.geometry, False)


def test_viewers_learn_of_another_version_of_the_plan(server, watcher, opera, carol, new_plan_version):
    document = copy.deepcopy(HALL)
    document["sections"][0]["subsections"][1]["grid"]["rows"] = 3
    version = new_plan_version(document, plan=opera.plan_version.plan)
    watcher.expect("snapshot")
    watcher.send(type="watch")
    for _ in range(4):
        watcher.expect("seats")
    change_event(event_id=opera.pk, seller=carol, plan_version=version.pk)
    assert watcher.expect("event_updated")["geometry"] == f"/api/geometry/{version.digest}"
    block_seats(event_id=opera.pk, seller=carol, section="Parkett links", subsection=2, seats=["C-1"])
    changed = watcher.expect("seats_changed")
    while "C-1" not in changed["seats"]:
        changed = watcher.expect("seats_changed")
    assert changed["available"] == 29
    with server.socket(f"/ws/event/{opera.pk}") as other:
        assert [row["total"] for row in other.expect("snapshot")["sections"]] == [26, 30, 14, 12]


def test_a_plan_needs_one_more_query_than_rows_and_seats(opera, concert, django_assert_num_queries):
    with django_assert_num_queries(1):
        live_subsections(concert)
    with django_assert_num_queries(2):
        live_subsections(opera)
