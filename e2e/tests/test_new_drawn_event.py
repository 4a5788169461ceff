"""A seller puts on an event with a seating plan of a venue, in the admin."""

import json

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from e2e.tests.test_every_page import check_page
from e2e.tests.visitors import Visitors
from events.models import Event
from events.plan_models import PlanVersion
from events.plans.examples import template
from events.venue_models import Venue
from events.venues.plans import add_plan, publish_plan
from events.venues.write import add_venue

ADD = "/admin/events/event/add/"


@pytest.fixture
def venues(carol: User) -> tuple[Venue, Venue]:
    """Two venues with a published plan each: an opera with a concert hall and a club with a standing hall."""
    opera, club = (add_venue(seller=carol, name=name, time_zone="Europe/Berlin") for name in ("Opera", "The club"))
    for venue, key in ((opera, "concert_hall"), (club, "standing_hall")):
        plan = add_plan(venue_id=venue.pk, seller=carol, name=template(key)["name"], draft=template(key))
        publish_plan(plan_id=plan.pk, seller=carol)
    return opera, club


@pytest.fixture
def page(visitors: Visitors, carol: User, venues: tuple[Venue, Venue]) -> Page:
    """The form for a new event, with the seating by plan."""
    page = visitors(carol, ADD)
    page.get_by_role("radio", name="As in a seating plan of the venue").check()
    expect(page.get_by_role("button", name="Add a section")).to_be_hidden()
    return page


def seating_of(page: Page) -> dict[str, object]:
    return json.loads(page.locator("#id_seating_config").input_value())


def test_a_plan_brings_its_venue_and_asks_for_the_price_of_each_category(
    page: Page, carol: User, venues: tuple[Venue, Venue]
) -> None:
    version = PlanVersion.objects.get(plan__venue=venues[1])
    page.get_by_label("Name:", exact=True).fill("A night out")
    page.get_by_label("Seating plan", exact=True).select_option(str(version.pk))
    expect(page.get_by_label("Venue:")).to_have_value(str(venues[1].pk))
    prices = page.get_by_role("list", name="Price of each category").get_by_role("textbox")
    expect(prices.first).to_be_visible()
    for index in range(prices.count()):
        prices.nth(index).fill(f"{10 + index}.50")
    expect(page.locator(".plan-seating figcaption")).to_contain_text(
        f"{version.places:,} places. Revenue if sold out: $"
    )
    check_page(page)

    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    event = Event.objects.get()
    assert (event.name, event.venue, event.plan_version) == ("A night out", venues[1], version)
    assert sorted(event.seating_config["prices"].values())[0] == 1050


def test_only_plans_of_the_chosen_venue_are_offered(page: Page, venues: tuple[Venue, Venue]) -> None:
    plans = page.get_by_label("Seating plan", exact=True)
    expect(plans.get_by_role("option")).to_have_count(3)
    page.get_by_label("Venue:").select_option(str(venues[0].pk))
    expect(plans.get_by_role("option")).to_have_count(2)
    expect(plans).to_have_value(str(PlanVersion.objects.get(plan__venue=venues[0]).pk))  # the only one


def test_nothing_is_saved_without_a_plan_or_a_price(page: Page, venues: tuple[Venue, Venue]) -> None:
    page.get_by_label("Name:", exact=True).fill("A night out")
    page.get_by_role("button", name="Save", exact=True).click()
    assert page.get_by_label("Seating plan", exact=True).evaluate("field => field.validationMessage")
    page.get_by_label("Venue:").select_option(str(venues[0].pk))
    price = page.get_by_role("list", name="Price of each category").get_by_role("textbox").first
    expect(price).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    assert price.evaluate("field => field.validationMessage") == "Enter a price like 45.00."
    assert page.url.endswith(ADD)
    assert not Event.objects.exists()


def test_a_seller_changes_their_mind_and_loses_nothing(page: Page, venues: tuple[Venue, Venue]) -> None:
    page.get_by_label("Venue:").select_option(str(venues[0].pk))
    price = page.get_by_role("list", name="Price of each category").get_by_role("textbox").first
    price.fill("77")
    page.get_by_role("radio", name="In rows of equal length").check()
    expect(page.locator(".totals")).to_contain_text("500 seats in 7 blocks")
    assert "sections" in seating_of(page)
    page.get_by_role("radio", name="As in a seating plan of the venue").check()
    expect(price).to_have_value("77")
    assert 7700 in seating_of(page)["prices"].values()  # type: ignore[attr-defined]


def test_what_the_server_refuses_is_shown_with_what_was_typed(page: Page, venues: tuple[Venue, Venue]) -> None:
    page.get_by_label("Name:", exact=True).fill("A night out")
    page.get_by_label("Venue:").select_option(str(venues[0].pk))
    prices = page.get_by_role("list", name="Price of each category").get_by_role("textbox")
    expect(prices.first).to_be_visible()
    for index in range(prices.count()):
        prices.nth(index).fill("2000000")  # over the highest price
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The price must be a whole number").first).to_be_visible()
    expect(page.get_by_role("radio", name="As in a seating plan of the venue")).to_be_checked()
    expect(prices.first).to_have_value("2000000.00")
    assert not Event.objects.exists()


def test_a_copy_of_an_event_keeps_its_version_and_prices(
    visitors: Visitors, carol: User, venues: tuple[Venue, Venue], new_drawn_event: object
) -> None:
    version = PlanVersion.objects.get(plan__venue=venues[1])
    event = new_drawn_event(version=version)  # type: ignore[operator]
    page = visitors(carol, f"{ADD}?copy={event.pk}")
    expect(page.get_by_label("Seating plan", exact=True)).to_have_value(str(version.pk))
    prices = page.get_by_role("list", name="Price of each category").get_by_role("textbox")
    expect(prices.first).to_have_value("10.00")


def test_the_venue_brings_its_currency_and_each_category_its_colour(
    page: Page, venues: tuple[Venue, Venue], carol: User
) -> None:
    currency = page.get_by_label("Currency:")
    page.get_by_label("Venue:").select_option(str(venues[0].pk))  # its country isn't known
    expect(currency).to_have_value("USD")
    swatches = page.locator(".category-prices .swatch")
    colours = [category["color"] for category in template("concert_hall")["categories"]]
    shown = "swatches => swatches.map(({ style }) => style.color)"
    as_rgb = [f"rgb({', '.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))})" for colour in colours]
    expect(swatches).to_have_count(len(colours))
    assert swatches.evaluate_all(shown) == as_rgb
    check_page(page)
    paris = add_venue(seller=carol, name="Bar", time_zone="Europe/Paris", country="FR")
    page.reload()
    page.get_by_label("Venue:").select_option(str(paris.pk))
    expect(currency).to_have_value("EUR")
    currency.fill("GBP")
    page.get_by_label("Venue:").select_option(str(venues[0].pk))
    page.get_by_label("Venue:").select_option(str(paris.pk))
    expect(currency).to_have_value("GBP")


def test_the_country_of_a_venue_brings_its_zones(visitors: Visitors, carol: User) -> None:
    page = visitors(carol, "/admin/events/venue/add/")
    country, zone = page.get_by_label("Country:"), page.get_by_label("Time zone:")
    country.select_option("FR")
    expect(zone).to_have_value("Europe/Paris")
    assert zone.evaluate("list => list.firstElementChild.label") == "France"
    country.select_option("US")
    expect(zone).to_have_value("America/New_York")
    zone.select_option("America/Chicago")
    country.select_option("CA")
    expect(zone).to_have_value("America/Chicago")  # chosen by the seller
    check_page(page)
