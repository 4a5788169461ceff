"""Stream tickets work once, within seconds."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import StreamTicket, User
from accounts.operations.stream_tickets import issue_stream_ticket, redeem_stream_ticket


def user_who_redeems(ticket: str) -> User | None:
    used = redeem_stream_ticket(ticket=ticket)
    return used.user if used else None


def test_ticket_is_issued_and_works_once(browser: APIClient, alice: User) -> None:
    answer = browser.post("/api/user/stream-ticket")
    assert answer.status_code == 200
    assert set(answer.json()) == {"ticket", "expires_in"} and answer.json()["expires_in"] == 30
    assert user_who_redeems(answer.json()["ticket"]) == alice
    assert redeem_stream_ticket(ticket=answer.json()["ticket"]) is None


@pytest.mark.django_db
def test_ticket_needs_a_signed_in_user(anyone: APIClient) -> None:
    assert anyone.post("/api/user/stream-ticket").status_code == 401


def test_only_the_hash_of_a_ticket_is_stored(alice: User) -> None:
    ticket = issue_stream_ticket(user=alice)
    stored = StreamTicket.objects.get()
    assert ticket not in stored.digest
    left = stored.expires_at - timezone.now()
    assert timedelta(seconds=28) < left <= timedelta(seconds=30)


def test_a_used_ticket_cannot_be_redeemed_by_any_value(alice: User) -> None:
    ticket = issue_stream_ticket(user=alice)
    unused = StreamTicket.objects.get().digest
    used = redeem_stream_ticket(ticket=ticket)
    assert used is not None and used.digest == StreamTicket.objects.get().digest
    for claim in (ticket, unused, used.digest, used.digest[1:]):
        assert redeem_stream_ticket(ticket=claim) is None


def test_expired_ticket_is_refused(alice: User) -> None:
    ticket = issue_stream_ticket(user=alice)
    StreamTicket.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert redeem_stream_ticket(ticket=ticket) is None


def test_ticket_of_a_deactivated_user_is_refused(alice: User) -> None:
    ticket = issue_stream_ticket(user=alice)
    User.objects.update(is_active=False)
    assert redeem_stream_ticket(ticket=ticket) is None


def test_logout_ends_the_stream_tickets(browser: APIClient, alice: User) -> None:
    ticket = issue_stream_ticket(user=alice)
    browser.post("/api/user/logout")
    assert redeem_stream_ticket(ticket=ticket) is None


@pytest.mark.parametrize("ticket", ["", "nonsense", "\x00", "é", "x" * 10_000])
@pytest.mark.django_db
def test_malformed_ticket_is_refused(ticket: str) -> None:
    assert redeem_stream_ticket(ticket=ticket) is None


@pytest.mark.django_db(transaction=True)
def test_one_of_many_simultaneous_uses_wins(alice: User, together: Callable[..., list[Any]]) -> None:
    for _ in range(10):
        ticket = issue_stream_ticket(user=alice)
        answers = together(lambda ticket=ticket: user_who_redeems(ticket), 8)
        assert answers.count(alice) == 1 and answers.count(None) == 7
