"""Registration of users and verification of their addresses."""

from django.conf import settings
from django.core import signing
from django.db import IntegrityError

from accounts.errors import EmailTaken
from accounts.models import User, normal_email
from accounts.operations.credentials import check_strength
from core.enqueue import enqueue_on_commit
from core.errors import BadInput
from core.transactions import retrying_transaction

VERIFICATION_SALT = "accounts.verify-email"


def register_user(*, email: str, password: str, name: str, role: str) -> User:
    """Create an unverified buyer or seller and enqueue a verification email.

    Raises `BadInput` for a weak password and `EmailTaken`, also if the same address is registered at the same moment.
    """
    check_strength(password, User(email=email, name=name))
    if User.objects.filter(email=normal_email(email)).exists():
        raise EmailTaken
    try:
        return _create_user(email, password, name, role)
    except IntegrityError:
        raise EmailTaken from None


@retrying_transaction
def _create_user(email: str, password: str, name: str, role: str) -> User:
    user = User.objects.create_user(email, password, name=name, role=role)
    enqueue_on_commit("accounts.tasks.send_verification_mail", user_id=user.pk)
    return user


@retrying_transaction
def resend_verification(*, user: User) -> None:
    """Enqueue another verification email; a verified user gets none."""
    if not user.is_verified:
        enqueue_on_commit("accounts.tasks.send_verification_mail", user_id=user.pk)


def verification_token(user: User) -> str:
    """Return a token that proves access to the user's mailbox.

    It is valid for EMAIL_VERIFICATION_SECONDS, and only for the user's current address.
    """
    return signing.dumps({"user": user.pk, "email": user.email}, salt=VERIFICATION_SALT)


@retrying_transaction
def verify_email(*, token: str) -> None:
    """Mark the token's user as verified; repeating it has no effect. Raises `BadInput` for `token`."""
    try:
        claim = signing.loads(token, salt=VERIFICATION_SALT, max_age=settings.EMAIL_VERIFICATION_SECONDS)
    except signing.BadSignature:
        claim = {"user": None, "email": None}
    if not User.objects.filter(pk=claim["user"], email=claim["email"]).update(is_verified=True):
        raise BadInput.field("token", "The link is not valid or has expired.")
