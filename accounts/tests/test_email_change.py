"""A new email address counts once its link was opened; until then the old one stays."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.mail import EmailMessage
from rest_framework.test import APIClient

from accounts.models import User
from accounts.operations.email_change import confirm_email_change, email_change_token, request_email_change
from accounts.operations.passwords import reset_link_parts, reset_password
from conftest import PASSWORD
from core.errors import BadInput

NEW = "alicia@example.com"
ASK = {"email": "Alicia@Example.com", "current_password": PASSWORD}


@pytest.fixture
def token(alice: User) -> str:
    """The token of the link to Alice's new address."""
    request_email_change(user=alice, email=NEW, current_password=PASSWORD)
    return email_change_token(User.objects.get(pk=alice.pk))


def test_the_new_address_gets_a_link_and_both_are_told(
    browser: APIClient, anyone: APIClient, alice: User, worker: Any, mailoutbox: list[EmailMessage]
) -> None:
    with worker():
        answer = browser.post("/api/user/email", ASK)
    assert answer.status_code == 202
    assert answer.json() == {"email": alice.email, "is_verified": False, "pending_email": NEW}
    to_old, to_new = sorted(mailoutbox, key=lambda mail: mail.to)
    assert (to_old.to, to_new.to) == ([alice.email], [NEW])
    assert NEW in str(to_old.body) and "/reset" in str(to_old.body) and "token=" not in str(to_old.body)
    assert User.objects.get().email == alice.email
    found = re.search(r"/account/email/confirm\?token=(\S+)", str(to_new.body))
    assert found

    mailoutbox.clear()
    with worker():
        assert anyone.post("/api/user/email/confirm", {"token": found[1]}).status_code == 204
    alice.refresh_from_db()
    assert (alice.email, alice.pending_email, alice.is_verified) == (NEW, "", True)
    assert [mail.to for mail in mailoutbox] == [["alice@example.com"]]
    assert browser.get("/api/user").json()["email"] == NEW  # the sign-in stays
    assert anyone.post("/api/user/login", {"email": NEW, "password": PASSWORD}).status_code == 200


def test_confirming_again_has_no_effect_and_sends_nothing(
    token: str, alice: User, worker: Any, mailoutbox: list[EmailMessage]
) -> None:
    confirm_email_change(token=token)
    mailoutbox.clear()
    with worker():
        confirm_email_change(token=token)
    assert not mailoutbox
    assert User.objects.get().email == NEW


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"current_password": "wrong"}, 400, "current_password"),
        ({"current_password": ""}, 400, "current_password"),
        ({"email": "alice@example.com"}, 400, "email"),
        ({"email": "nonsense"}, 400, "email"),
        ({"email": "älice@example.com"}, 400, "email"),
    ],
)
def test_a_bad_request_changes_nothing(
    browser: APIClient, worker: Any, mailoutbox: list[EmailMessage], change: dict[str, str], status: int, field: str
) -> None:
    before = User.objects.values().get()
    with worker():
        answer = browser.post("/api/user/email", ASK | change)
    assert answer.status_code == status
    assert {error["field"] for error in answer.json()["errors"]} == {field}
    assert User.objects.values().get() == before
    assert not mailoutbox


def test_a_taken_address_is_refused_when_asked_and_when_confirmed(
    browser: APIClient, anyone: APIClient, token: str, new_user: Callable[..., User]
) -> None:
    new_user("alicia")
    assert browser.post("/api/user/email", ASK).json()["code"] == "email_taken"
    answer = anyone.post("/api/user/email/confirm", {"token": token})
    assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")
    assert User.objects.filter(email="alice@example.com").exists()


@pytest.mark.parametrize("action", ["another address", "cancel", "new password", "reset", "deactivated"])
def test_a_link_works_only_while_nothing_else_was_decided(
    browser: APIClient, anyone: APIClient, alice: User, token: str, action: str
) -> None:
    if action == "another address":
        browser.post("/api/user/email", ASK | {"email": "other@example.com"})
    elif action == "cancel":
        assert browser.delete("/api/user/email").status_code == 204
        assert browser.get("/api/user/email").json()["pending_email"] is None
    elif action == "new password":
        browser.patch("/api/user", {"password": "another quiet evening", "current_password": PASSWORD})
    elif action == "reset":
        uid, reset = reset_link_parts(alice)
        reset_password(uid=uid, token=reset, password="another quiet evening")
    else:
        User.objects.update(is_active=False)
    answer = anyone.post("/api/user/email/confirm", {"token": token})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "token"
    assert User.objects.get().email == "alice@example.com"


def test_an_old_or_forged_link_is_refused(token: str, settings: Any) -> None:
    with pytest.raises(BadInput):
        confirm_email_change(token=token + "x")
    settings.EMAIL_VERIFICATION_SECONDS = -1
    with pytest.raises(BadInput):
        confirm_email_change(token=token)
    assert User.objects.get().email == "alice@example.com"
