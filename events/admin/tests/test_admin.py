"""Creating and changing events in the seller admin. test_admin_access.py tests who may do it."""

import json
import re
from html import unescape
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from core.money.amounts import in_major_units, money
from events.admin.forms import SEATING_EXAMPLE, EventChangeForm
from events.models import Event, SeatChange, Subsection, Ticket
from events.seller_admin.tests.messages import messages_of
from events.states import EventStatus

ADD = "/admin/events/event/add/"
TIMES = ("starts_at", "ends_at", "sales_start_at", "sales_end_at", "late_entry_until")
LIMITS = {
    "hold_seconds": 300,
    "payment_seconds": 900,
    "max_tickets_per_booking": 10,
    "max_active_holds": 3,
    "refund_until_hours": 24,
    "allow_single_gaps": "on",
    "admit_per_minute": 60,
    "max_active": 500,
    "pass_seconds": 600,
}
TEXTS = {"name": "A play", "description": "In five acts.", "venue_name": "The theatre", "is_active": "on"}
SEATING = {"rows": 5, "cols": 10, "sections": [{"name": "A", "price": 4500, "subsections": 4}]}


def filled_in(seating: object = SEATING, **fields: object) -> dict[str, object]:
    """Return the create form as a browser sends it."""
    times = {f"{name}_{part}": "" for name in TIMES for part in (0, 1)}
    text = seating if isinstance(seating, str) else json.dumps(seating)
    return {**TEXTS, **LIMITS, **times, "currency": "USD", "seating_config": text, **fields}


def changed(event: Event, **fields: object) -> dict[str, object]:
    """Return the change form as a browser sends it, with some fields changed; None is an empty checkbox."""
    texts = {"name": event.name, "description": event.description, "venue_name": event.venue_name, "is_active": "on"}
    sections = enumerate(event.seating_config["sections"])
    prices = {f"price_{n}": in_major_units(section["price"], event.currency) for n, section in sections}
    form = {**filled_in(), **texts, **prices, **fields}
    return as_shown(event) | {name: value for name, value in form.items() if value is not None}


