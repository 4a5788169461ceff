"""The samples that are texts: emails, calendar files, exports, and the text of PDFs.

Whatever differs from run to run is fixed or masked: the site, the times of bookings and changes, references, and the
tokens in links.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.test import override_settings

from bookings.holds.models import Booking
from bookings.references import ALPHABET, INITIALS, ReferenceKind, has_valid_check
from bookings.reports.export import bookings_csv
from bookings.tickets.calendar import calendar_of
from bookings.tickets.models import Admission
from bookings.tickets.pdf import tickets_pdf
from bookings.tickets.tests.pdf_text import pages_of
from e2e.samples.cast import Cast
from e2e.samples.mails import Sample, mail_samples
from events.calendar.entry import event_calendar
from events.models import Event

SITE = {
    "SITE_URL": "https://tickets.example.com",
    "SITE_NAME": "Ticketing",
    "DEFAULT_FROM_EMAIL": "tickets@example.com",
}
CREATED_AT = datetime(2046, 3, 1, 9, 0, tzinfo=UTC)
BOOKED_AT = datetime(2046, 3, 2, 10, 15, tzinfo=UTC)
TOKEN = re.compile(r"(?<=\?token=)[\w:.-]+|(?<=/reset/)\w+/[\w-]+")
# Bookings whose tickets are shown.
TICKETS = (
    "one seat",
    "ten seats",
    "apart",
    "long names",
    "free",
    "other scripts",
    "hall",
    "standing",
)


def text_samples(cast: Cast) -> dict[str, str]:
    """Return the text of each sample by its path below docs/samples, with the line ends that people get."""
    with _fixed(), override_settings(**SITE):
        mails = mail_samples(cast)
        return dict(
            [
                *_of_mails(mails),
                *_calendars(cast, mails),
                ("exports/bookings.csv", "".join(bookings_csv(cast.events["concert"]))),
                ("exports/bookings-hall.csv", "".join(bookings_csv(cast.events["hall"]))),
                *((f"tickets/{slug(name)}.txt", _tickets_text(cast, name)) for name in TICKETS),
            ]
        )


def ticket_pdfs(cast: Cast) -> dict[str, bytes]:
    """Return the PDFs whose texts are among the samples, by name."""
    with _fixed():
        return {slug(name): _tickets(cast.bookings[name]) for name in TICKETS}


def slug(name: str) -> str:
    """Return a name as part of a path."""
    return name.replace(" ", "-")


@contextmanager
def _fixed() -> Iterator[None]:
    """Give bookings, events and tickets fixed times and references inside the block, and take them back at its end."""
    with transaction.atomic():
        Event.objects.update(created_at=CREATED_AT, updated_at=CREATED_AT + timedelta(days=1))
        for minutes, pk in enumerate(Booking.objects.order_by("pk").values_list("pk", flat=True)):
            booked = BOOKED_AT + timedelta(minutes=minutes)
            Booking.objects.filter(pk=pk).update(created_at=booked, expires_at=booked + timedelta(minutes=5))
            Booking.objects.filter(pk=pk, paid_at__isnull=False).update(paid_at=booked + timedelta(minutes=1))
        for kind, rows in (
            (ReferenceKind.BOOKING, Booking.objects.order_by("pk")),
            (ReferenceKind.TICKET, Admission.objects.order_by("booking_id", "position")),
        ):
            for number, pk in enumerate(rows.values_list("pk", flat=True), start=1):
                rows.filter(pk=pk).update(reference=_reference(kind, number))
        yield
        transaction.set_rollback(True)


def _reference(kind: ReferenceKind, number: int) -> str:
    """Return the reference with this number: valid, and different for each number below 12,167."""
    digits = (ALPHABET[number // 23**place % 23] for place in (2, 1, 0))
    start = f"{INITIALS[kind][0]}7M{''.join(digits)}K"
    return next(start + check for check in ALPHABET if has_valid_check(start + check))


def _of_mails(mails: dict[str, Sample]) -> Iterator[tuple[str, str]]:
    for name, sample in mails.items():
        yield f"mails/{name}.txt", TOKEN.sub("TOKEN", sample.text)
        yield f"mails/{name}.html", TOKEN.sub("TOKEN", sample.html)


def _calendars(cast: Cast, mails: dict[str, Sample]) -> Iterator[tuple[str, str]]:
    event = cast.events["concert"]
    yield "calendars/event.ics", event_calendar(_now(event), url=f"{SITE['SITE_URL']}/events/{event.pk}").decode()
    booking = Booking.objects.for_display().get(pk=cast.bookings["apart"].pk)
    done = f"{SITE['SITE_URL']}/checkout/{booking.pk}/done"
    yield "calendars/booking.ics", calendar_of([booking], url=done).decode()
    for name, sample in mails.items():
        if sample.calendar:
            yield f"calendars/{name}.ics", sample.calendar


def _now(event: Event) -> Event:
    return Event.objects.select_related("seller").get(pk=event.pk)


def _tickets(booking: Booking) -> bytes:
    tickets = Admission.objects.filter(booking_id=booking.pk).select_related("booking", "event", "subsection")
    return tickets_pdf(list(tickets.order_by("position")))


def _tickets_text(cast: Cast, name: str) -> str:
    return "\n\n".join(pages_of(_tickets(cast.bookings[name]))) + "\n"
