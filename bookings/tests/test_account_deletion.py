"""Deleting an account removes the person and keeps the books; not while something of theirs is to come."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage as Mail
from django.db.models import CharField
from django.db.models.functions import Now
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Session, TokenFamily, User
from accounts.operations.deletion import DELETED_NAME, delete_account
from accounts.operations.tokens import tokens_for
from bookings.checkin.models import GateStaff
from bookings.emails.compose import compose
from bookings.event_changes.cancel_event import cancel_event
from bookings.holds.models import Booking
from bookings.invariants import check_invariants
from bookings.notifications.models import EmailMessage
from bookings.payments.refund import refund_booking
from bookings.states import BookingStatus
from bookings.tickets.models import Admission
from bookings.webhooks.endpoints import add_endpoint
from bookings.webhooks.models import Endpoint
from conftest import PASSWORD
from events.models import Event

BODY = {"current_password": PASSWORD}


@pytest.fixture
def browser(alice: User) -> APIClient:
    """Alice's browser."""
    client = APIClient()
    client.force_login(alice)
    return client


def over(booking: Booking) -> None:
    """Let the booking's event be in the past."""
    Event.objects.filter(pk=booking.event_id).update(starts_at=timezone.now() - timedelta(days=2), status="completed")
    Booking.objects.filter(pk=booking.pk).update(status=BookingStatus.COMPLETED)


def test_the_person_disappears_and_the_books_stay(
    browser: APIClient,
    alice: User,
    concert: Event,
    paid_booking: Callable[..., Booking],
    worker: Any,
    mailoutbox: list[Mail],
) -> None:
    booking = paid_booking(alice, "1-1")
    over(booking)
    pair = tokens_for(alice)
    GateStaff.objects.create(event=concert, email=alice.email)
    before = Booking.objects.values().get()
    with worker():
        response = browser.delete("/api/user", BODY)
    assert response.status_code == 204
    gone = User.objects.get(pk=alice.pk)
    assert (gone.name, gone.email) == (DELETED_NAME, f"deleted-{alice.pk}@deleted.invalid")
    assert gone.deleted_at and not gone.is_active and not gone.has_usable_password() and gone.last_login is None
    assert Booking.objects.values().get() == before
    assert Admission.objects.get().holder == DELETED_NAME
    assert not GateStaff.objects.exists()
    assert not Session.objects.filter(user=alice).exists()
    assert not TokenFamily.objects.filter(revoked_at=None).exists()
    assert browser.get("/api/user").status_code == 401
    assert browser.post("/api/user/token/refresh", {"refresh": pair["refresh"]}).status_code == 401
    assert browser.post("/api/user/login", {"email": "alice@example.com", "password": PASSWORD}).status_code == 401
    assert [mail.to for mail in mailoutbox] == [["alice@example.com"]]
    assert compose(EmailMessage.objects.select_related("booking__buyer", "booking__event").latest("pk")) is None


def test_no_text_about_the_person_stays(alice: User) -> None:
    kept = {"role", "password"}  # the password is checked above
    texts = [one.name for one in User._meta.concrete_fields if isinstance(one, CharField) and one.name not in kept]
    User.objects.filter(pk=alice.pk).update(**{name: f"about.alice.{name}@example.com" for name in texts})
    delete_account(user=alice, current_password=PASSWORD)
    left = User.objects.values(*texts).get(pk=alice.pk)
    assert not [name for name, text in left.items() if "about.alice" in text]


def test_the_address_can_be_registered_again(browser: APIClient, alice: User) -> None:
    browser.delete("/api/user", BODY)
    again = {"email": alice.email, "password": "a quiet evening", "name": "Alice", "role": "buyer"}
    assert APIClient().post("/api/user", again).status_code == 201


@pytest.mark.parametrize("password", ["wrong", "", None])
def test_the_password_is_needed(browser: APIClient, password: str | None) -> None:
    before = User.objects.values().get()
    response = browser.delete("/api/user", {"current_password": password})
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["current_password"]
    assert User.objects.values().get() == before


def test_what_is_to_come_is_named_and_nothing_changes(
    browser: APIClient, alice: User, concert: Event, hold: Callable[..., Booking], paid_booking: Callable[..., Booking]
) -> None:
    paid, held = paid_booking(alice, "1-1"), hold(alice, "2-1")
    before = User.objects.filter(pk=alice.pk).values().get()
    response = browser.delete("/api/user", BODY)
    assert (response.status_code, response.json()["code"]) == (409, "account_in_use")
    obstacles = {one["id"]: one for one in response.json()["obstacles"]}
    assert set(obstacles) == {str(paid.pk), str(held.pk)}
    assert concert.name in obstacles[str(paid.pk)]["name"]
    for one in obstacles.values():
        assert browser.get(one["path"]).status_code == 200
    assert User.objects.filter(pk=alice.pk).values().get() == before
    refund_booking(booking_id=paid.pk, user=alice)
    Booking.objects.filter(pk=held.pk).update(expires_at=Now())
    assert browser.delete("/api/user", BODY).status_code == 204


def test_a_seller_cancels_or_holds_their_events_first(
    carol: User, concert: Event, paid_booking: Any, alice: User
) -> None:
    add_endpoint(seller=carol, url="https://example.com/hook", kinds=["booking.paid"])
    paid_booking(alice, "1-1")
    client = APIClient()
    client.force_login(carol)
    for status in ("available", "sold_out", "ended"):
        Event.objects.update(status=status)
        response = client.delete("/api/user", BODY)
        assert [one["id"] for one in response.json()["obstacles"]] == [str(concert.pk)], status
    Event.objects.update(status="available")
    cancel_event(event_id=concert.pk, seller=carol)
    assert client.delete("/api/user", BODY).status_code == 204
    assert not Endpoint.objects.filter(is_active=True).exists()
    assert Event.objects.get().seller_id == carol.pk


def test_an_operator_stays(olga: User) -> None:
    client = APIClient()
    client.force_login(olga)
    assert client.delete("/api/user", BODY).json()["obstacles"][0]["kind"] == "operator"
    assert User.objects.get().is_active


@pytest.mark.django_db(transaction=True)
def test_a_deleted_account_breaks_no_invariant(alice: User, paid_booking: Callable[..., Booking]) -> None:
    over(paid_booking(alice, "1-1"))
    delete_account(user=alice, current_password=PASSWORD)
    assert not any(check_invariants().values())