def as_shown(event: Event) -> dict[str, object]:
    """Return the hidden fields with the values that the change form was filled in with."""
    page = str(EventChangeForm.with_prices(event)(instance=event).as_p())
    inputs = re.findall(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?', page)
    return {name: unescape(value) for name, value in inputs}


def change_page(event: Event, page: str = "change/") -> str:
    return f"/admin/events/event/{event.pk}/{page}"


# --- Creating --------------------------------------------------------------------------------------


def test_the_create_form_contains_a_valid_example(seller_client):
    page = seller_client.get(ADD)
    assert "Stalls" in page.text
    assert seller_client.post(ADD, filled_in(SEATING_EXAMPLE)).status_code == 302
    assert Ticket.objects.count() == 500


def test_a_seller_creates_a_draft_of_200_seats(seller_client, carol):
    response = seller_client.post(ADD, filled_in(), follow=True)
    event = Event.objects.get()
    assert "was added successfully" in messages_of(response)[0]
    assert response.redirect_chain[-1][0] == f"/admin/events/event/{event.pk}/change/"  # where it is published
    assert (event.seller, event.name, event.status, event.max_active_holds) == (carol, "A play", "draft", 3)
    assert event.seating_config == SEATING
    assert Subsection.objects.filter(event=event, available=50).count() == 4
    assert Ticket.objects.filter(event=event).count() == 200
    assert LogEntry.objects.get().object_id == str(event.pk)


def test_a_seller_creates_a_draft_with_times_and_another_currency(seller_client):
    times = {"starts_at_0": "2030-05-01", "starts_at_1": "20:00:00"}
    seller_client.post(ADD, filled_in(currency="JPY", **times))
    event = Event.objects.get()
    assert (event.status, event.currency) == (EventStatus.DRAFT, "JPY")
    assert event.starts_at is not None
    assert event.starts_at.isoformat() == "2030-05-01T20:00:00+00:00"
    page = seller_client.get(f"/admin/events/event/{event.pk}/change/").text
    assert 'type="date" name="starts_at_0" value="2030-05-01"' in page  # browsers and phones show a picker for it
    assert 'type="time" name="starts_at_1" value="20:00:00"' in page


@pytest.mark.parametrize(
    ("seating", "expected"),
    [
        ("{rows: 5}", "This text can't be read: the name of a member in double quotes is missing at line 1"),
        ("[" * 100_000, "This is not a seating configuration."),
        ("9" * 5_000, "This is not a seating configuration."),
        ("[]", "The seating configuration must be an object."),
        ("{}", "sections: At least one section is needed."),
        ('{"sections": [{"price": NaN}]}', "sections.0.price: The price must be a whole number of minor units"),
        (
            {"rows": 0, "cols": 1, "sections": [{"name": "", "price": 1, "subsections": 1}]},
            "sections.0.name: This must be a name of printable characters.",
        ),
        ({**SEATING, "rows": 10**9}, "An event may have at most 200,000 seats; this has 40,000,000,000."),
    ],
)
def test_an_invalid_seating_configuration_is_explained_and_nothing_is_created(seller_client, seating, expected):
    page = seller_client.post(ADD, filled_in(seating))
    assert page.status_code == 200
    problems = page.context["adminform"].form.errors["seating_config"]
    assert any(problem.startswith(expected) for problem in problems), problems
    assert not Event.objects.exists()
    assert not LogEntry.objects.exists()


def test_all_problems_of_a_seating_configuration_are_shown_at_once_and_the_text_is_kept(seller_client):
    page = seller_client.post(ADD, filled_in('{"sections": [{"name": "Oops", "price": -1}]}'))
    problems = page.context["adminform"].form.errors["seating_config"]
    assert [problem.split(":")[0] for problem in problems] == [
        f"sections.0.{member}" for member in ("price", "rows", "cols", "subsections")
    ]
    assert "Oops" in page.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "a\0b"),
        ("currency", "usd"),
        ("hold_seconds", "0"),
        ("hold_seconds", "9" * 30),
        ("max_active_holds", "x"),
        ("seating_config", ""),
        ("seating_config", '{"a": "\0"}'),
    ],
)
def test_an_invalid_field_shows_its_error(seller_client, field, value):
    page = seller_client.post(ADD, filled_in(**{field: value}) if field != "seating_config" else filled_in(value))
    assert page.status_code == 200
    assert field in page.context["adminform"].form.errors
    assert not Event.objects.exists()


def test_an_end_before_the_start_is_refused(seller_client):
    times = {"starts_at_0": "2030-05-01", "starts_at_1": "20:00", "ends_at_0": "2030-05-01", "ends_at_1": "19:00"}
    page = seller_client.post(ADD, filled_in(**times))
    assert page.context["adminform"].form.errors["ends_at"] == ["This must be after starts_at."]


@pytest.mark.parametrize(
    ("times", "field", "text"),
    [
        ({"starts_at_0": "2030-05-01"}, "starts_at", "Enter a valid time."),
        ({"ends_at_0": "2030-05-01", "ends_at_1": "20:00"}, "ends_at", "An event with an end also needs a start"),
        (
            {"starts_at_0": "2030-05-01", "starts_at_1": "20:00", "sales_start_at_0": "2030-05-02"}
            | {"sales_start_at_1": "20:00"},
            "sales_start_at",
            "This must be before starts_at.",
        ),
    ],
)
def test_contradictory_or_incomplete_dates_are_refused_at_their_field(seller_client, times, field, text):
    page = seller_client.post(ADD, filled_in(**times))
    assert page.context["adminform"].form.errors[field][0].startswith(text)
    assert not Event.objects.exists()


def test_a_seller_cannot_create_events_for_others(seller_client, carol, dave):
    seller_client.post(ADD, filled_in(seller=dave.pk))
    assert Event.objects.get().seller == carol


def test_an_operator_creates_an_event_for_a_seller(client, olga, alice, dave):
    client.force_login(olga)
    assert "seller" in client.post(ADD, filled_in(seller=alice.pk)).context["adminform"].form.errors
    client.post(ADD, filled_in(seller=dave.pk))
    assert Event.objects.get().seller == dave


