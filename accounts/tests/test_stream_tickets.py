"""Stream tickets work once, for seconds."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import StreamTicket, User
from accounts.operations.stream_tickets import issue_stream_ticket, redeem_stream_ticket


def redeemed_by(ticket: str) -> User | None:
    used = redeem_stream_ticket(ticket=ticket)
    return used.user if used else None


def test_ticket_is_given_and_works_once(browser: APIClient, alice: User) -> None:
    answer = browser.post("/api/user/stream-ticket")
    assert answer.status_code == 200
    assert set(answer.json()) == {"ticket", "expires_in"} and answer.json()["expires_in"] == 30
    assert redeemed_by(answer.json()["ticket"]) == alice
    assert redeem_stream_ticket(ticket=answer.json()["ticket"]) is None


@pytest.mark.django_db
def test_ticket_needs_a_user(anyone: APIClient) -> None:
    assert anyone.post("/api/user/stream-ticket").status_code == 401


def test_ticket_itself_is_not_kept(alice: User) -> None:
    ticket = issue_stream_ticket(user=alice)
    kept = StreamTicket.objects.get()
    assert ticket not in kept.digest
    left = kept.expires_at - timezone.now()
    assert timedelta(seconds=28) < left <= timedelta(seconds=30)


def test_nothing_that_is_sent_leads_to_a_used_ticket(alice: User) -> None:
    ticket = issue_stream_ticket(user=alice)
    unused = StreamTicket.objects.get().digest
    used = redeem_stream_ticket(ticket=ticket)
    assert used is not None and used.digest == StreamTicket.objects.get().digest
    for claim in (ticket, unused, used.digest, used.digest[1:]):
        assert redeem_stream_ticket(ticket=claim) is None


def test_late_ticket_is_worth_nothing(alice: User) -> None:
    ticket = issue_stream_ticket(user=alice)
    StreamTicket.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert redeem_stream_ticket(ticket=ticket) is None


def test_ticket_of_a_deactivated_user_is_worth_nothing(alice: User) -> None:
    ticket = issue_stream_ticket(user=alice)
    User.objects.update(is_active=False)
    assert redeem_stream_ticket(ticket=ticket) is None


def test_logout_takes_the_tickets_along(browser: APIClient, alice: User) -> None:
    ticket = issue_stream_ticket(user=alice)
    browser.post("/api/user/logout")
    assert redeem_stream_ticket(ticket=ticket) is None


@pytest.mark.parametrize("ticket", ["", "nonsense", "\x00", "é", "x" * 10_000])
@pytest.mark.django_db
def test_nonsense_is_worth_nothing(ticket: str) -> None:
    assert redeem_stream_ticket(ticket=ticket) is None


@pytest.mark.django_db(transaction=True)
def test_one_of_many_simultaneous_uses_wins(alice: User, together: Callable[..., list[Any]]) -> None:
    for _ in range(10):
        ticket = issue_stream_ticket(user=alice)
        answers = together(lambda ticket=ticket: redeemed_by(ticket), 8)
        assert answers.count(alice) == 1 and answers.count(None) == 7
