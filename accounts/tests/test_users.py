"""The user model and its constraints in the database."""

import pytest
from django.db import IntegrityError

from accounts.models import User

pytestmark = pytest.mark.django_db


def test_email_is_stored_in_lower_case() -> None:
    assert User.objects.create_user(" Dan@Example.COM ", name="Dan").email == "dan@example.com"


def test_the_database_refuses_an_email_in_upper_case() -> None:
    with pytest.raises(IntegrityError, match="user_email_is_lower_case"):
        User.objects.create(email="Dan@example.com")


def test_the_database_refuses_an_unknown_role() -> None:
    with pytest.raises(IntegrityError, match="user_role_is_known"):
        User.objects.create(email="dan@example.com", role="admin")


def test_user_is_found_by_email_in_any_case(alice: User) -> None:
    assert User.objects.get_by_natural_key("ALICE@example.com") == alice


def test_seller_is_staff_and_buyer_is_not() -> None:
    assert User.objects.create_user("s@example.com", role="seller").is_staff
    assert not User.objects.create_user("b@example.com", role="buyer").is_staff


def test_superuser_may_enter_the_admin_and_needs_no_verification() -> None:
    operator = User.objects.create_superuser("op@example.com", name="Op")
    assert operator.is_superuser and operator.is_staff and operator.is_verified


def test_user_without_a_password_cannot_sign_in_with_an_empty_one() -> None:
    assert not User.objects.create_user("b@example.com").check_password("")
