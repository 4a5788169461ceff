"""A forgotten password: the email and its link."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core.mail import EmailMessage
from rest_framework.test import APIClient

from accounts.models import User
from accounts.operations.passwords import reset_link_parts, reset_password
from conftest import PASSWORD
from core.errors import BadInput

NEW = "another quiet evening"


def test_link_from_the_email_sets_a_new_password_once(
    anyone: APIClient, alice: User, worker: Any, mailoutbox: list[EmailMessage]
) -> None:
    with worker():
        assert anyone.post("/api/user/password/reset", {"email": "Alice@Example.com"}).status_code == 204
    [mail] = mailoutbox
    uid, token = reset_link_parts(alice)
    assert mail.to == ["alice@example.com"]
    link = f"{settings.SITE_URL}/reset/{uid}/{token}"
    assert mail.subject == "A new password for Ticketing"
    assert link in mail.body
    assert mail.body.count(token) == 1 and uid not in mail.body.replace(link, "") and "API" not in mail.body
    assert f'href="{link}"' in str(mail.alternatives[0][0])  # type: ignore[attr-defined]
    body = {"uid": uid, "token": token, "password": NEW}
    assert anyone.post("/api/user/password/reset/confirm", body).status_code == 204
    assert User.objects.get().check_password(NEW)
    assert anyone.post("/api/user/password/reset/confirm", body).status_code == 400


@pytest.mark.parametrize("email", ["nobody@example.com", "carol@example.com"])
def test_unknown_and_deactivated_addresses_get_the_same_response_and_no_email(
    anyone: APIClient, carol: User, worker: Any, mailoutbox: list[EmailMessage], email: str
) -> None:
    User.objects.update(is_active=False)
    with worker() as enqueued:
        answer = anyone.post("/api/user/password/reset", {"email": email})
    assert (answer.status_code, answer.content) == (204, b"")
    assert len(enqueued) == 1
    assert not mailoutbox


@pytest.mark.django_db
def test_the_request_does_the_same_work_for_every_address(
    anyone: APIClient, alice: User, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for email in ("alice@example.com", "nobody@example.com"):
        with django_assert_num_queries(0):
            anyone.post("/api/user/password/reset", {"email": email})


def test_reset_ends_sessions_and_tokens(
    anyone: APIClient, browser: APIClient, alice: User, pair: dict[str, str], bearer: Callable[[str], APIClient]
) -> None:
    uid, token = reset_link_parts(alice)
    reset_password(uid=uid, token=token, password=NEW)
    assert browser.get("/api/user").status_code == 401
    assert bearer(pair["access"]).get("/api/user").status_code == 401
    assert anyone.post("/api/user/token/refresh", {"refresh": pair["refresh"]}).status_code == 401


@pytest.mark.parametrize("uid", ["nonsense", "", "MQ==", "é", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "4pyT", "LTE"])
def test_unknown_uid_is_an_invalid_link(alice: User, uid: str) -> None:
    _, token = reset_link_parts(alice)
    with pytest.raises(BadInput) as refusal:
        reset_password(uid=uid, token=token, password=NEW)
    assert refusal.value.extra["errors"][0]["field"] == "token"
    assert User.objects.get().check_password(PASSWORD)


def test_link_of_another_user_is_refused(anyone: APIClient, alice: User, carol: User) -> None:
    uid, _ = reset_link_parts(alice)
    _, token = reset_link_parts(carol)
    answer = anyone.post("/api/user/password/reset/confirm", {"uid": uid, "token": token, "password": NEW})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["token"]


def test_link_expires(alice: User, settings: Any) -> None:
    uid, token = reset_link_parts(alice)
    settings.PASSWORD_RESET_TIMEOUT = -1
    with pytest.raises(BadInput):
        reset_password(uid=uid, token=token, password=NEW)


def test_weak_password_is_refused_and_the_link_stays_valid(anyone: APIClient, alice: User) -> None:
    uid, token = reset_link_parts(alice)
    body = {"uid": uid, "token": token, "password": "alice@example"}
    answer = anyone.post("/api/user/password/reset/confirm", body)
    assert [error["field"] for error in answer.json()["errors"]] == ["password"]
    reset_password(uid=uid, token=token, password=NEW)


@pytest.mark.django_db(transaction=True)
def test_one_of_two_simultaneous_uses_of_a_link_wins(alice: User, together: Callable[..., list[Any]]) -> None:
    uid, token = reset_link_parts(alice)
    answers = together(lambda: reset_password(uid=uid, token=token, password=NEW), 2)
    assert sorted(type(answer).__name__ for answer in answers) == ["BadInput", "NoneType"]
