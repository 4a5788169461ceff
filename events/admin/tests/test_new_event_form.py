"""The forms of events: order of the fields, limits for the seating builder, and prices as people type them."""

import json

import pytest
from django.core.exceptions import ValidationError

from events.admin.forms import EventChangeForm, PriceField
from events.admin.tests.test_admin import ADD, filled_in
from events.models import Event
from events.venues.plans import add_plan, publish_plan, save_draft


def test_required_fields_come_first_and_the_others_are_collapsed(seller_client):
    fieldsets = seller_client.get(ADD).context["adminform"].fieldsets
    assert [name for name, options in fieldsets if "collapse" not in options.get("classes", ())] == [
        None,
        "Seats and prices",
    ]
    assert fieldsets[0][1]["fields"] == ["name", "description", "venue", "venue_name", "time_zone", "starts_at"]


def test_a_fieldset_with_an_error_is_not_collapsed(seller_client):
    page = seller_client.post(ADD, filled_in(hold_seconds=0))
    assert [fieldset.is_collapsible for fieldset in page.context["adminform"]][-3:] == [True, False, True]


def test_the_seating_builder_gets_the_limits(seller_client, settings):
    settings.MAX_SEATS_PER_EVENT = 1234
    limits = json.loads(seller_client.get(ADD).context["limits_json"])
    assert limits == {
        "sections": 1000,
        "blocks": 5000,
        "price": 100_000_000,
        "name": 32,
        "large": 50_000,
        "seats": 1234,
    }


def test_an_error_names_the_section_it_is_about(seller_client):
    twice = [{"name": "A", "price": 1, "subsections": 1, "rows": 1, "cols": 1}] * 2
    page = seller_client.post(ADD, filled_in({"sections": twice}))
    assert "<li>sections.1.name: There are two sections named A.</li>" in page.text


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("45", "USD", 4500),
        ("45.5", "USD", 4550),
        ("0.07", "EUR", 7),
        (" 19.99 ", "USD", 1999),
        ("0", "USD", 0),
        ("1000000", "USD", 100_000_000),
        ("4500", "JPY", 4500),
        ("1.234", "KWD", 1234),
    ],
)
def test_a_price_is_parsed_exactly(text, currency, minor):
    field = PriceField(currency=currency)
    assert field.clean(text) == minor
    assert not field.has_changed(minor, text)
    assert field.has_changed(minor + 1, text)


@pytest.mark.parametrize(
    ("text", "currency"),
    [("45.005", "USD"), ("45.5", "JPY"), ("-1", "USD"), ("4,500", "USD"), ("1e30", "USD"), ("1000000.01", "USD")],
)
def test_an_invalid_price_is_refused(text, currency):
    with pytest.raises(ValidationError):
        PriceField(currency=currency).clean(text)


@pytest.mark.parametrize(
    "text", ["1e3", "1E3", "1_000", "١٠٠٠", "１０００", "NaN", "Infinity", "0x10", "+5", "5 0", "."]
)
def test_a_price_in_other_notations_is_refused_and_says_how_to_write_it(text):
    with pytest.raises(ValidationError, match=r"digits, such as 45\.00|Enter a number"):
        PriceField(currency="USD").clean(text)


def test_price_fields_show_the_tier_and_decimals_of_the_currency(new_event):
    event = new_event([{"name": "A", "price": 4550, "subsections": 1, "tier": "VIP"}], currency="KWD")
    form = EventChangeForm.with_prices(event)(instance=event)
    assert form.fields["price_0"].label == "Section A (VIP)"
    assert 'value="4.550"' in str(form["price_0"]) and 'step="0.001"' in str(form["price_0"])


def test_the_form_offers_the_newest_versions_of_own_plans_and_the_one_of_a_copied_event(
    seller_client, client, dave, opera, carol
):
    plan = opera.plan_version.plan
    first = opera.plan_version
    save_draft(plan_id=plan.pk, seller=carol, draft={**first.document, "name": "New"}, revision=plan.revision)
    newest = publish_plan(plan_id=plan.pk, seller=carol)
    add_plan(venue_id=plan.venue_id, seller=carol, name="Not published")

    def offered(query=""):
        return [choice["version"] for choice in client.get(f"{ADD}{query}").context["plans"]]

    assert offered() == [newest.pk]
    assert offered(f"?copy={opera.pk}") == [first.pk, newest.pk]
    client.force_login(dave)
    assert offered() == offered(f"?copy={opera.pk}") == []


def test_an_event_is_created_with_a_plan(seller_client, opera):
    seller_client.post(ADD, filled_in(opera.seating_config, venue=opera.venue_id))
    event = Event.objects.exclude(pk=opera.pk).get()
    assert (event.plan_version, event.venue) == (opera.plan_version, opera.venue)


@pytest.mark.parametrize("change", [{"prices": {}}, {"plan_version": None}, {"plan_version": 999_999}, {"more": 1}])
def test_a_plan_that_does_not_fit_is_refused(seller_client, opera, change):
    page = seller_client.post(ADD, filled_in({**opera.seating_config, **change}, venue=opera.venue_id), follow=True)
    assert Event.objects.get() == opera
    assert page.status_code == 200
    assert "seating" in page.text.lower()
