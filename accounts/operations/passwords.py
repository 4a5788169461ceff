"""Reset of a forgotten password."""

from django.contrib.auth.hashers import make_password
from django.contrib.auth.tokens import default_token_generator
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from accounts.models import User
from accounts.operations.credentials import check_strength, replace_password
from core.enqueue import enqueue_on_commit
from core.errors import BadInput
from core.transactions import retrying_transaction


def request_password_reset(*, email: str) -> None:
    """Enqueue an email with a reset link.

    The worker looks up the user, not this function, so that the work done here is the same for known and unknown
    addresses.
    """
    enqueue_on_commit("accounts.tasks.send_password_reset_mail", email=email)


def reset_link_parts(user: User) -> tuple[str, str]:
    """Return `uid` and `token` of a reset link.

    The link works for PASSWORD_RESET_TIMEOUT seconds and until the password or the last login changes.
    """
    return urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)


def reset_password(*, uid: str, token: str, password: str) -> None:
    """Set a new password with the values from a reset link, which works once.

    Ends all sessions and tokens of the user. Raises `BadInput` for the field `token` (also if the uid is unknown) or
    `password`.
    """
    user = _user_of_uid(uid)
    if user is None or not default_token_generator.check_token(user, token):
        raise _invalid_link()
    check_strength(password, user)
    new_hash = make_password(password)
    if not retrying_transaction(replace_password)(user, new_hash):
        raise _invalid_link()


def _invalid_link() -> BadInput:
    return BadInput.field("token", "The link is not valid or has expired. Ask for a new one.")


def _user_of_uid(uid: str) -> User | None:
    try:
        return User.objects.filter(pk=int(urlsafe_base64_decode(uid)), is_active=True).first()
    except (ValueError, OverflowError):
        return None
