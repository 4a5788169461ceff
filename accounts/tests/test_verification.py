"""The verification email and POST /api/user/verify."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from rest_framework.test import APIClient

from accounts.models import User
from accounts.operations.registration import VERIFICATION_SALT, verification_token
from accounts.tasks import send_verification_mail


@pytest.mark.django_db
def test_registration_sends_a_link_that_verifies(
    anyone: APIClient, worker: Any, mailoutbox: list[EmailMessage]
) -> None:
    dan = {"email": "dan@example.com", "password": "a quiet evening", "name": "<b>Dan</b>", "role": "buyer"}
    with worker():
        anyone.post("/api/user", dan)
    [mail] = mailoutbox
    assert mail.to == ["dan@example.com"]
    body = str(mail.body)
    assert "Dan" not in body and "Dan" not in mail.subject
    link = re.search(re.escape(settings.SITE_URL) + r"/verify\?token=(\S+)", body)
    assert link and body.count(link[1]) == 2
    [(html, kind)] = mail.alternatives  # type: ignore[attr-defined]
    assert kind == "text/html" and f'href="{link[0]}"' in str(html) and "Dan" not in str(html)
    assert anyone.post("/api/user/verify", {"token": link[1]}).status_code == 204
    assert User.objects.get().is_verified


def test_verifying_again_succeeds_and_sends_no_second_email(
    anyone: APIClient, alice: User, mailoutbox: list[EmailMessage]
) -> None:
    for _ in range(2):
        assert anyone.post("/api/user/verify", {"token": verification_token(alice)}).status_code == 204
    send_verification_mail(user_id=alice.pk)
    assert not mailoutbox


def test_the_email_is_sent_again_until_the_address_is_confirmed(
    client_of: Any, alice: User, worker: Any, mailoutbox: list[EmailMessage]
) -> None:
    with worker():
        assert client_of(alice).post("/api/user/verify/resend").status_code == 204
    assert [mail.to for mail in mailoutbox] == [["alice@example.com"]]
    User.objects.update(is_verified=True)
    with worker():
        assert client_of(alice).post("/api/user/verify/resend").status_code == 204
    assert len(mailoutbox) == 1


def test_token_is_valid_for_one_address_only(anyone: APIClient, alice: User) -> None:
    token = verification_token(alice)
    User.objects.filter(pk=alice.pk).update(email="alicia@example.com")
    assert_refused(anyone, token)


def test_token_expires(anyone: APIClient, alice: User, settings: Any) -> None:
    settings.EMAIL_VERIFICATION_SECONDS = -1
    assert_refused(anyone, verification_token(alice))


def test_forged_token_is_refused(anyone: APIClient, alice: User) -> None:
    claim = {"user": alice.pk, "email": alice.email}
    assert_refused(anyone, signing.dumps(claim, salt="another purpose"))
    assert_refused(anyone, signing.dumps(claim, key="x" * 50, salt=VERIFICATION_SALT))
    assert_refused(anyone, "nonsense:é:1")


def assert_refused(client: APIClient, token: str) -> None:
    answer = client.post("/api/user/verify", {"token": token})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["token"]
    assert not User.objects.get().is_verified
