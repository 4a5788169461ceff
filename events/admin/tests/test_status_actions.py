"""Publishing drafts and closing sales in the seller admin, by button and from the list."""

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.test import Client

from core.clock import database_now
from events.models import Event
from events.seller_admin import action_pages
from events.seller_admin.tests.messages import messages_of
from events.states import EventStatus


@pytest.fixture
def draft(new_event) -> Event:
    """A draft by carol."""
    return new_event(draft=True)


def change_page(event: Event, page: str = "change/") -> str:
    return f"/admin/events/event/{event.pk}/{page}"


def test_a_draft_is_published_by_its_button(seller_client, draft):
    assert [action.name for action in seller_client.get(change_page(draft)).context["row_actions"]] == [
        "publish",
        "cancel",
    ]
    response = seller_client.post(change_page(draft, "do/publish/"), follow=True)
    assert messages_of(response) == ["Published. The event is on sale."]
    assert Event.objects.get().status == EventStatus.AVAILABLE
    assert LogEntry.objects.get().change_message == "Published. The event is on sale."
    assert [action.name for action in response.context["row_actions"]] == ["close", "cancel"]


def test_the_confirmation_page_lists_the_effects_and_changes_nothing(seller_client, draft):
    Event.objects.update(sales_start_at="2100-05-01T18:00Z", waiting_room_on=True)
    page = seller_client.get(change_page(draft, "do/publish/"))
    assert page.context["confirmation"].parts[0].sentences == [
        "200 seats in 4 blocks go on sale on Sat 1 May 2100, 18:00 UTC.",
        "Prices are from $20.00 to $50.00 a seat.",
        f"Buyers find it in the list of events and at {settings.SITE_URL}/events/{draft.pk}",
        "It has no date: buyers read “Date to be announced” until you set one.",
        "The waiting room is on: it lets in 60 buyers a minute.",
        "A published event can't become a draft again. You can still change its description, times and prices, but not "
        "its seats.",
    ]
    assert Event.objects.get().status == EventStatus.DRAFT
    assert not LogEntry.objects.exists()


def test_the_confirmation_of_closing_lists_held_free_and_sold_seats(seller_client, concert, hold, paid_booking, alice):
    hold(alice, quantity=3)
    paid_booking(alice, quantity=2)
    effects = seller_client.get(change_page(concert, "do/close/")).context["confirmation"].parts[0].sentences
    assert effects == [
        "1 buyer has seats reserved at this moment.",
        "Nobody can reserve another seat once sales are closed.",
        "3 reserved seats can still be paid for until the reservation ends.",
        "195 free seats stay unsold.",
        "2 sold seats stay sold, and the tickets stay valid.",
        "This can't be undone: you can't reopen sales of this event. Until it begins, you can still cancel it.",
        "To pause the sale instead, untick “Active”: nobody can reserve or pay until you tick it again.",
    ]


def test_the_confirmation_of_an_impossible_action_says_why_and_has_no_button(seller_client, concert):
    page = seller_client.get(change_page(concert, "do/publish/"))
    assert "Only a draft can be published" in page.text
    assert page.context["confirmation"].rows == []
    assert page.text.count('<button class="button') == 1  # Log out
    assert seller_client.get(change_page(concert, "do/close/")).text.count('<button class="button') == 2


def test_sales_are_closed_by_the_button(seller_client, concert):
    response = seller_client.post(change_page(concert, "do/close/"), follow=True)
    assert Event.objects.get().status == EventStatus.ENDED
    assert [action.name for action in response.context["row_actions"]] == ["cancel"]
    Event.objects.update(starts_at=database_now())
    assert seller_client.get(change_page(concert)).context["row_actions"] == []  # the event has begun


def test_an_action_needs_a_post_with_a_csrf_token(seller_client, carol, draft):
    without_token = Client(enforce_csrf_checks=True)
    without_token.force_login(carol)
    assert without_token.post(change_page(draft, "do/publish/")).status_code == 403
    assert seller_client.post(change_page(draft, "do/unknown/")).status_code == 404
    assert Event.objects.get().status == EventStatus.DRAFT


