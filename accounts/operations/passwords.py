"""A forgotten password."""

from django.contrib.auth.hashers import make_password
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from accounts.models import User
from accounts.operations.credentials import check_strength, replace_password
from accounts.operations.later import later
from ticketing.errors import BadInput


def request_password_reset(*, email: str) -> None:
    """A mail with a link follows if there is such an active user. Whether there is, the worker finds out, not we:
    the work done here is the same."""
    later("accounts.tasks.send_password_reset_mail", email=email)


def reset_link_parts(user: User) -> tuple[str, str]:
    """`uid` and `token`, good for PASSWORD_RESET_TIMEOUT and until the password or the last login changes."""
    return urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)


def reset_password(*, uid: str, token: str, password: str) -> None:
    """Sets a new password by a mailed link, which works once; sessions and tokens of the old password end.

    Raises `BadInput` on `token` (also for an unknown uid) or `password`.
    """
    user = _user_of_uid(uid)
    if user is None or not default_token_generator.check_token(user, token):
        raise _link_ended()
    check_strength(password, user)
    new_hash = make_password(password)
    with transaction.atomic(durable=True):
        if not replace_password(user, new_hash):
            raise _link_ended()


def _link_ended() -> BadInput:
    return BadInput.field("token", "The link is not valid or has ended. Ask for a new one.")


def _user_of_uid(uid: str) -> User | None:
    try:
        return User.objects.filter(pk=int(urlsafe_base64_decode(uid)), is_active=True).first()
    except (ValueError, OverflowError):
        return None
