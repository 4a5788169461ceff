"""Passwords: whether one is right, whether one is good enough."""

from django.contrib.auth import authenticate, password_validation
from django.core.exceptions import ValidationError

from accounts.errors import InvalidCredentials
from accounts.models import User
from ticketing.errors import BadInput, FieldProblem


def user_with(*, email: str, password: str) -> User:
    """The active user whose password this is; raises `InvalidCredentials`.

    Django's ModelBackend takes one bcrypt hash for an unknown address and for a deactivated user too, so the time
    tells nothing.
    """
    user = authenticate(username=email, password=password)
    if not isinstance(user, User):
        raise InvalidCredentials
    return user


def check_strength(password: str, user: User) -> None:
    """Django's validators (AUTH_PASSWORD_VALIDATORS) on a password for `user`; raises `BadInput` on `password`."""
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        raise BadInput([_problem(one) for one in error.error_list]) from None


def replace_password(user: User, new_hash: str) -> bool:
    """Stores a hash made before (no transaction waits for bcrypt). False if the password was changed meanwhile, and
    then nothing happened.

    Sessions and bearer tokens carry a seal of the password they were made under, so all of them end here.
    """
    replaced = User.objects.filter(pk=user.pk, password=user.password).update(password=new_hash)
    user.password = new_hash
    return bool(replaced)


def _problem(error: ValidationError) -> FieldProblem:
    return {"field": "password", "code": error.code or "invalid", "detail": error.messages[0]}
