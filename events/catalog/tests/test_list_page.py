"""The list page of events: what it shows, its filters, and how many queries it takes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from bookings.holds.models import Booking
from events.catalog.selectors import offers_of, stats_of
from events.models import Event
from events.states import EventStatus

NewEvent = Callable[..., Event]
NOON = datetime(2030, 6, 15, 12, tzinfo=UTC)
CHEAP = [{"name": "A", "price": 1000, "subsections": 1}]
DEAR = [{"name": "A", "price": 90_000, "subsections": 1}]


def shown(client: Client, **query: str) -> list[str]:
    """Return the names of the events on the page, in order."""
    response = client.get("/", query)
    assert response.status_code == 200
    return [card.event.name for card in response.context["cards"]]


def text_of(client: Client) -> str:
    return " ".join(client.get("/").content.decode().split())


def test_a_card_shows_venue_start_price_and_seats_left(client: Client, new_event: NewEvent) -> None:
    event = new_event(starts_at=NOON)
    text = text_of(client)
    assert f'href="/events/{event.pk}"' in text
    assert "The hall" in text
    assert 'datetime="2030-06-15T12:00:00+00:00"' in text
    assert "$20.00" in text
    assert "Sat, 12:00 UTC" in text
    assert "200 seats left" in text


@pytest.mark.django_db
def test_an_empty_list_says_what_to_do(client: Client) -> None:
    assert "No events on sale yet" in text_of(client)


def test_a_search_without_results_links_to_all_events(client: Client, concert: Event) -> None:
    text = client.get("/", {"q": "opera"}).content.decode()
    assert "No events match your search" in text
    assert "Show all events" in text


def test_draft_inactive_and_finished_events_are_not_shown(client: Client, new_event: NewEvent) -> None:
    new_event(name="Draft", draft=True)
    for status in (EventStatus.ENDED, EventStatus.COMPLETED, EventStatus.CANCELLED):
        Event.objects.filter(pk=new_event(name=status).pk).update(status=status)
    Event.objects.filter(pk=new_event(name="Hidden").pk).update(is_active=False)
    assert shown(client) == []


def test_events_that_have_begun_are_shown_only_while_late_entry_is_possible(
    client: Client, new_event: NewEvent
) -> None:
    now, hour = datetime.now(UTC), timedelta(hours=1)
    new_event(name="a month ago", starts_at=now - timedelta(days=28))
    new_event(name="an hour ago", starts_at=now - hour)
    new_event(name="late entry", starts_at=now - hour, late_entry_until=now + hour)
    new_event(name="too late", starts_at=now - hour, late_entry_until=now - timedelta(minutes=1))
    new_event(name="in an hour", starts_at=now + hour)
    assert shown(client) == ["late entry", "in an hour"]
    assert "has begun, late entry until <time" in text_of(client)


def test_events_are_ordered_by_start_and_those_without_one_come_last(client: Client, new_event: NewEvent) -> None:
    new_event(name="someday")
    new_event(name="later", starts_at=NOON + timedelta(days=1))
    new_event(name="sooner", starts_at=NOON)
    assert shown(client) == ["sooner", "later", "someday"]


def test_every_word_of_the_search_must_match(client: Client, new_event: NewEvent) -> None:
    new_event(name="Jazz night", venue_name="Blue Room")
    new_event(name="Jazz brunch", venue_name="Garden")
    assert shown(client, q="jazz room") == ["Jazz night"]
    assert sorted(shown(client, q="jazz")) == ["Jazz brunch", "Jazz night"]
    assert shown(client, q="100%") == []


def test_accents_and_case_do_not_matter(client: Client, new_event: NewEvent) -> None:
    new_event(name="Zürich by night", venue_name="Théâtre")
    new_event(name="Zurich by day", venue_name="Theatre")
    for typed in ("zurich", "Zürich theatre", "ZURICH THÉATRE"):
        assert sorted(shown(client, q=typed)) == ["Zurich by day", "Zürich by night"]


def test_both_days_of_the_range_are_included(client: Client, new_event: NewEvent) -> None:
    new_event(name="that day", starts_at=NOON)
    assert shown(client, day_from="2030-06-15", day_to="2030-06-15") == ["that day"]
    assert shown(client, day_from="2030-06-16") == []
    assert shown(client, day_to="2030-06-14") == []


def test_prices_are_in_whole_units_of_the_events_currency(client: Client, new_event: NewEvent) -> None:
    new_event(CHEAP, name="ten dollars")
    new_event(CHEAP, name="thousand yen", currency="JPY")
    new_event(CHEAP, name="one dinar", currency="KWD")
    new_event(DEAR, name="900 dollars")
    assert shown(client, price_max="10", price_min="2") == ["ten dollars"]
    assert shown(client, price_min="901") == ["thousand yen"]
    assert shown(client, price_max="1.00") == ["one dinar"]


def test_both_price_bounds_apply_to_the_same_section(client: Client, new_event: NewEvent) -> None:
    new_event([*CHEAP, {"name": "B", "price": 90_000, "subsections": 1}], name="wide")
    assert shown(client, price_min="20", price_max="100") == []
    assert shown(client, price_min="5", price_max="100") == ["wide"]


def test_sold_out_events_can_be_excluded(
    client: Client, new_event: NewEvent, alice: User, paid_booking: Callable[..., Booking]
) -> None:
    event = new_event(CHEAP, rows=1, cols=2, name="full")
    paid_booking(alice, "1-1", "1-2", event=event)
    assert "Sold out" in text_of(client)
    assert shown(client, q="full") == ["full"]
    assert shown(client, seats_left="1") == ["A concert"]


def test_the_state_of_the_sale_is_shown(
    client: Client, new_event: NewEvent, alice: User, hold: Callable[..., Booking]
) -> None:
    now = datetime.now(UTC)
    held = new_event(CHEAP, rows=1, cols=2, name="held")
    hold(alice, "1-1", "1-2", event=held)
    new_event(CHEAP, rows=1, cols=2, name="last")
    new_event(name="soon", sales_start_at=now + timedelta(days=1))
    new_event(name="closed", sales_end_at=now - timedelta(seconds=1))
    text = text_of(client)
    for words in ("All seats reserved, some may become free", "Last 2 seats", "On sale <time", "Sales are closed"):
        assert words in text


@pytest.mark.parametrize(
    "query",
    [
        {"day_from": "tomorrow"},
        {"price_min": "cheap"},
        {"price_min": "-1"},
        {"price_max": "1e999"},
        {"price_max": "NaN"},
        {"day_to": "9999-12-31"},
        {"day_from": "0001-01-01"},
        {"page": "x"},
        {"page": "99999999999999999999"},
        {"q": "\0"},
        {"q": "x" * 300},
        {"seats_left": "maybe"},
    ],
)
def test_no_query_string_breaks_the_page(client: Client, concert: Event, query: dict[str, str]) -> None:
    assert client.get("/", query).status_code == 200


def test_an_invalid_field_shows_its_error(client: Client, concert: Event) -> None:
    response = client.get("/", {"day_from": "tomorrow"})
    text = response.content.decode()
    assert 'aria-invalid="true" aria-describedby="day_from-error"' in text
    assert len(response.context["cards"]) == 1


def test_page_links_keep_the_search(client: Client, new_event: NewEvent) -> None:
    for number in range(21):
        new_event(CHEAP, rows=1, cols=1, name=f"Show {number}")
    text = client.get("/", {"q": "show"}).content.decode()
    assert "Page 1 of 2" in text
    assert 'href="?q=show&amp;page=2"' in text
    assert len(shown(client, q="show", page="2")) == 1


def test_the_script_gets_only_the_results(client: Client, concert: Event) -> None:
    response = client.get("/", headers={"X-Part": "results"})
    assert "<html" not in response.content.decode()
    assert f'data-event="{concert.pk}"' in response.content.decode()
    assert "X-Part" in response.headers["Vary"]


def test_the_page_takes_three_queries_and_three_more_for_signed_in_users(
    client: Client, new_event: NewEvent, alice: User, django_assert_num_queries: Any
) -> None:
    for number in range(5):
        new_event(name=f"Show {number}")
    query = {"q": "show", "price_min": "1", "seats_left": "1", "day_from": "2020-01-01"}
    with django_assert_num_queries(3):
        client.get("/")
    with django_assert_num_queries(3):
        client.get("/", {name: value for name, value in query.items() if name != "day_from"})
    client.force_login(alice)
    with django_assert_num_queries(6):
        client.get("/")


def test_price_from_is_the_lowest_price_of_the_seats_left(
    new_event: NewEvent, alice: User, hold: Callable[..., Booking]
) -> None:
    cheap_and_dear = [*CHEAP, {"name": "B", "price": 2000, "subsections": 1}]
    event = new_event(cheap_and_dear, rows=1, cols=2)
    assert offers_of([event.pk])[event.pk]["price_from"] == 1000
    hold(alice, "1-1", "1-2", event=event)
    offer = offers_of([event.pk])[event.pk]
    assert offer.pop("price_from") == 2000
    assert offer == stats_of([event.pk])[event.pk]
