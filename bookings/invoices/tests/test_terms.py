"""Terms of events: set by sellers, kept by orders, shown in the API."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User
from bookings.holds.models import Booking
from bookings.invoices.models import Terms
from bookings.invoices.terms import set_terms
from bookings.orders.tests.stage import order_of
from events.models import Event

TERMS = {
    **{"ticket_fee": 150, "ticket_fee_rate": 0, "order_fee": 0, "order_fee_rate": 250},
    **{"ticket_tax": "VAT 7 %", "ticket_tax_rate": 700, "fee_tax": "VAT 19 %", "fee_tax_rate": 1900},
}


def client_of(user: User) -> Any:
    client = Client()
    client.force_login(user)
    return client


def put(user: User, event: Event, **body: Any) -> Any:
    return client_of(user).put(f"/api/event/{event.pk}/terms", body, "application/json")


def breakdown(buyer: User, order: Any) -> Any:
    return client_of(buyer).get(f"/api/order/{order}").json()["breakdown"]


def test_an_order_keeps_the_terms_of_its_hold(concert: Event, alice: User, carol: User) -> None:
    path = f"/api/event/{concert.pk}/terms"
    nothing = {name: type(value)() for name, value in TERMS.items()} | {"created_at": None}
    assert client_of(carol).get(path).json() == nothing
    before = order_of(alice, concert, "A1", "B1")
    assert put(carol, concert, **TERMS).status_code == 200
    assert client_of(carol).get(path).json() | {"created_at": None} == TERMS | {"created_at": None}
    order = order_of(alice, concert, "A2", "B2")
    assert put(carol, concert).json() | {"created_at": None} == nothing

    assert breakdown(alice, before[0].order_id) == {"total": 14_000, "fee": 0, "net": 14_000, "taxes": []}
    shown = breakdown(alice, order[0].order_id)
    # 4 × 1.50, and 2.5 % of 140.00.
    assert (shown["total"], shown["fee"]) == (14_000, 950)
    assert [(tax["name"], tax["rate"], tax["gross"]) for tax in shown["taxes"]] == [
        ("VAT 7 %", 700, 13_050),
        ("VAT 19 %", 1900, 950),
    ]
    assert shown["net"] + sum(tax["tax"] for tax in shown["taxes"]) == shown["total"]


def test_a_booking_keeps_the_terms_of_its_hold(concert: Event, alice: User, carol: User) -> None:
    terms = set_terms(event_id=concert.pk, **TERMS)
    body = {
        "event_id": concert.pk,
        "section": "A",
        "subsection": 1,
        "seat_selection_mode": "best_available",
        "quantity": 2,
    }
    made = client_of(alice).post("/api/booking", body, "application/json").json()
    assert Booking.objects.get(pk=made["id"]).order.terms == terms
    assert breakdown(alice, made["id"])["fee"] == 550


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"ticket_fee": -1}, "ticket_fee"),
        ({"order_fee_rate": 10_001}, "order_fee_rate"),
        ({"order_fee": 1.5}, "order_fee"),
        ({"ticket_tax_rate": 700}, "ticket_tax"),
        ({"ticket_tax": "VAT", "ticket_tax_rate": 700, "fee_tax": "VAT", "fee_tax_rate": 1900}, "fee_tax"),
        ({"ticket_tax": "VAT\n7"}, "ticket_tax"),
        ({"tax": 7}, "tax"),
    ],
)
def test_a_refusal_names_the_field(concert: Event, carol: User, body: dict[str, Any], field: str) -> None:
    refused = put(carol, concert, **body)
    assert refused.status_code == 400
    assert [one["field"] for one in refused.json()["errors"]] == [field]
    assert not Terms.objects.exists()


def test_terms_never_change(concert: Event) -> None:
    set_terms(event_id=concert.pk, **TERMS)
    with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
        Terms.objects.update(ticket_fee=0)
