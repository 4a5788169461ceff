"""The event list of the API: who sees which events, and its filters."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from core.clock import database_now
from events.catalog.selectors import events_on_offer
from events.catalog.words import with_words
from events.models import Event
from events.states import EventStatus

ClientOf = Callable[[User | None], APIClient]
NewEvent = Callable[..., Event]


def test_events_that_are_over_are_not_listed(new_event: NewEvent, client_of: ClientOf) -> None:
    now = database_now()
    new_event(name="a month ago", starts_at=now - timedelta(days=28))
    new_event(name="over", starts_at=now - timedelta(hours=3), ends_at=now - timedelta(seconds=1))
    new_event(name="going on", starts_at=now - timedelta(hours=3))
    new_event(name="coming", starts_at=now + timedelta(hours=1))
    new_event(name="undated")
    assert names(client_of(None)) == ["coming", "going on", "undated"]


def names(client: APIClient, query: str = "") -> list[str]:
    response = client.get(f"/api/event{query}")
    assert response.status_code == 200, response.content
    return sorted(event["name"] for event in response.json()["results"])


def cheap(price: int) -> list[dict[str, Any]]:
    return [{"name": "A", "price": price, "subsections": 1}]


@pytest.fixture
def programme(new_event: NewEvent) -> None:
    """One event in each status, and an inactive one."""
    for status in EventStatus:
        Event.objects.filter(pk=new_event(name=status.value).pk).update(status=status)
    new_event(name="inactive", is_active=False)


def test_the_public_list_shows_active_events_on_sale(programme: None, client_of: ClientOf) -> None:
    assert names(client_of(None)) == ["available"]


def test_the_public_list_of_a_seller_hides_drafts_and_inactive_events(
    programme: None, carol: User, dave: User, client_of: ClientOf
) -> None:
    public = ["available", "cancelled", "completed", "ended", "sold_out"]
    assert names(client_of(None), f"?seller_id={carol.pk}") == public
    assert names(client_of(dave), f"?seller_id={carol.pk}") == public
    assert names(client_of(None), f"?seller_id={dave.pk}") == []


def test_sellers_and_operators_see_drafts_too(programme: None, carol: User, olga: User, client_of: ClientOf) -> None:
    everything = sorted([*EventStatus.values, "inactive"])
    assert names(client_of(carol), f"?seller_id={carol.pk}") == everything
    assert names(client_of(olga), f"?seller_id={carol.pk}") == everything


@pytest.mark.parametrize("seller_id", ["x", "-1", "1.5", "9" * 30, "١"])
def test_a_seller_id_that_is_no_number_is_refused(db: None, client_of: ClientOf, seller_id: str) -> None:
    response = client_of(None).get("/api/event", {"seller_id": seller_id})
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "seller_id"


def test_words_venue_start_and_price_filter_the_list(new_event: NewEvent, client_of: ClientOf) -> None:
    new_event(cheap(1000), name="Jazz night", venue_name="Cellar", starts_at=datetime(2027, 1, 1, 20, tzinfo=UTC))
    new_event(
        cheap(9000),
        name="Opera",
        venue_name="House",
        starts_at=datetime(2027, 3, 1, 20, tzinfo=UTC),
        description="Jazz free",
    )
    anyone = client_of(None)
    assert names(anyone, "?q=jazz") == ["Jazz night", "Opera"]
    assert names(anyone, "?q=jazz+cellar") == ["Jazz night"]
    assert names(anyone, "?venue=hous") == ["Opera"]
    assert names(anyone, "?starts_after=2027-02-01T00:00:00Z") == ["Opera"]
    assert names(anyone, "?starts_before=2027-02-01T00:00:00Z") == ["Jazz night"]
    assert names(anyone, "?price_max=1000") == ["Jazz night"]
    assert names(anyone, "?price_min=1001&price_max=9000") == ["Opera"]
    assert names(anyone, "?q=%25") == []


@pytest.mark.parametrize("typed", ["zurich", "ZURICH", "Zürich", "Zu\u0308rich", "züric"])
@pytest.mark.parametrize("stored", ["Zürich", "zurich", "ZÜRICH", "Zu\u0308rich"])
def test_accents_and_case_do_not_matter(new_event: NewEvent, client_of: ClientOf, typed: str, stored: str) -> None:
    new_event(name=f"Night in {stored}")
    new_event(name="House", venue_name=f"Opernhaus {stored}")
    new_event(name="Words", description=f"A tour from {stored} to Bern.")
    new_event(name="Elsewhere")
    response = client_of(None).get("/api/event", {"q": typed})
    assert {event["name"] for event in response.json()["results"]} == {f"Night in {stored}", "House", "Words"}
    response = client_of(None).get("/api/event", {"venue": f"OPERNHAUS {typed}"})
    assert [event["name"] for event in response.json()["results"]] == ["House"]


def test_a_change_of_an_event_changes_how_it_is_found(new_event: NewEvent, client_of: ClientOf) -> None:
    event = new_event(name="Café")
    Event.objects.filter(pk=event.pk).update(name="Bärenbar", venue_name="Łódź")
    anyone = client_of(None)
    assert names(anyone, "?q=cafe") == []
    assert names(anyone, "?q=barenbar+lodz") == names(anyone, "?venue=lodz") == ["Bärenbar"]


def test_words_are_found_literally_and_not_across_name_and_venue(new_event: NewEvent, client_of: ClientOf) -> None:
    new_event(name="100 % _pure_ \\ jazz", venue_name="Hall")
    anyone = client_of(None)
    for query in ("%25", "_pure_", "%5C", "100+%25+jazz"):
        assert names(anyone, f"?q={query}") == ["100 % _pure_ \\ jazz"]
    for query in ("1%25", "p_re", "jazzhall"):
        assert names(anyone, f"?q={query}") == []


def test_the_search_uses_the_index_of_events_on_offer(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = with_words(events_on_offer(), "zürich").explain()
    assert "event_on_offer" in plan
    assert "%zurich%" in plan  # folded once, not for each event


def test_both_price_bounds_apply_to_the_same_section(new_event: NewEvent, client_of: ClientOf) -> None:
    new_event([*cheap(1000), {"name": "B", "price": 9000, "subsections": 1}], name="Two prices")
    assert names(client_of(None), "?price_min=2000&price_max=8000") == []


@pytest.mark.parametrize(
    "query", ["price_min=x", "price_max=-1", "price_min=1e400", "starts_after=never", "ordering=password", "q=%00"]
)
def test_a_bad_filter_is_refused(db: None, client_of: ClientOf, query: str) -> None:
    response = client_of(None).get(f"/api/event?{query}")
    assert response.status_code == 400
    assert response.json()["code"] == "validation_error"


def test_the_list_has_the_requested_order(new_event: NewEvent, client_of: ClientOf) -> None:
    for name in ("B", "A", "C"):
        new_event(name=name)
    results = client_of(None).get("/api/event?ordering=-name").json()["results"]
    assert [event["name"] for event in results] == ["C", "B", "A"]


def test_the_list_is_paginated(new_event: NewEvent, client_of: ClientOf) -> None:
    for number in range(3):
        new_event(cheap(1), name=str(number))
    page = client_of(None).get("/api/event/?page_size=2").json()
    assert page["count"] == 3
    assert len(page["results"]) == 2
    assert page["previous"] is None
    assert "page=2" in page["next"]
    assert client_of(None).get("/api/event?page=3&page_size=2").status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_page(
    new_event: NewEvent, client_of: ClientOf, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for number in range(5):
        new_event(name=str(number))
    with django_assert_num_queries(2):  # the count, and the page with seat counts
        assert len(names(client_of(None))) == 5
