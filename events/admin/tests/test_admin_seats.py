"""The page of an event's seats at the seller_client: what is free is taken out of sale and brought back."""

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from events.admin import seat_pages
from events.models import Event, SeatChange, Subsection, Ticket
from events.seller_admin.tests.messages import messages_of


@pytest.fixture
def block(concert) -> Subsection:
    """A-1 of the concert: 5 rows of 10."""
    return Subsection.objects.get(event=concert, section="A", number=1)


def page_of(event: Event, query: str = "") -> str:
    return f"/admin/events/event/{event.pk}/seats/{query}"


def blocked_in(block: Subsection) -> list[int]:
    return list(Ticket.objects.filter(subsection=block, status="blocked").values_list("position", flat=True))


def picks(block: Subsection, seats: str, do: str = "blocked") -> dict[str, object]:
    return {"block": block.pk, "do": do, "seats": seats}


def test_picked_seats_are_blocked_and_unblocked_and_it_is_logged(seller_client, concert, block):
    answer = seller_client.post(page_of(concert), picks(block, "1-1, 1-2 2-1"), follow=True)
    assert messages_of(answer) == ["Blocked 3 seats of block A-1."]
    assert blocked_in(block) == [0, 1, 10]
    seller_client.post(page_of(concert), picks(block, "1-2", do="unblocked"))
    assert blocked_in(block) == [0, 10]
    logged = list(LogEntry.objects.order_by("pk").values_list("change_message", "object_id"))
    assert logged == [
        ("Blocked 3 seats of block A-1: 1-1, 1-2, 2-1.", str(concert.pk)),
        ("Unblocked 1 seat of block A-1: 1-2.", str(concert.pk)),
    ]


def test_a_seat_that_is_taken_stops_all_of_it_and_the_others_stay_picked(seller_client, concert, block, hold, alice):
    hold(alice, "1-2")
    answer = seller_client.post(page_of(concert), picks(block, "1-1 1-2 1-3"))
    assert messages_of(answer) == [
        "Nothing was blocked because only free seats can be: 1-2 is held. Your other picks are kept."
    ]
    assert answer.context["picked"] == "1-1 1-3"
    assert blocked_in(block) == []
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"seats": "9-9"}, "Nothing was blocked: There is no seat '9-9' in this block."),
        ({"seats": "1-1 1-1"}, "Nothing was blocked: Seat 1-1 is named twice."),
        ({"seats": " , "}, "Pick seats or enter their names first."),
        ({"seats": ""}, "Pick seats or enter their names first."),
        ({"seats": "1-1\0"}, "Null characters are not allowed."),
        ({"block": "x"}, "This event has no such block."),
        ({"block": "9" * 30}, "This event has no such block."),
        ({"do": "sold"}, "Select a valid choice. sold is not one of the available choices."),
    ],
)
def test_what_makes_no_sense_is_told_and_changes_nothing(seller_client, concert, block, fields, told):
    answer = seller_client.post(page_of(concert), {**picks(block, "1-1"), **fields}, follow=True)
    assert messages_of(answer) == [told]
    assert not SeatChange.objects.exists()
    assert not LogEntry.objects.exists()


def test_a_block_of_another_event_is_none_of_this_one(seller_client, concert, new_event, dave):
    others = Subsection.objects.filter(event=new_event(seller=dave)).first()
    assert others is not None
    for posted in (picks(others, "1-1"), {"do": "blocked", "blocks": [others.pk]}):
        assert messages_of(seller_client.post(page_of(concert), posted, follow=True)) == [
            "This event has no such block."
        ]
    assert seller_client.get(page_of(concert, f"?block={others.pk}")).context["shown"] is None
    assert not SeatChange.objects.exists()


