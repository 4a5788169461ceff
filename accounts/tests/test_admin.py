"""Operators manage users in the admin; sellers don't see them."""

import pytest
from django.test import Client

from accounts.models import User
from accounts.operations.deletion import delete_account
from conftest import PASSWORD


@pytest.fixture
def operator(olga: User, client: Client) -> Client:
    client.force_login(olga)
    return client


def test_operator_finds_a_user(operator: Client, alice: User, carol: User) -> None:
    page = operator.get("/admin/accounts/user/", {"q": "alice"}).content
    assert b"alice@example.com" in page and b"carol@example.com" not in page


def test_operator_adds_a_seller(operator: Client) -> None:
    form = {"email": "Dan@Example.com", "name": "Dan", "role": "seller", "usable_password": "true"}
    passwords = {"password1": "a quiet evening", "password2": "a quiet evening"}
    assert operator.post("/admin/accounts/user/add/", form | passwords).status_code == 302
    dan = User.objects.get(email="dan@example.com")
    assert dan.is_staff and dan.check_password("a quiet evening")


def test_operator_cannot_add_a_second_user_with_the_same_address(operator: Client, alice: User) -> None:
    form = {"email": "Alice@Example.com", "name": "A", "role": "buyer", "usable_password": "true"}
    passwords = {"password1": "a quiet evening", "password2": "a quiet evening"}
    page = operator.post("/admin/accounts/user/add/", form | passwords)
    assert page.status_code == 200 and b"already exists" in page.content


def test_operator_deactivates_a_user_and_changes_their_role(operator: Client, alice: User) -> None:
    form = {"email": alice.email, "name": "Alice", "role": "seller"}
    assert operator.post(f"/admin/accounts/user/{alice.pk}/change/", form).status_code == 302
    alice.refresh_from_db()
    assert (alice.is_active, alice.role, alice.is_staff) == (False, "seller", True)


def test_an_account_that_its_owner_deleted_stays_inactive(operator: Client, alice: User) -> None:
    delete_account(user=alice, current_password=PASSWORD)
    form = {"email": f"deleted-{alice.pk}@deleted.invalid", "name": "Alice", "role": "buyer", "is_active": "on"}
    page = operator.post(f"/admin/accounts/user/{alice.pk}/change/", form)
    assert page.status_code == 200 and b"owner has deleted this account" in page.content
    assert not User.objects.get(pk=alice.pk).is_active


def test_a_name_that_nobody_can_see_is_refused(operator: Client, alice: User) -> None:
    form = {"email": alice.email, "name": "\u3164\u200b", "role": "buyer", "is_active": "on"}
    page = operator.post(f"/admin/accounts/user/{alice.pk}/change/", form)
    assert page.status_code == 200 and b"characters that can be seen" in page.content
    assert User.objects.get(pk=alice.pk).name == "Alice"


def test_operator_sets_a_password(operator: Client, alice: User) -> None:
    form = {"password1": "a quiet evening", "password2": "a quiet evening", "usable_password": "true"}
    assert operator.post(f"/admin/accounts/user/{alice.pk}/password/", form).status_code == 302
    alice.refresh_from_db()
    assert alice.check_password("a quiet evening")


def test_nobody_deletes_a_user(operator: Client, alice: User) -> None:
    assert operator.post(f"/admin/accounts/user/{alice.pk}/delete/", {"post": "yes"}).status_code == 403


def test_seller_enters_the_admin_but_sees_no_users(client: Client, carol: User, alice: User) -> None:
    form = {"username": "Carol@Example.com", "password": PASSWORD}
    assert client.post("/admin/login/", form).status_code == 302
    assert client.get("/admin/").status_code == 200
    assert carol.sessions.get().signed_in_at  # this sign-in is in her list too
    assert b"/admin/accounts/" not in client.get("/admin/").content
    for path in ("", "add/", f"{alice.pk}/change/", f"{carol.pk}/password/"):
        assert client.get(f"/admin/accounts/user/{path}").status_code == 403


def test_buyer_does_not_enter_the_admin(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/admin/").status_code == 302
