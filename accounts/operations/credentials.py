"""Check and replace passwords."""

from django.contrib.auth import authenticate, password_validation
from django.core.exceptions import ValidationError

from accounts.errors import InvalidCredentials
from accounts.models import User
from core.errors import BadInput, FieldProblem


def user_with(*, email: str, password: str) -> User:
    """Return the active user with this address and password; raises `InvalidCredentials`.

    Django's ModelBackend also computes one bcrypt hash for unknown addresses and deactivated users, so the response
    time reveals nothing.
    """
    user = authenticate(username=email, password=password)
    if not isinstance(user, User):
        raise InvalidCredentials
    return user


def check_password(user: User, current_password: str) -> None:
    """Raise `BadInput` for the field `current_password` unless it is the user's."""
    if not user.check_password(current_password):
        raise BadInput.field("current_password", "This is not your current password.")


def check_strength(password: str, user: User) -> None:
    """Run Django's validators (AUTH_PASSWORD_VALIDATORS) on a password for `user`.

    Raises `BadInput` for the field `password`.
    """
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        raise BadInput([_field_problem(problem) for problem in error.error_list]) from None


def replace_password(user: User, new_hash: str) -> bool:
    """Store a password hash and return True; return False, with nothing changed, if the old one isn't `user.password`.

    Callers compute the hash before the transaction, so that no transaction waits for bcrypt. All sessions of the user
    end, because each contains a hash of the old password, and a database trigger revokes the user's bearer tokens. A
    change of the email address that waits for its confirmation is dropped: somebody else may have asked for it.
    Leaves `user` as it is, because a repeated transaction compares with `user.password` again.
    """
    return bool(User.objects.filter(pk=user.pk, password=user.password).update(password=new_hash, pending_email=""))


def _field_problem(error: ValidationError) -> FieldProblem:
    return {"field": "password", "code": error.code or "invalid", "detail": error.messages[0]}
