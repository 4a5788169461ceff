"""Prices and totals that the payment gateway can not charge are refused: in API, admin and command, and at a hold."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from accounts.models import User
from bookings.holds.models import Booking
from bookings.payments.chargeable import GatewayRules
from core.money.currencies import DECIMALS
from events.models import Event, Ticket

ClientOf = Callable[[User | None], APIClient]
PRICE = "seating_config.sections.0.price"
# currency, price in minor units, the field that is wrong (None: accepted), what the seller is told
PRICES = [
    ("USD", 50, None, ""),
    ("USD", 49, PRICE, "at least $0.50"),
    ("USD", 99_999_999, None, ""),
    ("USD", 100_000_000, PRICE, "at most $999,999.99"),
    ("USD", 0, None, ""),
    ("HUF", 17_499, PRICE, "at least HUF\xa0175.00"),
    ("HUF", 17_550, None, ""),
    ("JPY", 49, PRICE, "at least ¥50"),
    ("ISK", 5_000, None, ""),
    ("ISK", 1_000_000, PRICE, "at most ISK\xa0999,999"),
    ("UGX", 1_000_000, PRICE, "at most UGX\xa0999,999"),
    ("IDR", 100_000_000, None, ""),
    ("KWD", 5_124, PRICE, "multiples of KWD\xa00.010"),
    ("KWD", 5_120, None, ""),
    ("MGA", 5_050, PRICE, "multiples of MGA\xa01.00"),
    ("MGA", 5_000, None, ""),
    ("IRR", 5_000, "currency", "can't charge IRR"),
    ("IRR", 0, None, ""),
]
CURRENCIES = ["ZZZ", "BGN", "HRK", "ANG", "usd", "XAU", "XTS", "CHE", "US", "DOLLAR", ""]


@pytest.fixture
def stripe_prices(settings: Any) -> None:
    """The gateway is Stripe; nothing is sent to it."""
    settings.PAYMENT_GATEWAY = "stripe"
    settings.STRIPE_SECRET_KEY = "sk_test_1"


def body(currency: str, price: int) -> dict[str, Any]:
    seating = {"rows": 2, "cols": 5, "sections": [{"name": "A", "price": price, "subsections": 1}]}
    texts = {"name": "Jazz", "description": "", "venue_name": "Cellar"}
    return {**texts, "currency": currency, "seating_config": seating}


def fields(response: Any) -> list[str]:
    return [error["field"] for error in response.json()["errors"]]


@pytest.mark.parametrize(("currency", "price", "field", "text"), PRICES)
def test_the_api_names_the_price(
    stripe_prices: None, carol: User, client_of: ClientOf, currency: str, price: int, field: str | None, text: str
) -> None:
    response = client_of(carol).post("/api/event", body(currency, price), format="json")
    if field is None:
        assert response.status_code == 201, response.json()
        return
    assert (response.status_code, fields(response)) == (400, [field])
    assert text in response.json()["errors"][0]["detail"]
    assert not Event.objects.exists()


def test_all_prices_are_named(stripe_prices: None, carol: User, client_of: ClientOf) -> None:
    wrong = body("USD", 49)
    wrong["seating_config"]["sections"].append({"name": "B", "price": 1, "subsections": 1})
    response = client_of(carol).post("/api/event", wrong, format="json")
    assert fields(response) == [PRICE, "seating_config.sections.1.price"]


@pytest.mark.parametrize(("currency", "price", "field", "text"), PRICES)
def test_the_admin_shows_it_at_the_field(
    stripe_prices: None, seller_client: Any, currency: str, price: int, field: str | None, text: str
) -> None:
    from events.admin.tests.test_admin import ADD, filled_in

    seating = json.dumps(body(currency, price)["seating_config"])
    page = seller_client.post(ADD, filled_in(seating, currency=currency))
    if field is None:
        assert page.status_code == 302
        return
    errors = page.context["adminform"].form.errors
    assert list(errors) == ["currency" if field == "currency" else "seating_config"]
    assert text in " ".join(next(iter(errors.values())))
    assert not Event.objects.exists()


def test_the_command_names_the_price(stripe_prices: None, carol: User, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(body("USD", 49)))
    with pytest.raises(CommandError, match=PRICE):
        call_command("create_event", config=file, seller=carol.email)
    assert not Event.objects.exists()


@pytest.mark.parametrize("currency", CURRENCIES)
def test_unknown_currencies_are_refused_everywhere(
    carol: User, client_of: ClientOf, seller_client: Any, tmp_path: Path, currency: str
) -> None:
    from events.admin.tests.test_admin import ADD, filled_in

    response = client_of(carol).post("/api/event", body(currency, 5_000), format="json")
    assert (response.status_code, fields(response)) == (400, ["currency"])
    page = seller_client.post(ADD, filled_in(currency=currency))
    assert list(page.context["adminform"].form.errors) == ["currency"]
    file = tmp_path / "event.json"
    file.write_text(json.dumps(body(currency, 5_000)))
    with pytest.raises(CommandError, match="currency"):
        call_command("create_event", config=file, seller=carol.email)
    assert not Event.objects.exists()


def patch(client: APIClient, event: Event, **change: Any) -> Any:
    return client.patch(f"/api/event/{event.pk}", change, format="json")


def test_a_new_price_must_be_chargeable(stripe_prices: None, concert: Event, carol: User, client_of: ClientOf) -> None:
    response = patch(client_of(carol), concert, prices={"A": 49, "B": 2_500})
    assert (response.status_code, fields(response)) == (400, ["prices.A"])
    concert.refresh_from_db()
    assert [section["price"] for section in concert.seating_config["sections"]] == [5_000, 2_000]
    assert patch(client_of(carol), concert, prices={"A": 0, "B": 50}).status_code == 200


def test_a_price_that_stays_is_not_checked(
    new_event: Callable[..., Event], carol: User, client_of: ClientOf, settings: Any
) -> None:
    """The event was made while another gateway was in use."""
    event = new_event([{"name": "A", "price": 10, "subsections": 1}, {"name": "B", "price": 20, "subsections": 1}])
    settings.PAYMENT_GATEWAY = "stripe"
    assert patch(client_of(carol), event, name="Jazz", prices={"A": 10, "B": 60}).status_code == 200


def test_the_admin_shows_a_refused_new_price_at_its_field(
    stripe_prices: None, concert: Event, seller_client: Any
) -> None:
    from events.admin.tests.test_admin import change_page, changed

    page = seller_client.post(change_page(concert), changed(concert, price_1="0.49"))
    assert "at least $0.50" in str(page.context["adminform"].form.errors["price_1"])
    concert.refresh_from_db()
    assert concert.seating_config["sections"][1]["price"] == 2_000


def test_a_new_currency_must_be_one_in_which_the_prices_can_be_charged(
    stripe_prices: None, concert: Event, carol: User, client_of: ClientOf
) -> None:
    client = client_of(carol)
    for currency in ("ZZZ", "BGN", "IRR", "HUF"):  # 50.00 HUF is too little
        response = patch(client, concert, currency=currency)
        assert (response.status_code, fields(response)) == (400, ["currency"]), currency
    response = patch(client, concert, currency="HUF", prices={"A": 1_000_000, "B": 1})
    assert fields(response) == ["prices.B"]
    assert patch(client, concert, currency="HUF", prices={"A": 1_000_000, "B": 500_000}).status_code == 200
    concert.refresh_from_db()
    assert concert.currency == "HUF"


def test_the_currency_stays_once_somebody_has_held_seats(
    concert: Event, hold: Callable[..., Booking], alice: User, carol: User, client_of: ClientOf
) -> None:
    booking = hold(alice)
    client_of(alice).delete(f"/api/booking/{booking.pk}")
    response = patch(client_of(carol), concert, currency="EUR", name="Jazz")
    assert (response.status_code, response.json()["code"]) == (409, "invalid_state")
    concert.refresh_from_db()
    assert (concert.currency, concert.name) == ("USD", "A concert")
    assert patch(client_of(carol), concert, currency="USD", name="Jazz").status_code == 200


def test_an_event_whose_currency_was_withdrawn_stays_usable(
    concert: Event, hold: Callable[..., Booking], alice: User, carol: User, client_of: ClientOf
) -> None:
    Event.objects.filter(pk=concert.pk).update(currency="BGN")
    assert client_of(alice).get(f"/api/event/{concert.pk}").json()["currency"] == "BGN"
    assert client_of(alice).get(f"/events/{concert.pk}").status_code == 200
    assert patch(client_of(carol), concert, currency="BGN", name="Jazz").status_code == 200
    client = client_of(alice)
    paid = client.post(f"/api/booking/{hold(alice).pk}/pay", {"card_number": "4242424242424242"})
    assert paid.status_code == 200


@pytest.mark.parametrize("path", ["201", "202"])
def test_seats_that_cost_more_than_can_be_charged_at_once_are_not_held(
    stripe_prices: None, new_event: Callable[..., Event], alice: User, client_of: ClientOf, path: str
) -> None:
    event = new_event([{"name": "A", "price": 40_000_000, "subsections": 1}])
    seats = {"event_id": event.pk, "section": "A", "subsection": 1, "seat_selection_mode": "best_available"}
    headers = {"Prefer": "respond-async"} if path == "202" else {}
    response = client_of(alice).post("/api/booking", {**seats, "quantity": 3}, headers=headers)
    assert (response.status_code, fields(response)) == (400, ["quantity"])
    detail = response.json()["errors"][0]["detail"]
    assert "$1,200,000.00" in detail and "at most $999,999.99" in detail
    assert not Booking.objects.exists()
    assert not Ticket.objects.exclude(status="available").exists()
    held = client_of(alice).post("/api/booking", {**seats, "quantity": 2}, headers=headers)
    assert held.status_code == int(path)


@pytest.mark.parametrize("currency", ["ISK", "IDR", "USD"])
def test_the_highest_total_depends_on_the_currency(
    stripe_prices: None, new_event: Callable[..., Event], alice: User, client_of: ClientOf, currency: str
) -> None:
    price, fits = {"ISK": (500_000, 1), "IDR": (100_000_000, 10), "USD": (10_000_000, 9)}[currency]
    event = new_event([{"name": "A", "price": price, "subsections": 1}], currency=currency, max_tickets_per_booking=20)
    seats = {"event_id": event.pk, "section": "A", "subsection": 1, "seat_selection_mode": "best_available"}
    client = client_of(alice)
    assert client.post("/api/booking", {**seats, "quantity": fits}).status_code == 201
    if currency != "IDR":
        assert fields(client.post("/api/booking", {**seats, "quantity": fits + 1})) == ["quantity"]


@pytest.mark.parametrize("currency", sorted(DECIMALS))
def test_the_rules_agree_with_the_totals_for_every_currency(stripe_prices: None, currency: str) -> None:
    rules = GatewayRules()
    totals = json.loads(rules.max_totals() or "")
    highest = totals.get(currency, totals[""])
    if rules.currency_refusal(currency) is None:
        assert rules.refusal(highest, currency) is None
        assert "at most" in (rules.refusal(highest * 10, currency) or "")
    else:
        assert rules.refusal(5_000, currency) == rules.currency_refusal(currency)


def test_the_mock_gateway_charges_anything() -> None:
    assert GatewayRules().max_totals() is None
    assert all(GatewayRules().refusal(1, currency) is None for currency in DECIMALS)
