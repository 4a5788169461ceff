"""The emails of accounts.

They contain no text that a user typed, such as the name: anybody can register with somebody else's address.
"""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from accounts.models import User, normal_email
from accounts.operations.email_change import email_change_token
from accounts.operations.passwords import reset_link_parts
from accounts.operations.registration import verification_token


def mail_verification_link(*, user_id: int) -> None:
    """Send a verification link; do nothing if the user is verified, inactive or deleted."""
    user = User.objects.filter(pk=user_id, is_verified=False, is_active=True).first()
    if user is not None:
        token = verification_token(user)
        _send(user, "verification", path=f"/verify?token={token}", token=token)


def mail_password_reset_link(*, email: str) -> None:
    """Send a link to set a new password to the active user with this address, if there is one."""
    user = User.objects.filter(email=normal_email(email), is_active=True).first()
    if user is not None:
        uid, token = reset_link_parts(user)
        _send(user, "password_reset", path=f"/reset/{uid}/{token}", uid=uid, token=token)


def mail_email_change(*, user_id: int) -> None:
    """Send a link to the user's pending address and a notice to the present one; do nothing if none is pending."""
    user = User.objects.filter(pk=user_id, is_active=True).exclude(pending_email="").first()
    if user is not None:
        token = email_change_token(user)
        path = f"/account/email/confirm?token={token}"
        _send_to(user.pending_email, "email_change", path=path, token=token)
        _send(user, "email_change_notice", path="/account", address=user.pending_email)


def mail_email_changed(*, former: str, address: str) -> None:
    """Tell the former address of an account that `address` has replaced it."""
    _send_to(former, "email_changed", path="/", address=address)


def mail_account_deleted(*, email: str) -> None:
    """Tell the address of a deleted account that it is gone."""
    _send_to(email, "account_deleted", path="/")


def _send(user: User, kind: str, *, path: str, **parts: str) -> None:
    _send_to(user.email, kind, path=path, **parts)


def _send_to(to: str, kind: str, *, path: str, **parts: str) -> None:
    context = {"site": settings.SITE_URL, "link": settings.SITE_URL + path, **parts}
    subject = render_to_string(f"accounts/mail/{kind}_subject.txt", context).strip()
    body = render_to_string(f"accounts/mail/{kind}_body.txt", context)
    html = render_to_string(f"accounts/mail/{kind}_body.html", context | {"subject": subject})
    send_mail(subject, body, None, [to], html_message=html)
