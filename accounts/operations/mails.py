"""The emails of accounts.

They contain no text that a user typed, such as the name: anybody can register with somebody else's address.
"""

from django.conf import settings

from accounts.models import User, normal_email
from accounts.operations.email_change import email_change_token
from accounts.operations.idle import WARNING_DAYS
from accounts.operations.passwords import reset_link_parts
from accounts.operations.registration import verification_token
from core.mail import compose_mail
from core.text.formatting import format_duration


def mail_verification_link(*, user_id: int) -> None:
    """Send a verification link; do nothing if the user is verified, inactive or deleted."""
    user = User.objects.filter(pk=user_id, is_verified=False, is_active=True).first()
    if user is not None:
        _send(
            user.email,
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
            user.email,
            "password_reset",
            subject=f"A new password for {settings.SITE_NAME}",
            label="Choose a new password",
            path=f"/reset/{uid}/{token}",
            seconds=settings.PASSWORD_RESET_TIMEOUT,
        )


def mail_email_change(*, user_id: int) -> None:
    """Send a link to the user's pending address and a notice to the present one; do nothing if none is pending."""
    user = User.objects.filter(pk=user_id, is_active=True).exclude(pending_email="").first()
    if user is None:
        return
    _send(
        user.pending_email,
        "email_change",
        subject=f"Confirm your new email address for {settings.SITE_NAME}",
        label="Use this address",
        path=f"/account/email/confirm?token={email_change_token(user)}",
        seconds=settings.EMAIL_VERIFICATION_SECONDS,
    )
    _send(
        user.email,
        "email_change_notice",
        subject=f"A new email address for your account at {settings.SITE_NAME}",
        label="Choose a new password",
        path="/reset",
        address=user.pending_email,
    )


def mail_email_changed(*, former: str, address: str) -> None:
    """Tell the former address of an account that `address` has replaced it."""
    subject = f"Your account at {settings.SITE_NAME} has a new email address"
    _send(former, "email_changed", subject=subject, label="Your account", path="/account", address=address)


def mail_account_deleted(*, email: str) -> None:
    """Tell the address of a deleted account that it is gone."""
    subject = f"Your account at {settings.SITE_NAME} is deleted"
    _send(email, "account_deleted", subject=subject, label="See what’s on", path="/")


def mail_idle_account(*, user_id: int) -> None:
    """Tell a person that their unused account will be deleted; do nothing if they came back meanwhile."""
    user = User.objects.filter(pk=user_id, is_active=True).exclude(idle_warned_at=None).first()
    if user is None or (user.last_login and user.idle_warned_at and user.last_login > user.idle_warned_at):
        return
    _send(
        user.email,
        "idle_account",
        subject=f"Your account at {settings.SITE_NAME} will be deleted",
        label="Keep my account",
        path="/login?next=/account",
        days=str(WARNING_DAYS),
    )


def _send(to: str, kind: str, *, subject: str, label: str, path: str, seconds: int = 0, **parts: str) -> None:
    """Send an email with one action, a link; `seconds` is how long it is valid, 0 for a link that always is."""
    context = {"action": {"label": label, "url": settings.SITE_URL + path}, "valid_for": format_duration(seconds)}
    compose_mail(f"accounts/mail/{kind}", context | parts, subject=subject, to=to).send()
