"""Every page and email template renders, and none shows template source or Python objects."""

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
from accounts.operations.email_change import email_change_token
from accounts.operations.mails import (
    mail_account_deleted,
    mail_email_change,
    mail_email_changed,
    mail_idle_account,
    mail_password_reset_link,
    mail_verification_link,
)
from bookings.checkin.check_in import check_in
from bookings.checkin.tests.stage import codes_of
from bookings.emails.compose import APPLIES_TO, compose
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from bookings.states import WANTED_KINDS, BookingStatus, EmailKind
from bookings.webhooks.endpoints import add_endpoint
from bookings.webhooks.models import Endpoint
from conftest import PASSWORD
from core.clock import database_now
from events.models import Event, Subsection

LEAK = re.compile(r"<Block|Node:|\{\{|\{%|object at 0x|\bNone\b|!missing")
APPS = ("accounts", "bookings")
FOLDERS = [folder for app in APPS for folder in (Path(settings.BASE_DIR) / app).rglob("templates")]
PATHS = {str(path.relative_to(folder)): path for folder in FOLDERS for path in folder.rglob("*.*")}
NAMES = set(PATHS)
MAILS = {name for name in NAMES if "/mail/" in name}

Hold = Callable[..., Booking]


@pytest.fixture
def rendered() -> Iterator[set[str]]:
    """The names of the templates that the test renders, including included ones."""
    names: set[str] = set()

    def record(template: Any, **context: Any) -> None:
        names.add(template.name)

    template_rendered.connect(record)
    yield names
    template_rendered.disconnect(record)


@pytest.fixture
def missing_variables_show() -> Iterator[None]:
    """Render `!missing` for a variable that the context lacks, instead of nothing."""
    engine: dict[str, Any] = dict(settings.TEMPLATES[0])
    engine["OPTIONS"] = engine["OPTIONS"] | {"string_if_invalid": "!missing %s"}
    with override_settings(TEMPLATES=[engine]):
        yield


def leaks_of(html: str) -> list[str]:
    """Return the leaks in a page or an email; scripts and styles don't count."""
    return LEAK.findall(unescape(re.sub(r"<(script|style)\b.*?</\1>", "", html, flags=re.S)))


def texts_of(mail: EmailMultiAlternatives | None) -> list[str]:
    """Return subject, text and HTML of an email."""
    assert mail is not None
    return [str(mail.subject), str(mail.body), *(str(content) for content, _ in mail.alternatives)]


def entry_for(booking: Booking, kind: EmailKind) -> EmailMessage:
    """Return a row of the email outbox about a change, a late payment or just the booking."""
    entry = EmailMessage(kind=kind, booking=booking, before={})
    if kind == EmailKind.EVENT_CHANGED:
        entry.before = {"name": "Its old name", "starts_at": None}
    if kind == EmailKind.SEATS_LOST:
        entry.subject = booking.payments.get().pk
    return entry


@pytest.mark.django_db
def test_every_email_renders_without_leaks(
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
            plain = unescape(text.replace("<bdi>", "").replace("</bdi>", "")).replace("\u00a0", " ")
            assert "Section A, block 1" in plain, (kind, status)
            assert "Row 1, seats 1 and 2" in plain, (kind, status)
    endpoint = Endpoint(seller=carol, url="https://example.com/", is_active=False, off_because="It responded with 410.")
    mail_verification_link(user_id=alice.pk)
    mail_password_reset_link(email=alice.email)
    User.objects.filter(pk=alice.pk).update(pending_email="new@example.com")
    mail_email_change(user_id=alice.pk)
    mail_email_changed(former=alice.email, address="new@example.com")
    mail_account_deleted(email=alice.email)
    User.objects.filter(pk=alice.pk).update(idle_warned_at=database_now())
    mail_idle_account(user_id=alice.pk)
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
    dave: User,
    client_of: Callable[[User | None], Any],
) -> None:
    event = new_event(starts_at=database_now() + timedelta(days=3), waiting_room_on=False)
    held, paid, old = (
        make(alice, seat, event=event) for make, seat in ((hold, "1-1"), (paid_booking, "1-2"), (hold, "1-3"))
    )
    Booking.objects.filter(pk=old.pk).update(status=BookingStatus.EXPIRED)
    check_in(event_id=event.pk, code=codes_of(paid)[0], by=carol, device="Main entrance")
    endpoint = add_endpoint(seller=carol, url="https://example.com/", kinds=WANTED_KINDS)
    subsection = Subsection.objects.filter(event=event).earliest("id")
    queued = new_event(name="Queued", waiting_room_on=True)
    scan = f"/admin/bookings/checkin/{paid.admissions.get().check_ins.get().pk}/change/"
    pages: dict[User | None, list[str]] = {
        None: ["/login", "/register?role=seller", "/verify?token=abc", "/verify", "/reset", "/reset/MQ/abc-def"],
        alice: [
            f"/checkout/{held.pk}",
            f"/checkout/{old.pk}",
            f"/checkout/{paid.pk}/done",
            "/bookings",
            "/account",
            "/account/data",
        ],
        carol: [
            *("/sell", f"/sell/{event.pk}", "/gate", f"/gate/{event.pk}"),
            *(f"/admin/bookings/{model}/" for model in ("booking", "checkin", "delivery", "endpoint", "gatestaff")),
            *(f"/admin/bookings/booking/{booking.pk}/change/" for booking in (held, paid)),
            *(f"/admin/bookings/endpoint/{endpoint.pk}/change/", scan),
            *(f"/admin/bookings/seat/{event.pk}/{subsection.pk}/{position}/" for position in (1, 9)),
        ],
        dave: ["/sell"],  # a seller who has not confirmed their address
        olga: ["/operator"],
    }
    User.objects.filter(pk=dave.pk).update(is_verified=False)
    pages[alice].append(f"/queue/{queued.pk}")
    waiting = hold(alice, "2-1", event=event)
    begun = client_of(alice).post(f"/api/booking/{waiting.pk}/pay", {"method": "mock_bank"}).json()
    pages[alice].append(begun["next_url"])
    olga.pending_email = "new@example.com"
    olga.save()
    pages[None].append(f"/account/email/confirm?token={email_change_token(olga)}")
    for user, paths in pages.items():
        client = client_of(user)
        for path in paths:
            response = client.get(path)
            assert response.status_code == 200, path
            assert not leaks_of(response.content.decode()), path
    deleted = client_of(dave).post("/account/delete", {"current_password": PASSWORD}, format="multipart")
    assert not leaks_of(deleted.content.decode())
    assert rendered >= NAMES - MAILS, sorted(NAMES - MAILS - rendered)


def test_every_static_file_that_a_template_names_exists() -> None:
    for name, path in PATHS.items():
        for static in re.findall(r"{% static '([^']+)' %}", path.read_text()):
            assert finders.find(static), (name, static)
