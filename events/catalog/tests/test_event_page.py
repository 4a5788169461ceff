"""The page of one event: what it shows without its script, and the data for the script."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import events
from events.catalog.map_modules import modules_of
from events.models import Event

pytestmark = pytest.mark.django_db


def _get(client, event):
    return client.get(f"/events/{event.pk}")


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None
    return found[found.re.groups]


def test_the_page_shows_the_event_without_a_script(client_of, concert):
    text = _get(client_of(None), concert).content.decode()
    assert re.search(r"<h1[^>]*>A concert</h1>", text)
    assert "The hall" in text
    assert "An evening." in text
    assert re.search(r"<strong data-left>200</strong> of 200 seats left", text)
    assert "$20.00" in text
    assert re.findall(
        r'<th scope="row">(\w)</th><td>Regular</td><td[^>]*>\$([\d.]+)</td><td[^>]*>(\d+)</td>', text
    ) == [
        ("A", "50.00", "100"),
        ("B", "20.00", "100"),
    ]


def test_held_seats_do_not_count_as_left(client_of, concert, hold, alice):
    hold(alice, "1-1", "1-2")
    assert "<strong data-left>198</strong>" in _get(client_of(None), concert).content.decode()


def test_the_script_gets_its_urls_and_limits(client_of, concert):
    text = _get(client_of(None), concert).content.decode()
    data = dict(re.findall(r'data-([a-z-]+)="([^"]*)"', _found(r'<div id="event"[^>]*>', text)))
    assert data == {
        "event": str(concert.pk),
        "currency": "USD",
        "max": "10",
        "gaps": "true",
        "released": "false",
        "zone": "UTC",
        "signed-in": "false",
        "user": "",
        "seatmap": f"/api/event/{concert.pk}/seatmap",
        "geometry": "",
        "checkout": "/checkout/00000000-0000-0000-0000-000000000000",
        "login": "/login",
        "bookings": "/bookings",
        "queue": f"/queue/{concert.pk}",
    }


def test_the_script_knows_whether_the_user_is_signed_in(client_of, concert, alice):
    assert 'data-signed-in="true"' in _get(client_of(alice), concert).content.decode()


def test_the_page_contains_the_subsections(client_of, concert):
    text = _get(client_of(None), concert).content.decode()
    rows = json.loads(_found(r'<script id="sections" type="application/json">(.*?)</script>', text))
    assert [(row["section"], row["subsection"], row["price"]) for row in rows] == [
        ("A", 1, 5000), ("A", 2, 5000), ("B", 1, 2000), ("B", 2, 2000),
    ]  # fmt: skip


def test_names_are_escaped(client_of, new_event):
    evil = "</script><script>alert(1)</script>\"'<b>"
    section = "<script>alert(1)<script>"  # a section's name has no slash
    event = new_event([{"name": section, "price": 1, "subsections": 1, "tier": '"></i><i>'}], name=evil)
    text = _get(client_of(None), event).content.decode()
    assert "<script>alert" not in text
    assert "<i>" not in text


def test_a_draft_is_found_only_by_its_seller_and_operators(client_of, new_event, alice, carol, dave, olga):
    draft = new_event(draft=True)
    assert [_get(client_of(user), draft).status_code for user in (None, alice, dave, carol, olga)] == [
        404, 404, 404, 200, 200,
    ]  # fmt: skip


def test_an_unknown_event_is_a_404_page(client_of, db):
    response = client_of(None).get("/events/987654321")
    assert (response.status_code, response["Content-Type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize("status", ["cancelled", "ended", "completed", "sold_out"])
def test_the_page_says_that_the_sale_is_over(client_of, concert, status):
    Event.objects.filter(pk=concert.pk).update(status=status)
    texts = {"cancelled": "is cancelled", "ended": "Sales are closed", "completed": "Sales are closed"}
    assert texts.get(status, "Sold out") in _get(client_of(None), concert).content.decode()


def test_the_page_says_when_the_sale_begins(client_of, new_event):
    event = new_event(sales_start_at=datetime.now(UTC) + timedelta(days=1))
    assert "On sale from" in _get(client_of(None), event).content.decode()


def test_only_an_event_with_a_date_has_a_calendar_link(client_of, new_event, concert):
    dated = new_event(starts_at=datetime.now(UTC) + timedelta(days=9))
    assert f"/api/event/{dated.pk}/calendar.ics" in _get(client_of(None), dated).content.decode()
    assert "calendar.ics" not in _get(client_of(None), concert).content.decode()


def test_the_page_takes_few_queries(client_of, concert, alice, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        _get(client_of(None), concert)
    client = client_of(alice)
    with django_assert_max_num_queries(5):
        _get(client, concert)


def test_the_page_lists_every_module_of_the_map():
    """The browser would load a missing module late, and a listed module that does not exist would break the page."""
    folder = Path(events.__file__).parent / "static"
    listed = {module for has_plan in (True, False) for module in modules_of(has_plan=has_plan, queueing=True)}
    files = {str(path.relative_to(folder)) for path in (folder / "events/map").rglob("*.js")}
    assert listed == files - {"events/map/page.js"}


def test_the_page_of_a_plan_loads_its_geometry_and_only_what_it_needs(client_of, concert, opera):
    text = _get(client_of(None), opera).content.decode()
    assert f'data-geometry="{opera.geometry}"' in text
    assert f'<link rel="preload" as="fetch" crossorigin="anonymous" href="{opera.geometry}">' in text
    for event, loaded, left_out in ((opera, "plan_seating", "grid_seating"), (concert, "grid_seating", "plan_seating")):
        text = _get(client_of(None), event).content.decode()
        assert f"events/map/{loaded}" in text
        assert f"events/map/{left_out}" not in text


def test_the_page_offers_every_category_of_a_plan_with_its_price(client_of, opera):
    text = _get(client_of(None), opera).content.decode()
    chips = re.findall(r'data-tier="([^"]*)".*?<span data-price>([^<]*)</span>', text)
    assert chips == [("Stalls", "$50.00"), ("Balcony", "$30.00"), ("Tables", "$40.00"), ("Standing", "$15.00")]
