"""Who may put events on sale: sellers with a confirmed address."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from events.lifecycle.change import change_event
from events.models import Event

HALL = {"rows": 2, "cols": 2, "sections": [{"name": "A", "price": 100, "subsections": 1}]}
JAZZ = {"name": "Jazz", "description": "Late.", "venue_name": "Cellar", "seating_config": HALL}


@pytest.fixture
def unconfirmed(carol: User) -> User:
    """Carol, who has not confirmed her address."""
    carol.is_verified = False
    carol.save()
    return carol


@pytest.mark.parametrize(("status", "answer"), [("available", 403), ("draft", 201)])
def test_the_api_creates_only_drafts_for_unconfirmed_sellers(
    unconfirmed: User, client_of: Any, settings: Any, status: str, answer: int
) -> None:
    settings.CONFIRMED_SELLERS_ONLY = True
    response = client_of(unconfirmed).post("/api/event", JAZZ | {"status": status})
    assert response.status_code == answer
    assert Event.objects.count() == (answer == 201)
    if answer == 403:
        assert response.json()["code"] == "address_not_confirmed"


def test_a_draft_of_an_unconfirmed_seller_is_published_by_nobody(
    unconfirmed: User, new_event: Any, client_of: Any, olga: User, settings: Any
) -> None:
    draft = new_event(draft=True)
    settings.CONFIRMED_SELLERS_ONLY = True
    for user in (unconfirmed, olga):
        response = client_of(user).patch(f"/api/event/{draft.pk}", {"status": "available"})
        assert (response.status_code, response.json()["code"]) == (403, "address_not_confirmed")
    draft.refresh_from_db()
    assert draft.status == "draft"
    User.objects.update(is_verified=True)
    assert change_event(event_id=draft.pk, seller=unconfirmed, status="available").status == "available"


def test_in_the_demo_the_api_publishes_for_everybody(unconfirmed: User, new_event: Any) -> None:
    assert new_event().status == "available"


def test_the_seller_admin_publishes_only_for_confirmed_sellers(
    seller_client: Client, unconfirmed: User, new_event: Any
) -> None:
    draft = new_event(draft=True)
    preview = f"/admin/events/event/{draft.pk}/do/publish/"
    refused = seller_client.post(preview, {"confirmed": "yes"}, follow=True)
    assert "The email address carol@example.com is not confirmed yet." in refused.text
    draft.refresh_from_db()
    assert draft.status == "draft"

    User.objects.update(is_verified=True)
    seller_client.post(preview, {"confirmed": "yes"}, follow=True)
    draft.refresh_from_db()
    assert draft.status == "available"


def test_operators_read_who_has_to_confirm(unconfirmed: User, new_event: Any, olga: User) -> None:
    operator = Client()
    operator.force_login(olga)
    page = f"/admin/events/event/{new_event(draft=True).pk}"
    for path in (f"{page}/change/", f"{page}/do/publish/"):
        text = operator.get(path).text
        assert "The seller has not confirmed their email address yet." in text
        assert "Confirm your email address" not in text and "/account/verify/resend" not in text