def test_the_query_string_fills_in_nothing(seller_client):
    assert seller_client.get(ADD + "?starts_at=tomorrow&name=x").status_code == 200


# --- Changing --------------------------------------------------------------------------------------


def test_a_seller_changes_texts_limits_and_visibility(seller_client, concert):
    posted = changed(concert, name="Two concerts", description="", hold_seconds=60, is_active=None)
    response = seller_client.post(change_page(concert), posted, follow=True)
    assert "was changed successfully" in messages_of(response)[0]
    concert.refresh_from_db()
    assert (concert.name, concert.description, concert.hold_seconds) == ("Two concerts", "", 60)
    assert not concert.is_active
    assert "Name" in LogEntry.objects.get().get_change_message()


def test_a_new_price_applies_to_new_holds_only(seller_client, concert, hold, alice, bob):
    before = hold(alice)
    seller_client.post(change_page(concert), changed(concert, price_0="70"))
    concert.refresh_from_db()
    before.refresh_from_db()
    assert [section["price"] for section in concert.seating_config["sections"]] == [7000, 2000]
    assert (before.unit_price, hold(bob).unit_price) == (5000, 7000)


@pytest.mark.parametrize("price", ["", "-1", "1.505", "x", "NaN", "1000000.01"])
def test_an_invalid_price_is_refused_and_nothing_changes(seller_client, concert, price):
    page = seller_client.post(change_page(concert), changed(concert, name="Changed", price_1=price))
    assert "price_1" in page.context["adminform"].form.errors
    concert.refresh_from_db()
    assert concert.name == "A concert"
    assert not LogEntry.objects.exists()


def test_fields_that_are_not_in_the_form_are_ignored(seller_client, concert, dave):
    posted = {"status": "cancelled", "seating_config": "{}", "seller": dave.pk, "currency": "EUR"}
    assert seller_client.post(change_page(concert), changed(concert, **posted)).status_code == 302
    after = Event.objects.get()
    assert (after.status, after.seller, after.currency) == ("available", concert.seller, "USD")
    assert after.seating_config == concert.seating_config


def test_only_changed_fields_are_part_of_the_change(concert):
    form = EventChangeForm.with_prices(concert)(changed(concert, name="Renamed", price_1="0.01"), instance=concert)
    form.full_clean()
    assert form.changes() == {"name": "Renamed", "prices": {"B": 1}}


def test_saving_an_older_tab_does_not_undo_changes_of_another_tab(seller_client, concert):
    shown_before = changed(concert, name="Renamed")
    seller_client.post(change_page(concert), changed(concert, price_0="70", allow_single_gaps=None))
    seller_client.post(change_page(concert), shown_before)
    concert.refresh_from_db()
    assert (concert.name, concert.seating_config["sections"][0]["price"]) == ("Renamed", 7000)
    assert not concert.allow_single_gaps


def test_a_form_without_hidden_initial_values_is_accepted(seller_client, concert):
    posted = {name: value for name, value in changed(concert, price_0="70").items() if not name.startswith("initial-")}
    assert seller_client.post(change_page(concert), posted).status_code == 302
    concert.refresh_from_db()
    assert [section["price"] for section in concert.seating_config["sections"]] == [7000, 2000]


def test_a_refusal_of_the_operation_is_shown_and_not_logged(seller_client, concert, monkeypatch):
    """The form checks everything else before; here the seller loses the event between the form and the operation."""
    monkeypatch.setattr("events.ownership.may_manage", lambda event, user: False)
    response = seller_client.post(change_page(concert), changed(concert, name="Changed"), follow=True)
    assert messages_of(response) == ["Only the event's seller can do this."]
    assert Event.objects.get().name == "A concert"
    assert not LogEntry.objects.exists()


