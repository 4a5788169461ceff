"""What all emails have in common: the sender, a text and an HTML version, and the names their base templates show."""

from collections.abc import Mapping
from email.utils import formataddr, parseaddr
from typing import Any, NamedTuple

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


class Backlog(NamedTuple):
    """Emails of one kind that should have been sent."""

    oldest_seconds: float  # how long the oldest due email has waited for a sender; 0 if none is due
    retried: int  # emails that were tried and not sent, such as while the mail server is away


def compose_mail(
    template: str, context: Mapping[str, Any], *, subject: str, to: str, heading: str = "", reply_to: str = ""
) -> EmailMultiAlternatives:
    """Return an email made from `{template}.txt` and `{template}.html`, which say the same.

    Both templates get `context`, `subject`, `heading` (the subject, if empty) and `site_url`. An answer goes to
    `reply_to`, or to the sender if that is empty. No argument may contain line breaks.
    """
    names = {"subject": subject, "heading": heading or subject, "site_url": settings.SITE_URL}
    text, html = (render_to_string(f"{template}.{kind}", {**context, **names}) for kind in ("txt", "html"))
    mail = EmailMultiAlternatives(subject, text, sender(), [to], reply_to=[reply_to] if reply_to else None)
    mail.attach_alternative(html, "text/html")
    return mail


def sender() -> str:
    """Return the From header: DEFAULT_FROM_EMAIL, with SITE_NAME as the name if it has none of its own."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or settings.SITE_NAME, address))


def sender_address() -> str:
    """Return the address of DEFAULT_FROM_EMAIL, without a name."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
