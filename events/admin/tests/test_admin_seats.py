"""The page of an event's seats in the seller admin: blocking and unblocking."""

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from events.admin import seat_pages
from events.models import Event, Layout, SeatChange, Subsection, Ticket
from events.seller_admin.tests.messages import messages_of


@pytest.fixture
def subsection(concert) -> Subsection:
    """A-1 of the concert: 5 rows of 10."""
    return Subsection.objects.get(event=concert, section="A", number=1)


def page_of(event: Event, query: str = "") -> str:
    return f"/admin/events/event/{event.pk}/seats/{query}"


def blocked_positions(subsection: Subsection) -> list[int]:
    return list(Ticket.objects.filter(subsection=subsection, status="blocked").values_list("position", flat=True))


def picks(subsection: Subsection, seats: str, do: str = "blocked") -> dict[str, object]:
    return {"block": subsection.pk, "do": do, "seats": seats}


def test_picked_seats_are_blocked_and_unblocked_with_log_entries(seller_client, concert, subsection):
    response = seller_client.post(page_of(concert), picks(subsection, "1-1, 1-2 2-1"), follow=True)
    assert messages_of(response) == ["Blocked 3 seats of block A-1."]
    assert blocked_positions(subsection) == [0, 1, 10]
    seller_client.post(page_of(concert), picks(subsection, "1-2", do="unblocked"))
    assert blocked_positions(subsection) == [0, 10]
    logged = list(LogEntry.objects.order_by("pk").values_list("change_message", "object_id"))
    assert logged == [
        ("Blocked 3 seats of block A-1: 1-1, 1-2, 2-1.", str(concert.pk)),
        ("Unblocked 1 seat of block A-1: 1-2.", str(concert.pk)),
    ]


