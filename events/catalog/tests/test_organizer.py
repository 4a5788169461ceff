"""The organizer of an event, as buyers see it, and the legal pages of the shop."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from events.models import Event


def test_buyers_see_the_sellers_name_and_no_address_by_default(client: Client, concert: Event) -> None:
    assert client.get(f"/api/event/{concert.pk}").json()["organizer"] == {"name": "Carol", "contact_email": None}
    page = client.get(f"/events/{concert.pk}").text
    assert "Organiser: Carol" in page and "carol@example.com" not in page


def test_a_seller_sets_what_buyers_see(client: Client, carol: User, concert: Event, client_of: Any) -> None:
    tag = client.get(f"/api/event/{concert.pk}").headers["ETag"]
    shown = {"organizer_name": "Town Hall <Ltd>", "contact_email": "box-office@example.com"}
    answer = client_of(carol).patch("/api/user", shown)
    assert answer.status_code == 200 and shown.items() <= answer.json().items()

    response = client.get(f"/api/event/{concert.pk}")
    assert response.json()["organizer"] == {"name": "Town Hall <Ltd>", "contact_email": "box-office@example.com"}
    assert response.headers["ETag"] != tag
    page = client.get(f"/events/{concert.pk}").text
    assert "Organiser: Town Hall &lt;Ltd&gt;" in page and 'href="mailto:box-office@example.com"' in page


@pytest.mark.parametrize("address", ["nobody", "a@b", "b\u00fcro@example.com", "x" * 250 + "@example.com"])
def test_a_contact_address_must_be_one(carol: User, client_of: Any, address: str) -> None:
    answer = client_of(carol).patch("/api/user", {"contact_email": address, "name": "C"})
    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == {"contact_email"}
    carol.refresh_from_db()
    assert (carol.contact_email, carol.name) == ("", "Carol")


def test_legal_pages_are_linked_where_they_are_set(client: Client, concert: Event, settings: Any) -> None:
    assert "Imprint" not in client.get("/").text and "you accept" not in client.get("/register").text
    settings.TERMS_URL, settings.PRIVACY_URL = "https://example.com/terms", "https://example.com/privacy"
    settings.IMPRINT_URL = "https://example.com/imprint"
    for page in ("/", f"/events/{concert.pk}", "/login"):
        text = client.get(page).text
        assert all(f'href="https://example.com/{name}"' in text for name in ("terms", "privacy", "imprint"))
    register = client.get("/register").text
    assert "By signing up you accept" in register and "the privacy policy</a>" in register


def test_an_imprint_alone_is_nothing_to_accept(client: Client, db: None, settings: Any) -> None:
    settings.IMPRINT_URL = "https://example.com/imprint"
    assert "you accept" not in client.get("/register").text


@pytest.mark.parametrize("field", ["organizer_name", "contact_email"])
def test_buyers_have_no_public_contact(alice: User, client_of: Any, field: str) -> None:
    answer = client_of(alice).patch("/api/user", {field: "a@example.com", "name": "A"})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    alice.refresh_from_db()
    assert alice.name == "Alice"