def test_the_list_publishes_drafts_and_says_why_other_events_are_not_published(seller_client, new_event):
    events = [new_event(name="Ready", draft=True), new_event(name="Open")]
    posted = {"action": "publish", "_selected_action": [event.pk for event in events], "sure": "yes"}
    response = seller_client.post("/admin/events/event/", posted, follow=True)
    assert sorted(messages_of(response)) == [
        "Only a draft can be published; the status of this event is “Available”.",
        "Published. The event is on sale.",
    ]
    assert set(Event.objects.values_list("status", flat=True)) == {"available"}
    assert LogEntry.objects.count() == 1


def test_the_list_asks_for_confirmation_and_lists_the_effects_per_event(seller_client, new_event):
    events = [new_event(name="Ready", draft=True), new_event(name="Open")]
    posted = {"action": "publish", "_selected_action": [event.pk for event in events], "index": "0"}
    page = seller_client.post("/admin/events/event/", posted)
    parts = {part.heading: (len(part.sentences), part.obstacle) for part in page.context["confirmation"].parts}
    assert parts["Ready"] == (5, "")
    assert parts["Open"] == (0, "Only a draft can be published; the status of this event is “Available”.")
    assert page.context["confirmation"].rows == [events[0]]
    assert Event.objects.filter(status="draft").count() == 1
    assert not LogEntry.objects.exists()


def test_the_list_limits_the_number_of_events_per_action(seller_client, new_event, monkeypatch):
    monkeypatch.setattr(action_pages, "MAX_ROWS", 1)
    events = [new_event(draft=True), new_event(draft=True)]
    posted = {"action": "publish", "_selected_action": [event.pk for event in events], "sure": "yes"}
    response = seller_client.post("/admin/events/event/", posted, follow=True)
    assert messages_of(response) == ["Select at most 1 event at a time."]
    assert Event.objects.filter(status="draft").count() == 2


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "Buyers can reserve and pay for seats."),
        (
            {"sales_end_at": "2100-05-01T18:00Z"},
            "Buyers can reserve and pay for seats until Sat 1 May 2100, 18:00 UTC.",
        ),
        ({"sales_start_at": "2100-05-01T18:00Z"}, "Published. Sales begin on Sat 1 May 2100, 18:00 UTC;"),
        ({"sales_end_at": "2020-05-01T18:00Z"}, "Published, but sales ended on Fri 1 May 2020, 18:00 UTC."),
        ({"starts_at": "2100-05-01T18:00Z"}, "Buyers can reserve and pay for seats until Sat 1 May 2100, 18:00 UTC."),
        ({"starts_at": "2020-05-01T18:00Z"}, "The event has begun, so sales are closed."),
        (
            {"starts_at": "2020-05-01T18:00Z", "late_entry_until": "2100-05-01T18:00Z"},
            "The event has begun. Late entry: buyers can reserve and pay for seats until Sat 1 May 2100, 18:00 UTC.",
        ),
        ({"status": "completed"}, "The event is over. Nobody can book any more. If its dates are wrong, correct them"),
        ({"is_active": False}, "Published, but not active:"),
        ({"status": "draft"}, "Only you can see it."),
        ({"status": "ended"}, "You closed sales."),
    ],
)
def test_the_event_page_explains_the_current_status(seller_client, concert, fields, text):
    Event.objects.update(**fields)
    assert seller_client.get(change_page(concert)).context["status_text"].startswith(text)


def test_the_event_page_links_to_the_events_other_pages(seller_client, concert):
    links = {link.label: link.url for link in seller_client.get(change_page(concert)).context["links"]}
    for label in ("Seats", "Bookings", "Gate staff", "Public page", "History"):
        assert seller_client.get(links[label]).status_code == 200, label


def test_sales_of_a_draft_cannot_be_closed(seller_client, draft):
    response = seller_client.post(change_page(draft, "do/close/"), follow=True)
    assert "Sales can only be closed for an event that is on sale" in messages_of(response)[0]
    assert Event.objects.get().status == EventStatus.DRAFT
    assert not LogEntry.objects.exists()