def test_a_taken_seat_refuses_the_whole_change_and_the_other_seats_stay_picked(
    seller_client, concert, subsection, hold, alice
):
    hold(alice, "1-2")
    response = seller_client.post(page_of(concert), picks(subsection, "1-1 1-2 1-3"))
    assert messages_of(response) == [
        "Nothing was blocked because only free seats can be: 1-2 is reserved. Your other picks are kept."
    ]
    assert response.context["picked"] == "1-1 1-3"
    assert blocked_positions(subsection) == []
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize(
    ("fields", "message"),
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
def test_invalid_input_shows_a_message_and_changes_nothing(seller_client, concert, subsection, fields, message):
    response = seller_client.post(page_of(concert), {**picks(subsection, "1-1"), **fields}, follow=True)
    assert messages_of(response) == [message]
    assert not SeatChange.objects.exists()
    assert not LogEntry.objects.exists()


def test_a_subsection_of_another_event_is_refused(seller_client, concert, new_event, dave):
    others = Subsection.objects.filter(event=new_event(seller=dave)).first()
    assert others is not None
    for posted in (picks(others, "1-1"), {"do": "blocked", "blocks": [others.pk]}):
        assert messages_of(seller_client.post(page_of(concert), posted, follow=True)) == [
            "This event has no such block."
        ]
    assert seller_client.get(page_of(concert, f"?block={others.pk}")).context["shown"] is None
    assert not SeatChange.objects.exists()


def test_the_free_seats_of_whole_subsections_and_sections_are_blocked(seller_client, concert, subsection, hold, alice):
    hold(alice, "1-1", "1-2")
    other = Subsection.objects.get(event=concert, section="B", number=2)
    chosen = {"do": "blocked", "sections": ["A"], "blocks": [other.pk]}
    assert messages_of(seller_client.post(page_of(concert), chosen, follow=True)) == ["Blocked 148 seats in 3 blocks."]
    assert blocked_positions(subsection) == list(range(2, 50))
    assert SeatChange.objects.filter(kind="blocked").count() == 3
    assert LogEntry.objects.get().change_message == "Blocked all 148 free seats of 3 blocks: A-1, A-2, B-2."

    back = seller_client.post(page_of(concert), {**chosen, "do": "unblocked"}, follow=True)
    assert messages_of(back) == ["Unblocked 148 seats in 3 blocks."]
    assert blocked_positions(subsection) == []


def test_wheelchair_places_are_named(seller_client, concert, subsection):
    assert seller_client.get(page_of(concert, f"?block={subsection.pk}")).context["accessible"] == []
    Subsection.objects.filter(pk=subsection.pk).update(accessible=[0, 49])
    assert "Wheelchair places: 1-1, 5-10." in seller_client.get(page_of(concert, f"?block={subsection.pk}")).text


def test_a_subsection_without_matching_seats_is_not_changed(seller_client, concert, subsection):
    chosen = {"do": "unblocked", "blocks": [subsection.pk]}
    assert messages_of(seller_client.post(page_of(concert), chosen, follow=True)) == ["Unblocked 0 seats in 1 block."]
    assert not SeatChange.objects.exists()
    assert not LogEntry.objects.exists()


def test_ticking_no_subsection_shows_a_message(seller_client, concert):
    response = seller_client.post(page_of(concert), {"do": "blocked"}, follow=True)
    assert messages_of(response) == ["Tick at least one block first."]


def test_the_page_shows_only_the_seats_of_the_selected_subsection(
    seller_client, concert, subsection, django_assert_num_queries
):
    with django_assert_num_queries(4):  # session, user, event, subsections
        assert "aaaaaaaaaa" not in seller_client.get(page_of(concert)).text
    page = seller_client.get(page_of(concert, f"?block={subsection.pk}")).text
    assert page.count("aaaaaaaaaa") == 5
    assert not SeatChange.objects.exists()


def test_a_large_subsection_is_shown_in_pages_of_rows(seller_client, concert, subsection, monkeypatch):
    monkeypatch.setattr(seat_pages, "MAX_SEATS_SHOWN", 20)

    def shown(query: str) -> tuple[list[int], int, int]:
        context = seller_client.get(page_of(concert, f"?block={subsection.pk}{query}")).context
        return [int(row["label"]) for row in context["seat_rows"]], context["rows_before"], context["rows_after"]

    assert shown("") == shown("&row=0") == shown("&row=x") == ([1, 2], 0, 3)
    assert shown("&row=3") == ([3, 4], 1, 5)
    assert shown("&row=99") == ([5], 3, 0)


@pytest.mark.parametrize("query", ["?block=x", "?block=%00", "?block=" + "9" * 30, "?block=-1", "?block=²"])
def test_no_query_string_of_the_page_is_a_server_error(seller_client, concert, query):
    response = seller_client.get(page_of(concert, query))
    assert (response.status_code, response.context["shown"]) == (200, None)


def test_only_the_seller_and_operators_can_open_the_page(concert, subsection, alice, dave, olga):
    def status(user, call: Callable[[Client], object]) -> object:
        browser = Client()
        browser.force_login(user)
        return call(browser).status_code  # type: ignore[attr-defined]

    for user, found in ((dave, 404), (alice, 302)):
        assert status(user, lambda browser: browser.get(page_of(concert))) == found
        assert status(user, lambda browser: browser.post(page_of(concert), picks(subsection, "1-1"))) == found
    assert not SeatChange.objects.exists()
    assert status(olga, lambda browser: browser.get(page_of(concert))) == 200


def test_blocking_needs_a_csrf_token(carol, concert, subsection):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(carol)
    assert browser.post(page_of(concert), picks(subsection, "1-1")).status_code == 403
    assert not SeatChange.objects.exists()


def test_a_block_of_a_plan_is_shown_with_its_labels_and_blocked_by_name(seller_client: Client, opera: Event) -> None:
    stalls = Subsection.objects.get(section="Parkett links", number=1)
    url = f"/admin/events/event/{opera.pk}/seats/"
    response = seller_client.get(url, {"block": stalls.pk})
    rows = response.context["seat_rows"]
    assert [(row["label"], len(row["seats"]), row["first"]) for row in rows] == [
        ("A", 5, 0), ("B", 6, 5), ("C", 8, 11), ("D", 7, 19)
    ]  # fmt: skip
    assert (rows[3]["seats"], rows[3]["statuses"]) == (["2", "3", "4", "5", "6", "7", "8"], "aaaaaab")
    assert response.context["accessible"] == ["A-1"]
    seller_client.post(url, {"block": stalls.pk, "do": "blocked", "seats": "A-3, B-1\nC-8"})
    stalls.refresh_from_db()
    assert [position for position, letter in enumerate(stalls.seat_status) if letter == "b"] == [2, 5, 18, 25]


def test_names_with_spaces_are_not_split(seller_client: Client, opera: Event) -> None:
    stalls = Subsection.objects.get(section="Parkett links", number=1)
    layout = Layout.objects.filter(subsection_id=stalls.pk)
    names = layout.get().names
    layout.update(names=["Loge 1, left-2 a", *names[1:]])
    url = f"/admin/events/event/{opera.pk}/seats/"
    seller_client.post(url, {"block": stalls.pk, "do": "blocked", "seats": "Loge 1, left-2 a\nA-2 A-3"})
    stalls.refresh_from_db()
    assert stalls.seat_status.startswith("bbbaa")
