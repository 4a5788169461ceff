"""The page of events: what it shows, how it is narrowed, what it costs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from bookings.models import Booking
from events.models import Event
from events.reads import offers_of, stats_of
from events.states import EventStatus

NewEvent = Callable[..., Event]
NOON = datetime(2030, 6, 15, 12, tzinfo=UTC)
CHEAP = [{"name": "A", "price": 1000, "subsections": 1}]
DEAR = [{"name": "A", "price": 90_000, "subsections": 1}]


def shown(client: Client, **asked: str) -> list[str]:
    """The names of the events on the page, in order."""
    answer = client.get("/", asked)
    assert answer.status_code == 200
    return [card.event.name for card in answer.context["cards"]]


def text_of(client: Client) -> str:
    return " ".join(client.get("/").content.decode().split())


def test_a_card_says_where_when_how_much_and_what_is_left(client: Client, new_event: NewEvent) -> None:
    event = new_event(starts_at=NOON)
    text = text_of(client)
    assert f'href="/events/{event.pk}"' in text
    assert "The hall" in text
    assert 'datetime="2030-06-15T12:00:00+00:00"' in text
    assert 'value="2000" data-currency="USD">20.00 USD' in text
    assert '<data class="count" value="200">200</data> seats left' in text


@pytest.mark.django_db
def test_an_empty_list_says_what_to_do(client: Client) -> None:
    assert "No events on sale yet" in text_of(client)


def test_a_search_that_finds_nothing_offers_the_way_back(client: Client, concert: Event) -> None:
    text = client.get("/", {"q": "opera"}).content.decode()
    assert "No events match your search" in text
    assert "Show all events" in text


def test_drafts_and_hidden_and_finished_events_are_not_shown(client: Client, new_event: NewEvent) -> None:
    new_event(name="Draft", draft=True)
    for status in (EventStatus.ENDED, EventStatus.COMPLETED, EventStatus.CANCELLED):
        Event.objects.filter(pk=new_event(name=status).pk).update(status=status)
    Event.objects.filter(pk=new_event(name="Hidden").pk).update(is_active=False)
    assert shown(client) == []


def test_the_next_event_comes_first_and_those_without_a_date_last(client: Client, new_event: NewEvent) -> None:
    new_event(name="someday")
    new_event(name="later", starts_at=NOON + timedelta(days=1))
    new_event(name="sooner", starts_at=NOON)
    assert shown(client) == ["sooner", "later", "someday"]


def test_each_word_must_occur_somewhere(client: Client, new_event: NewEvent) -> None:
    new_event(name="Jazz night", venue_name="Blue Room")
    new_event(name="Jazz brunch", venue_name="Garden")
    assert shown(client, q="jazz room") == ["Jazz night"]
    assert sorted(shown(client, q="jazz")) == ["Jazz brunch", "Jazz night"]
    assert shown(client, q="100%") == []


def test_both_days_count(client: Client, new_event: NewEvent) -> None:
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


def test_a_range_of_prices_is_met_by_one_and_the_same_section(client: Client, new_event: NewEvent) -> None:
    new_event([*CHEAP, {"name": "B", "price": 90_000, "subsections": 1}], name="wide")
    assert shown(client, price_min="20", price_max="100") == []
    assert shown(client, price_min="5", price_max="100") == ["wide"]


def test_only_events_with_seats_left_if_asked(
    client: Client, new_event: NewEvent, alice: User, paid_booking: Callable[..., Booking]
) -> None:
    event = new_event(CHEAP, rows=1, cols=2, name="full")
    paid_booking(alice, "1-1", "1-2", event=event)
    assert "Sold out" in text_of(client)
    assert shown(client, q="full") == ["full"]
    assert shown(client, seats_left="1") == ["A concert"]


def test_the_state_of_the_sale_is_said_in_words(
    client: Client, new_event: NewEvent, alice: User, hold: Callable[..., Booking]
) -> None:
    now = datetime.now(UTC)
    held = new_event(CHEAP, rows=1, cols=2, name="held")
    hold(alice, "1-1", "1-2", event=held)
    new_event(CHEAP, rows=1, cols=2, name="last")
    new_event(name="soon", sales_start_at=now + timedelta(days=1))
    new_event(name="closed", sales_end_at=now - timedelta(seconds=1))
    text = text_of(client)
    for words in ("All seats held, some may become free", "Last 2 seats", "On sale <time", "Sales are closed"):
        assert words in text


@pytest.mark.parametrize(
    "asked",
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
def test_no_address_breaks_the_page(client: Client, concert: Event, asked: dict[str, str]) -> None:
    assert client.get("/", asked).status_code == 200


def test_what_cant_be_understood_is_said_beside_its_field(client: Client, concert: Event) -> None:
    answer = client.get("/", {"day_from": "tomorrow"})
    text = answer.content.decode()
    assert 'aria-invalid="true" aria-describedby="day_from-error"' in text
    assert len(answer.context["cards"]) == 1


def test_pages_keep_the_search(client: Client, new_event: NewEvent) -> None:
    for number in range(21):
        new_event(CHEAP, rows=1, cols=1, name=f"Show {number}")
    text = client.get("/", {"q": "show"}).content.decode()
    assert "Page 1 of 2" in text
    assert 'href="?q=show&amp;page=2"' in text
    assert len(shown(client, q="show", page="2")) == 1


def test_the_script_gets_the_results_alone(client: Client, concert: Event) -> None:
    answer = client.get("/", headers={"X-Part": "results"})
    assert "<html" not in answer.content.decode()
    assert f'data-event="{concert.pk}"' in answer.content.decode()
    assert "X-Part" in answer.headers["Vary"]


def test_the_page_costs_three_statements_and_two_more_for_who_is_signed_in(
    client: Client, new_event: NewEvent, alice: User, django_assert_num_queries: Any
) -> None:
    for number in range(5):
        new_event(name=f"Show {number}")
    asked = {"q": "show", "price_min": "1", "seats_left": "1", "day_from": "2020-01-01"}
    with django_assert_num_queries(3):
        client.get("/")
    with django_assert_num_queries(3):
        client.get("/", {name: value for name, value in asked.items() if name != "day_from"})
    client.force_login(alice)
    with django_assert_num_queries(5):
        client.get("/")


def test_the_offer_names_the_cheapest_seat_that_is_left(
    new_event: NewEvent, alice: User, hold: Callable[..., Booking]
) -> None:
    cheap_and_dear = [*CHEAP, {"name": "B", "price": 2000, "subsections": 1}]
    event = new_event(cheap_and_dear, rows=1, cols=2)
    assert offers_of([event.pk])[event.pk]["price_from"] == 1000
    hold(alice, "1-1", "1-2", event=event)
    offer = offers_of([event.pk])[event.pk]
    assert offer.pop("price_from") == 2000
    assert offer == stats_of([event.pk])[event.pk]
