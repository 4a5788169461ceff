"""Dates in the past: sellers are warned when they save a draft with them, and before they publish it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from core.clock import database_now
from events.admin.tests.test_admin import ADD, filled_in
from events.models import Event

DAY = timedelta(days=1)
START = "The start is in the past"
LATE = "Seats would be sold until"
OVER = "By its dates this event is over"
CLOSED = "The end of sales is in the past"


@pytest.mark.parametrize(
    ("days", "warnings"),
    [
        ({}, []),
        ({"starts_at": 2}, []),
        ({"starts_at": 2, "sales_start_at": -1}, []),
        ({"starts_at": -1, "ends_at": 1}, [START]),
        ({"starts_at": -1, "ends_at": 2, "late_entry_until": 1}, [START, LATE]),
        ({"starts_at": 2, "sales_end_at": -1}, [CLOSED]),
        ({"starts_at": -2, "ends_at": -1}, [OVER]),
        ({"starts_at": -2}, [OVER]),
    ],
)
def test_a_draft_with_dates_in_the_past_warns_on_its_page_and_on_the_preview(
    seller_client: Client, new_event: Callable[..., Event], days: dict[str, int], warnings: list[str]
) -> None:
    now = database_now()
    event = new_event(draft=True, **{name: now + number * DAY for name, number in days.items()})
    for view in ("change", "do/publish"):
        text = seller_client.get(f"/admin/events/event/{event.pk}/{view}/").text
        assert [each for each in (START, LATE, CLOSED, OVER) if each in text] == warnings, view


def test_saving_leads_to_the_warning(seller_client: Client) -> None:
    page = seller_client.post(ADD, filled_in(starts_at_0="2020-05-01", starts_at_1="20:00"), follow=True).text
    assert "By its dates this event is over since 2 May 2020, 20:00 UTC." in page
    assert '<button class="button" type="button" disabled>Publish …</button>' in page


def test_a_draft_that_is_over_is_not_published(seller_client: Client, new_event: Callable[..., Event]) -> None:
    event = new_event(draft=True, starts_at=database_now() - 2 * DAY)
    preview = f"/admin/events/event/{event.pk}/do/publish/"
    assert ">Publish</button>" not in seller_client.get(preview).text
    assert "Correct them first, then publish it." in seller_client.post(preview, follow=True).text
    event.refresh_from_db()
    assert event.status == "draft"


def test_published_events_have_no_such_warning(seller_client: Client, new_event: Callable[..., Event]) -> None:
    event = new_event(starts_at=database_now() - DAY, ends_at=database_now() + DAY)
    assert START not in seller_client.get(f"/admin/events/event/{event.pk}/change/").text