def test_the_form_of_a_cancelled_event_offers_only_its_texts(seller_client, concert):
    Event.objects.update(status="cancelled", starts_at=None)
    page = seller_client.get(change_page(concert))
    form = page.context["adminform"].form
    assert {name for name in form.fields if not form.fields[name].disabled} == {
        *("name", "description", "venue_name", "is_active"),
    }
    texts = {"name": "Two concerts", "description": "Cancelled.", "venue_name": "The hall", "is_active": "on"}
    hidden = {name: value for name, value in changed(concert).items() if name.startswith("initial-")}
    before: dict[str, Any] = {**Event.objects.values().get()}
    response = seller_client.post(change_page(concert), hidden | texts, follow=True)
    assert "was changed successfully" in messages_of(response)[0]
    after: dict[str, Any] = {**Event.objects.values().get()}
    assert {name for name in after if after[name] != before[name]} == {"name", "description", "updated_at"}


@pytest.mark.parametrize(("status", "word"), [("cancelled", "cancelled"), ("ended", "sales ended")])
def test_a_page_from_before_the_end_is_refused_instead_of_ignored(seller_client, concert, status, word):
    posted = changed(concert, name="Changed", price_0="70")
    Event.objects.update(status=status)
    page = seller_client.post(change_page(concert), posted)
    assert f"has become “{word}” since you opened the page" in str(page.context["adminform"].form.errors)
    concert.refresh_from_db()
    assert (concert.name, concert.seating_config["sections"][0]["price"]) == ("A concert", 5000)
    assert not LogEntry.objects.exists()


def test_prices_of_an_event_whose_sale_has_ended_are_shown_but_not_offered(seller_client, concert):
    Event.objects.update(status="ended")
    page = seller_client.get(change_page(concert))
    form = page.context["adminform"].form
    assert {name for name in form.fields if form.fields[name].disabled} == {"price_0", "price_1"}
    assert "Nobody can buy seats any more" in page.content.decode()


def test_a_new_price_of_a_completed_event_needs_new_dates(seller_client, concert):
    Event.objects.update(status="completed")
    response = seller_client.post(change_page(concert), changed(concert, price_0="70"), follow=True)
    assert messages_of(response) == ["Nobody can buy seats of this event any more, so its prices can't be changed."]
    concert.refresh_from_db()
    assert concert.seating_config["sections"][0]["price"] == 5000


def test_an_event_cannot_be_deleted(seller_client, client, olga, concert):
    assert seller_client.post(change_page(concert, "delete/"), {"post": "yes"}).status_code == 403
    client.force_login(olga)
    assert client.post(change_page(concert, "delete/"), {"post": "yes"}).status_code == 403
    seller_client.post(
        "/admin/events/event/", {"action": "delete_selected", "_selected_action": [concert.pk], "post": "yes"}
    )
    assert Event.objects.exists()


def test_the_change_page_shows_the_subsections_with_their_counts(seller_client, concert, hold, paid_booking, alice):
    hold(alice, quantity=3)
    paid_booking(alice, quantity=2)
    page = seller_client.get(change_page(concert))
    first = page.context["subsections"][0]
    assert (first["section"], first["subsection"], first["price"]) == ("A", 1, "$50.00")
    assert (first["available"], first["reserved"], first["sold"]) == (45, 3, 2)
    assert first["version"] == SeatChange.objects.count()
    assert page.context["totals"] == {"available": 195, "reserved": 3, "sold": 2, "blocked": 0, "total": 200}


def test_the_list_shows_sold_held_and_all_seats(seller_client, concert, hold, paid_booking, alice):
    hold(alice, quantity=3)
    paid_booking(alice, quantity=2)
    page = seller_client.get("/admin/events/event/")
    assert page.context["cl"].result_list[0].stats["reserved"] == 3
    for cell in ('<td class="field-sold">2</td>', '<td class="field-held">3</td>', '<td class="field-seats">200</td>'):
        assert cell in page.text


# --- Money ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (123456, "USD", "$1,234.56"),
        (5, "EUR", "€0.05"),
        (123456, "JPY", "¥123,456"),
        (1500, "KWD", "KWD\xa01.500"),
        (0, "USD", "$0.00"),
    ],
)
def test_money_is_formatted_with_the_decimals_of_its_currency(amount, currency, shown):
    assert money(amount, currency) == shown