def test_whole_blocks_and_sections_are_blocked_as_far_as_they_are_free(seller_client, concert, block, hold, alice):
    hold(alice, "1-1", "1-2")
    other = Subsection.objects.get(event=concert, section="B", number=2)
    chosen = {"do": "blocked", "sections": ["A"], "blocks": [other.pk]}
    assert messages_of(seller_client.post(page_of(concert), chosen, follow=True)) == ["Blocked 148 seats in 3 blocks."]
    assert blocked_in(block) == list(range(2, 50))
    assert SeatChange.objects.filter(kind="blocked").count() == 3
    assert LogEntry.objects.get().change_message == "Blocked all 148 free seats of 3 blocks: A-1, A-2, B-2."

    back = seller_client.post(page_of(concert), {**chosen, "do": "unblocked"}, follow=True)
    assert messages_of(back) == ["Unblocked 148 seats in 3 blocks."]
    assert blocked_in(block) == []


def test_wheelchair_places_are_named(seller_client, concert, block):
    assert seller_client.get(page_of(concert, f"?block={block.pk}")).context["accessible"] == []
    Subsection.objects.filter(pk=block.pk).update(accessible=[0, 49])
    assert "Wheelchair places: 1-1, 5-10." in seller_client.get(page_of(concert, f"?block={block.pk}")).text


def test_a_block_without_a_free_seat_is_left_alone(seller_client, concert, block):
    chosen = {"do": "unblocked", "blocks": [block.pk]}
    assert messages_of(seller_client.post(page_of(concert), chosen, follow=True)) == ["Unblocked 0 seats in 1 block."]
    assert not SeatChange.objects.exists()
    assert not LogEntry.objects.exists()


def test_picking_no_block_is_told(seller_client, concert):
    answer = seller_client.post(page_of(concert), {"do": "blocked"}, follow=True)
    assert messages_of(answer) == ["Tick at least one block first."]


def test_looking_changes_nothing_and_shows_only_the_chosen_blocks_seats(
    seller_client, concert, block, django_assert_num_queries
):
    with django_assert_num_queries(4):  # session, user, event, blocks
        assert "aaaaaaaaaa" not in seller_client.get(page_of(concert)).text
    page = seller_client.get(page_of(concert, f"?block={block.pk}")).text
    assert page.count("aaaaaaaaaa") == 5
    assert not SeatChange.objects.exists()


def test_of_a_large_block_some_rows_are_shown_at_a_time(seller_client, concert, block, monkeypatch):
    monkeypatch.setattr(seat_pages, "MAX_SEATS_SHOWN", 20)

    def shown(query: str) -> tuple[list[int], int, int]:
        context = seller_client.get(page_of(concert, f"?block={block.pk}{query}")).context
        return [number for number, _ in context["seat_rows"]], context["rows_before"], context["rows_after"]

    assert shown("") == shown("&row=0") == shown("&row=x") == ([1, 2], 0, 3)
    assert shown("&row=3") == ([3, 4], 1, 5)
    assert shown("&row=99") == ([5], 3, 0)


@pytest.mark.parametrize("query", ["?block=x", "?block=%00", "?block=" + "9" * 30, "?block=-1", "?block=²"])
def test_no_address_of_the_page_is_a_server_error(seller_client, concert, query):
    answer = seller_client.get(page_of(concert, query))
    assert (answer.status_code, answer.context["shown"]) == (200, None)


def test_nobody_else_finds_or_changes_the_seats(concert, block, alice, dave, olga):
    def status(user, call: Callable[[Client], object]) -> object:
        browser = Client()
        browser.force_login(user)
        return call(browser).status_code  # type: ignore[attr-defined]

    for user, found in ((dave, 404), (alice, 302)):
        assert status(user, lambda browser: browser.get(page_of(concert))) == found
        assert status(user, lambda browser: browser.post(page_of(concert), picks(block, "1-1"))) == found
    assert not SeatChange.objects.exists()
    assert status(olga, lambda browser: browser.get(page_of(concert))) == 200


def test_blocking_needs_a_token(carol, concert, block):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(carol)
    assert browser.post(page_of(concert), picks(block, "1-1")).status_code == 403
    assert not SeatChange.objects.exists()
