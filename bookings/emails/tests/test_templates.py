"""Every page and mail template renders, and none shows template source or Python objects."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.mail import EmailMultiAlternatives
from django.test import override_settings
from django.test.signals import template_rendered

from accounts.models import User
from accounts.operations.mails import mail_password_reset_link, mail_verification_link
from bookings.checkin.check_in import check_in
from bookings.checkin.tests.stage import codes_of
from bookings.emails.compose import APPLIES_TO, compose
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from bookings.payments.models import Payment
from bookings.states import WANTED_KINDS, BookingStatus, EmailKind
from bookings.webhooks.endpoints import add_endpoint
from bookings.webhooks.models import Endpoint
from core.clock import database_now
from events.models import Event, Subsection

LEAK = re.compile(r"<Block|Node:|\{\{|\{%|object at 0x|\bNone\b|!missing")
APPS = ("accounts", "bookings")
NAMES = {
    str(path.relative_to(folder))
    for folder in (Path(settings.BASE_DIR) / app / "templates" for app in APPS)
    for path in folder.rglob("*.*")
}
MAILS = {name for name in NAMES if "/mail/" in name}

Hold = Callable[..., Booking]


@pytest.fixture
def rendered() -> Iterator[set[str]]:
    """The names of the templates that the test renders, included ones as well."""
    names: set[str] = set()

    def note(template: Any, **context: Any) -> None:
        names.add(template.name)

    template_rendered.connect(note)
    yield names
    template_rendered.disconnect(note)


@pytest.fixture
def missing_variables_show() -> Iterator[None]:
    """Shows a variable that the context lacks, instead of nothing."""
    engine: dict[str, Any] = dict(settings.TEMPLATES[0])
    engine["OPTIONS"] = engine["OPTIONS"] | {"string_if_invalid": "!missing %s"}
    with override_settings(TEMPLATES=[engine]):
        yield


def leaks_of(html: str) -> list[str]:
    """What leaks into a page or a mail; scripts and styles don't count."""
    return LEAK.findall(unescape(re.sub(r"<(script|style)\b.*?</\1>", "", html, flags=re.S)))


def texts_of(mail: EmailMultiAlternatives | None) -> list[str]:
    """Subject, text and HTML of a mail."""
    assert mail is not None
    return [str(mail.subject), str(mail.body), *(str(content) for content, _ in mail.alternatives)]


def entry_for(booking: Booking, kind: EmailKind) -> EmailMessage:
    """An entry of the email outbox that is about a change, a late payment or just the booking."""
    entry = EmailMessage(kind=kind, booking=booking, before={})
    if kind == EmailKind.EVENT_CHANGED:
        entry.before = {"name": "Its old name", "starts_at": None}
    if kind == EmailKind.SEATS_LOST:
        entry.subject = Payment.objects.get(booking=booking).pk
    return entry


@pytest.mark.django_db
def test_every_mail_renders_without_leaks(
    rendered: set[str],
    missing_variables_show: None,
    paid_booking: Hold,
    new_event: Callable[..., Event],
    alice: User,
    carol: User,
    mailoutbox: list[EmailMultiAlternatives],
) -> None:
    event = new_event(starts_at=database_now() + timedelta(days=3))
    booking = paid_booking(alice, "1-1", "1-2", event=event)
    for kind, statuses in APPLIES_TO.items():
        for status in statuses:
            booking.status = status
            for text in texts_of(compose(entry_for(booking, kind))):
                assert not leaks_of(text), (kind, status, text)
            assert "Section A, block 1: row 1, seats 1–2" in text
    endpoint = Endpoint(seller=carol, url="https://example.com/", is_active=False, off_because="It responded with 410.")
    mail_verification_link(user_id=alice.pk)
    mail_password_reset_link(email=alice.email)
    for mail in (compose(EmailMessage(kind=EmailKind.ENDPOINT_OFF, endpoint=endpoint)), *mailoutbox):
        for text in texts_of(mail):
            assert not leaks_of(text), text
    assert rendered >= MAILS, sorted(MAILS - rendered)


@pytest.mark.django_db
def test_every_page_renders_without_leaks(
    rendered: set[str],
    hold: Hold,
    paid_booking: Hold,
    new_event: Callable[..., Event],
    alice: User,
    carol: User,
    olga: User,
    client_of: Callable[[User | None], Any],
) -> None:
    event = new_event(starts_at=database_now() + timedelta(days=3), waiting_room_on=False)
    held, paid, old = (
        make(alice, seat, event=event) for make, seat in ((hold, "1-1"), (paid_booking, "1-2"), (hold, "1-3"))
    )
    Booking.objects.filter(pk=old.pk).update(status=BookingStatus.EXPIRED)
    check_in(event_id=event.pk, code=codes_of(paid)[0], by=carol, device="Main entrance")
    endpoint = add_endpoint(seller=carol, url="https://example.com/", kinds=WANTED_KINDS)
    block = Subsection.objects.filter(event=event).earliest("id")
    queued = new_event(name="Queued", waiting_room_on=True)
    scan = f"/admin/bookings/checkin/{paid.admissions.get().check_ins.get().pk}/change/"
    pages: dict[User | None, list[str]] = {
        None: ["/login", "/register?role=seller", "/verify?token=abc", "/verify", "/reset", "/reset/MQ/abc-def"],
        alice: [f"/checkout/{held.pk}", f"/checkout/{old.pk}", f"/checkout/{paid.pk}/done", "/bookings"],
        carol: [
            *("/sell", f"/sell/{event.pk}", f"/gate/{event.pk}"),
            *(f"/admin/bookings/{model}/" for model in ("booking", "checkin", "delivery", "endpoint", "gatestaff")),
            *(f"/admin/bookings/booking/{booking.pk}/change/" for booking in (held, paid)),
            *(f"/admin/bookings/endpoint/{endpoint.pk}/change/", scan),
            *(f"/admin/bookings/seat/{event.pk}/{block.pk}/{position}/" for position in (1, 9)),
        ],
        olga: ["/operator"],
    }
    pages[alice].append(f"/queue/{queued.pk}")
    for user, paths in pages.items():
        client = client_of(user)
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 200, path
            assert not leaks_of(answer.content.decode()), path
    assert rendered >= NAMES - MAILS, sorted(NAMES - MAILS - rendered)


def test_every_static_file_that_a_template_names_exists() -> None:
    for name in NAMES:
        source = next(path for app in APPS if (path := Path(settings.BASE_DIR) / app / "templates" / name).exists())
        for static in re.findall(r"{% static '([^']+)' %}", source.read_text()):
            assert finders.find(static), (name, static)
