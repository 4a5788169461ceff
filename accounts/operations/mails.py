"""The emails of accounts.

They contain no text that a user typed, such as the name: anybody can register with somebody else's address.
"""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from accounts.models import User, normal_email
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


def _send(user: User, kind: str, *, path: str, **parts: str) -> None:
    context = {"site": settings.SITE_URL, "link": settings.SITE_URL + path, **parts}
    subject = render_to_string(f"accounts/mail/{kind}_subject.txt", context).strip()
    body = render_to_string(f"accounts/mail/{kind}_body.txt", context)
    html = render_to_string(f"accounts/mail/{kind}_body.html", context | {"subject": subject})
    send_mail(subject, body, None, [user.email], html_message=html)
