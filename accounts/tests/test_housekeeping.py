"""Expired rows are deleted, others are kept."""

from datetime import timedelta

from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Session, StreamTicket, TokenFamily, User
from accounts.operations.stream_tickets import issue_stream_ticket
from accounts.tasks import purge_expired


def test_only_expired_rows_are_deleted(browser: APIClient, alice: User, family: TokenFamily) -> None:
    issue_stream_ticket(user=alice)
    purge_expired()
    assert (Session.objects.count(), TokenFamily.objects.count(), StreamTicket.objects.count()) == (1, 1, 1)
    past = timezone.now() - timedelta(seconds=1)
    TokenFamily.objects.update(expires_at=past)
    StreamTicket.objects.update(expires_at=past)
    Session.objects.update(expire_date=past)
    purge_expired()
    assert not (Session.objects.exists() or TokenFamily.objects.exists() or StreamTicket.objects.exists())
