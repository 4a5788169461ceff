"""The emails of accounts.

They contain no text that a user typed, such as the name: anybody can register with somebody else's address.
"""

from django.conf import settings

from accounts.models import User, normal_email
from accounts.operations.passwords import reset_link_parts
from accounts.operations.registration import verification_token
from core.formatting import format_duration
from core.mail import compose_mail


def mail_verification_link(*, user_id: int) -> None:
    """Send a verification link; do nothing if the user is verified, inactive or deleted."""
    user = User.objects.filter(pk=user_id, is_verified=False, is_active=True).first()
    if user is not None:
        _send(
            user,
            "verification",
            subject=f"Confirm your email address for {settings.SITE_NAME}",
            label="Confirm my address",
            path=f"/verify?token={verification_token(user)}",
            seconds=settings.EMAIL_VERIFICATION_SECONDS,
        )


def mail_password_reset_link(*, email: str) -> None:
    """Send a link to set a new password to the active user with this address, if there is one."""
    user = User.objects.filter(email=normal_email(email), is_active=True).first()
    if user is not None:
        uid, token = reset_link_parts(user)
        _send(
            user,
            "password_reset",
            subject=f"A new password for {settings.SITE_NAME}",
            label="Choose a new password",
            path=f"/reset/{uid}/{token}",
            seconds=settings.PASSWORD_RESET_TIMEOUT,
        )


def _send(user: User, kind: str, *, subject: str, label: str, path: str, seconds: int) -> None:
    """Send an email whose one action is a link that is valid for `seconds`."""
    context = {"action": {"label": label, "url": settings.SITE_URL + path}, "valid_for": format_duration(seconds)}
    compose_mail(f"accounts/mail/{kind}", context, subject=subject, to=user.email).send()
