"""POST /api/user."""

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest
from celery.app.task import Task
from kombu.exceptions import OperationalError
from rest_framework.test import APIClient

from accounts.models import User, UserManager
from accounts.operations.registration import register_user

DAN = {"email": "dan@example.com", "password": "a quiet evening", "name": "Dan", "role": "buyer"}


@pytest.mark.django_db
def test_buyer_registers_and_gets_their_account(anyone: APIClient) -> None:
    answer = anyone.post("/api/user", DAN)
    dan = User.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": dan.pk,
        "email": "dan@example.com",
        "name": "Dan",
        "role": "buyer",
        "is_active": True,
        "is_verified": False,
    }
    assert dan.password.startswith("bcrypt_sha256$")
    assert dan.check_password("a quiet evening")
    assert not dan.is_staff


@pytest.mark.django_db
def test_seller_registers_and_may_enter_the_admin(anyone: APIClient) -> None:
    assert anyone.post("/api/user", DAN | {"role": "seller"}).json()["role"] == "seller"
    assert User.objects.get().is_staff


@pytest.mark.django_db
def test_nobody_registers_as_operator(anyone: APIClient) -> None:
    unwanted = {"is_staff": True, "is_superuser": True, "is_verified": True, "is_active": False, "id": 7, "groups": [1]}
    answer = anyone.post("/api/user", DAN | unwanted)
    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == set(unwanted)
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"role": "admin"}, "role"),
        ({"role": None}, "role"),
        ({"email": "not an address"}, "email"),
        ({"email": "dän@example.com"}, "email"),
        ({"email": "dan@exämple.com"}, "email"),
        ({"email": ["dan@example.com"]}, "email"),
        ({"email": "d" * 250 + "@example.com"}, "email"),
        ({"name": "  "}, "name"),
        ({"name": "n" * 151}, "name"),
        ({"password": "short"}, "password"),
        ({"password": "password1"}, "password"),
        ({"password": "2718281828"}, "password"),
        ({"password": "dan@example"}, "password"),
        ({"password": "x" * 129}, "password"),
        ({"password": {"$ne": ""}}, "password"),
    ],
)
@pytest.mark.django_db
def test_invalid_field_is_named_and_nobody_is_registered(anyone: APIClient, change: dict[str, Any], field: str) -> None:
    answer = anyone.post("/api/user", DAN | change)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "validation_error"
    assert {error["field"] for error in answer.json()["errors"]} == {field}
    assert not User.objects.exists()


@pytest.mark.django_db
def test_missing_fields_are_all_named(anyone: APIClient) -> None:
    answer = anyone.post("/api/user", {})
    assert {error["field"] for error in answer.json()["errors"]} == set(DAN)


@pytest.mark.django_db
def test_body_that_is_no_object_is_refused(anyone: APIClient) -> None:
    assert anyone.post("/api/user", [DAN]).status_code == 400


def test_taken_address_is_refused_in_any_case(anyone: APIClient, alice: User) -> None:
    answer = anyone.post("/api/user", DAN | {"email": "Alice@Example.com"})
    assert answer.status_code == 409
    assert answer.json()["code"] == "email_taken"
    assert User.objects.get() == alice


@pytest.mark.django_db(transaction=True)
def test_one_of_two_simultaneous_registrations_wins(
    anyone: APIClient, together: Callable[..., list[Any]], worker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_have_read = Barrier(2)
    create_user = UserManager.create_user

    def create_after_both_have_read(*args: Any, **fields: Any) -> User:
        both_have_read.wait(10)
        return create_user(*args, **fields)

    monkeypatch.setattr(UserManager, "create_user", create_after_both_have_read)
    answers = together(lambda: APIClient().post("/api/user", DAN).status_code, 2)
    assert sorted(answers) == [201, 409]
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_registration_and_reset_succeed_while_the_broker_is_down(
    anyone: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_broker(*args: Any, **options: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(Task, "apply_async", no_broker)
    assert anyone.post("/api/user", DAN).status_code == 201
    assert User.objects.get().email == DAN["email"]
    assert anyone.post("/api/user/password/reset", {"email": DAN["email"]}).status_code == 204


@pytest.mark.django_db
def test_operation_returns_the_user() -> None:
    assert register_user(**DAN).email == "dan@example.com"
