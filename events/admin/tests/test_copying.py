"""Copying an event: what the form is filled in with, and whose events can be copied."""

import json
from datetime import UTC, datetime

import pytest

from events.admin.tests.test_admin import (
    ADD,
    LIMITS,
    change_page,
    filled_in,
)
from events.lifecycle.change import change_event
from events.models import Event
from events.seating.configuration import read_seating
from events.seller_admin.tests.messages import messages_of

START = datetime(2030, 5, 1, 20, tzinfo=UTC)
LIST = "/admin/events/event/"
SECTIONS = [
    {"name": "Parterre «A»", "price": 5000, "subsections": 2, "tier": "VIP", "rows": 3},
    {"name": "B", "price": 2000, "subsections": 1},
]


@pytest.fixture
def original(new_event, carol) -> Event:
    """A published event with everything set, whose prices have changed since."""
    limits = {**LIMITS, "hold_seconds": 77, "allow_single_gaps": False, "waiting_room_on": True, "max_active": 9}
    limits["release_companion_seats"] = True
    event = new_event(SECTIONS, currency="KWD", starts_at=START, sales_end_at=START, **limits)
    return change_event(event_id=event.pk, seller=carol, prices={"B": 2500})


def initial(page) -> dict:
    form = page.context["adminform"].form
    return {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}


def test_a_copy_has_all_fields_except_the_dates_and_is_a_draft(seller_client, original):
    page = seller_client.get(f"{ADD}?copy={original.pk}")
    filled = initial(page)
    same = ("name", "description", "venue_name", "currency", "hold_seconds", "waiting_room_on", "max_active")
    assert {name: filled[name] for name in same} == {name: getattr(original, name) for name in same}
    assert filled["allow_single_gaps"] is False
    assert filled["release_companion_seats"] is False
    assert {name for name, value in filled.items() if value is None} == {
        "starts_at",
        "ends_at",
        "sales_start_at",
        "sales_end_at",
        "late_entry_until",
        "venue",
    }

    assert f"Copied from “{original}”" in page.text


def test_a_copy_has_the_same_seating_at_current_prices_with_one_section_per_line(seller_client, original):
    text = initial(seller_client.get(f"{ADD}?copy={original.pk}"))["seating_config"]
    config = json.loads(text)
    assert config == original.seating_config
    assert [section["price"] for section in config["sections"]] == [5000, 2500]
    assert read_seating(config, max_seats=200).seats == 2 * 3 * 10 + 5 * 10
    assert len(text.splitlines()) == 8 and "Parterre «A»" in text


def test_saving_a_copy_creates_a_new_event(seller_client, original):
    url = f"{ADD}?copy={original.pk}"
    filled = initial(seller_client.get(url))
    seller_client.post(url, filled_in(filled["seating_config"], name=filled["name"], currency="KWD"))
    copy = Event.objects.exclude(pk=original.pk).get()
    assert (copy.name, copy.status, copy.starts_at) == (original.name, "draft", None)
    assert copy.seating_config == original.seating_config


@pytest.mark.parametrize("event_id", ["", "0", "x", "-1", "9" * 40, "1.5", "\0", "[]"])
def test_an_invalid_id_opens_the_empty_form(seller_client, event_id):
    page = seller_client.get(ADD, {"copy": event_id})
    assert page.status_code == 200
    assert "Copied from" not in page.text
    assert initial(page)["name"] is None


def test_another_sellers_event_cannot_be_copied(client, dave, original):
    client.force_login(dave)
    assert original.name not in client.get(f"{ADD}?copy={original.pk}").text


def test_a_copy_by_an_operator_keeps_the_seller(client, olga, carol, original):
    client.force_login(olga)
    assert initial(client.get(f"{ADD}?copy={original.pk}"))["seller"] == carol


def test_an_events_page_links_to_its_copy(seller_client, original):
    assert f'href="{ADD}?copy={original.pk}"' in seller_client.get(change_page(original)).text


def test_the_list_copies_one_event_at_a_time(seller_client, original, concert):
    chosen = {"action": "copy", "_selected_action": [original.pk]}
    assert seller_client.post(LIST, chosen)["Location"] == f"{ADD}?copy={original.pk}"
    both = {"action": "copy", "_selected_action": [original.pk, concert.pk]}
    assert messages_of(seller_client.post(LIST, both, follow=True)) == ["Select one event to copy."]
    assert Event.objects.count() == 2


def test_a_copy_of_an_event_with_a_seating_plan_keeps_version_and_prices(seller_client, opera):
    page = seller_client.get(f"{ADD}?copy={opera.pk}")
    assert json.loads(initial(page)["seating_config"]) == opera.seating_config
    assert [choice["version"] for choice in page.context["plans"]] == [opera.plan_version_id]
