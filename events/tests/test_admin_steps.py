"""How a seller publishes drafts and closes sales at his desk: by buttons and from the list."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from events.models import Event
from events.states import EventStatus


@pytest.fixture
def desk(client, carol):
    """Carol's browser, signed in."""
    client.force_login(carol)
    return client


@pytest.fixture
def draft(new_event) -> Event:
    """A draft of carol's."""
    return new_event(draft=True)


def change_page(event: Event, page: str = "change/") -> str:
    return f"/admin/events/event/{event.pk}/{page}"


def messages_of(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_a_seller_publishes_a_draft_by_its_button(desk, draft):
    assert [step.name for step in desk.get(change_page(draft)).context["steps"]] == ["publish", "cancel"]
    answer = desk.post(change_page(draft, "step/publish/"), follow=True)
    assert messages_of(answer) == ["A concert: Published: it is on sale."]
    assert Event.objects.get().status == EventStatus.AVAILABLE
    assert LogEntry.objects.get().change_message == "Published: it is on sale."
    assert [step.name for step in answer.context["steps"]] == ["close", "cancel"]


def test_a_seller_closes_sales_by_the_button(desk, concert):
    answer = desk.post(change_page(concert, "step/close/"), follow=True)
    assert Event.objects.get().status == EventStatus.ENDED
    assert answer.context["steps"] == []


def test_a_button_needs_a_post_with_a_token(desk, carol, draft):
    stranger = Client(enforce_csrf_checks=True)
    stranger.force_login(carol)
    assert stranger.post(change_page(draft, "step/publish/")).status_code == 403
    assert desk.get(change_page(draft, "step/publish/")).status_code == 405
    assert desk.post(change_page(draft, "step/unknown/")).status_code == 404
    assert Event.objects.get().status == EventStatus.DRAFT


def test_the_list_publishes_drafts_and_says_why_not_the_others(desk, new_event):
    events = [new_event(name="Ready", draft=True), new_event(name="Open")]
    posted = {"action": "publish", "_selected_action": [event.pk for event in events], "index": "0"}
    answer = desk.post("/admin/events/event/", posted, follow=True)
    assert sorted(messages_of(answer)) == [
        "Open: Only a draft can be published; the status of this event is “Available”.",
        "Ready: Published: it is on sale.",
    ]
    assert set(Event.objects.values_list("status", flat=True)) == {"available"}
    assert LogEntry.objects.count() == 1


def test_a_draft_is_not_closed(desk, draft):
    answer = desk.post(change_page(draft, "step/close/"), follow=True)
    assert "Only an event on sale can be closed" in messages_of(answer)[0]
    assert Event.objects.get().status == EventStatus.DRAFT
    assert not LogEntry.objects.exists()
