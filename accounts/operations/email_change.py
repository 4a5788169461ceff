"""Change of the email address: the new one counts once somebody has opened the link that was sent to it."""

from typing import Any, cast

from django.conf import settings
from django.core import signing
from django.db import IntegrityError

from accounts.errors import EmailTaken
from accounts.models import User, normal_email
from accounts.operations.credentials import check_password
from core.enqueue import enqueue_on_commit
from core.errors import BadInput
from core.transactions import retrying_transaction

EMAIL_CHANGE_SALT = "accounts.change-email"
TAKEN = "Another account has this address."


def request_email_change(*, user: User, email: str, current_password: str) -> str:
    """Remember the new address, enqueue a link to it and a notice to the present one, and return it as stored.

    The present address stays until the link is opened; a later request replaces an earlier one. Raises `BadInput` for
    `current_password` or `email`, and `EmailTaken`.
    """
    check_password(user, current_password)
    address = normal_email(email)
    if address == user.email:
        raise BadInput.field("email", "This is your address already.")
    if User.objects.filter(email=address).exists():
        raise EmailTaken(TAKEN)
    _remember(user, address)
    return address


@retrying_transaction
def _remember(user: User, address: str) -> None:
    User.objects.filter(pk=user.pk).update(pending_email=address)
    enqueue_on_commit("accounts.tasks.send_email_change_mails", user_id=user.pk)


@retrying_transaction
def cancel_email_change(*, user: User) -> None:
    """Forget the new address, so that its link no longer works. Does nothing if there is none."""
    User.objects.filter(pk=user.pk).update(pending_email="")


def email_change_token(user: User) -> str:
    """Return a token that proves access to the mailbox of `pending_email`.

    It is valid for EMAIL_VERIFICATION_SECONDS, and only while both addresses stay what they are.
    """
    return signing.dumps({"user": user.pk, "from": user.email, "to": user.pending_email}, salt=EMAIL_CHANGE_SALT)


def new_address_of(token: str) -> str:
    """Return the address that the token is about, before it is confirmed. Raises `BadInput` for `token`."""
    return str(_claim_of(token)["to"])


def confirm_email_change(*, token: str) -> None:
    """Make the token's address the user's, confirmed, and enqueue a notice to the former address.

    Repeating it has no effect. Raises `BadInput` for `token`, and `EmailTaken` if somebody else has registered with the
    address in the meantime.
    """
    claim = _claim_of(token)
    try:
        _change(claim["user"], claim["from"], claim["to"])
    except IntegrityError:
        raise EmailTaken(TAKEN) from None


@retrying_transaction
def _change(user_id: int, former: str, address: str) -> None:
    asked = User.objects.filter(pk=user_id, email=former, pending_email=address, is_active=True)
    if asked.update(email=address, pending_email="", is_verified=True):
        enqueue_on_commit("accounts.tasks.send_email_changed_mail", former=former, address=address)
    elif not User.objects.filter(pk=user_id, email=address, is_active=True).exists():
        raise _invalid_link()


def _claim_of(token: str) -> dict[str, Any]:
    try:
        claim = signing.loads(token, salt=EMAIL_CHANGE_SALT, max_age=settings.EMAIL_VERIFICATION_SECONDS)
    except signing.BadSignature:
        raise _invalid_link() from None
    return cast(dict[str, Any], claim)


def _invalid_link() -> BadInput:
    return BadInput.field("token", "The link is not valid or has expired.")
