"""Accounts that nobody uses are deleted a month after an email, and only those."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db.models.functions import Now

from accounts.models import User
from accounts.operations.idle import WARNING_DAYS, retire_idle_accounts
from accounts.operations.tokens import tokens_for
from bookings.holds.models import Booking
from core.clock import database_now

pytestmark = pytest.mark.django_db

DAYS = 400
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def idle_days(settings: Any) -> None:
    settings.IDLE_ACCOUNT_DAYS = DAYS


def seen(user: User, *, days_ago: int, warned_days_ago: int | None = None) -> None:
    """Let the person have signed in, and perhaps been warned, so many days ago."""
    now = database_now()
    warned = None if warned_days_ago is None else now - warned_days_ago * DAY
    at = now - days_ago * DAY
    User.objects.filter(pk=user.pk).update(created_at=at, last_login=at, idle_warned_at=warned)


def is_deleted(user: User) -> bool:
    user.refresh_from_db()
    return user.deleted_at is not None


def test_an_unused_account_is_warned_once_and_deleted_a_month_later(
    alice: User, bob: User, worker: Any, mailoutbox: list[EmailMessage]
) -> None:
    seen(alice, days_ago=DAYS - WARNING_DAYS + 1)
    seen(bob, days_ago=DAYS - WARNING_DAYS - 1)
    for _ in range(2):
        with worker():
            retire_idle_accounts()
    assert [(mail.to, "will be deleted" in mail.subject) for mail in mailoutbox] == [([alice.email], True)]
    seen(alice, days_ago=DAYS + 1, warned_days_ago=WARNING_DAYS + 1)
    retire_idle_accounts()
    assert (is_deleted(alice), is_deleted(bob)) == (True, False)


@pytest.mark.parametrize(("days_ago", "warned_days_ago"), [
    (DAYS + 1, None),  # the email comes first, however long the account was unused
    (DAYS + 1, WARNING_DAYS - 1),
    (1, WARNING_DAYS + 1),  # they came back
    (DAYS + 1, DAYS + 100),  # they came back after an earlier email
])  # fmt: skip
def test_nobody_is_deleted_without_a_month_of_notice(alice: User, days_ago: int, warned_days_ago: int | None) -> None:
    seen(alice, days_ago=days_ago, warned_days_ago=warned_days_ago)
    retire_idle_accounts()
    assert not is_deleted(alice)


def test_sellers_operators_and_people_with_tickets_stay(
    alice: User, carol: User, olga: User, paid_booking: Callable[..., Booking]
) -> None:
    paid_booking(alice, "1-1")
    for user in (alice, carol, olga):
        seen(user, days_ago=DAYS + 1, warned_days_ago=WARNING_DAYS + 1)
    retire_idle_accounts()
    assert not any(map(is_deleted, (alice, carol, olga)))


def test_a_sign_in_by_token_counts(alice: User) -> None:
    seen(alice, days_ago=DAYS + 1, warned_days_ago=WARNING_DAYS + 1)
    tokens_for(alice)
    retire_idle_accounts()
    assert not is_deleted(alice)


def test_without_the_setting_nobody_is_deleted(alice: User, settings: Any) -> None:
    settings.IDLE_ACCOUNT_DAYS = 0
    seen(alice, days_ago=10_000, warned_days_ago=9_000)
    retire_idle_accounts()
    assert not is_deleted(alice)
    assert User.objects.filter(pk=alice.pk, idle_warned_at__lt=Now()).exists()
