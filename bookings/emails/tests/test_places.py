"""Tickets, emails and calendar files of a hall with long names: all say the same as the seats themselves."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from bookings.emails.compose import compose
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from bookings.testing.plans import LONG_ROW, LONG_SEAT
from bookings.tickets.pdf import tickets_pdf
from bookings.tickets.tests.pdf_text import pages_of
from core.clock import database_now
from events.models import Event
from events.venue_models import Venue

Paid = Callable[..., Booking]


@pytest.fixture
def dated(gala: Event) -> Event:
    """The gala with a start, so that its emails have a calendar file."""
    gala.starts_at = database_now() + timedelta(days=30)
    gala.save(update_fields=["starts_at"])
    return gala


def confirmation(booking: Booking) -> tuple[str, str, list[str], str]:
    """Return text and HTML of the email with the tickets, the text of each page of its PDF, and its calendar file."""
    mail = compose(EmailMessage.objects.get(booking=booking, kind="confirmation"))
    assert mail is not None
    ((html, _),) = mail.alternatives
    pdf, calendar = (part.content for part in _attachments(mail))
    unfolded = str(calendar).replace("\r\n ", "")
    return str(mail.body), str(html).replace("\N{NO-BREAK SPACE}", " "), pages_of(pdf), unfolded


def _attachments(mail: Any) -> list[Any]:
    return list(mail.attachments)


def test_seats_have_their_names(dated: Event, paid_booking: Paid, alice: User) -> None:
    long = f"{LONG_ROW}-{LONG_SEAT}"
    booking = paid_booking(alice, "AA-101", "AA-102", long, event=dated, section="Parkett links")
    text, html, pages, calendar = confirmation(booking)
    assert f"\nParkett links\nRow AA, seats 101 and 102\nRow {LONG_ROW}, seat {LONG_SEAT}\nPrice: $235.00\n" in text
    for words in ("<bdi>Parkett links</bdi><", ">Row AA, seats 101 and 102<", f">Row {LONG_ROW}, seat {LONG_SEAT}<"):
        assert words in html
    for number, page in zip((101, 102), pages, strict=False):
        assert f"SECTION\nParkett links\nROW\nAA\nSEAT\n{number}\n" in page
    assert f"ROW\n{LONG_ROW}\nSEAT\n{LONG_SEAT}\n" in pages[2].replace("der\nIntendanz", "der Intendanz").replace(
        "am\nFenster", "am Fenster"
    )
    assert f"Parkett links\\, row AA\\, seats 101 and 102\\; row {LONG_ROW}\\, seat {LONG_SEAT}\\n" in calendar


def test_what_is_special_about_a_place_is_on_mail_ticket_and_calendar(
    dated: Event, paid_booking: Paid, alice: User
) -> None:
    booking = paid_booking(alice, "AA-109", "BB-101", "BB-110", event=dated, section="Parkett links")
    text, html, pages, calendar = confirmation(booking)
    special = ("Row AA, seat 109 · Wheelchair place", "Row BB, seat 110 · Restricted view: Behind a pillar.")
    assert f"\n{special[0]}\nRow BB, seat 101\n{special[1]}\n" in text
    assert all(f">{each}<" in html for each in special)
    assert "Wheelchair place" in pages[0] and "Restricted view: Behind a pillar." in pages[2]
    assert not any(word in pages[1] for word in ("Wheelchair", "Restricted"))
    assert "row AA\\, seat 109 · Wheelchair place\\; " in calendar


def test_mail_and_tickets_say_how_to_get_in_as_the_page_does(dated: Event, paid_booking: Paid, alice: User) -> None:
    note = "Ramp at the side. " * 100
    Venue.objects.filter(events=dated).update(accessibility=note)
    booking = paid_booking(alice, "AA-101", "AA-102", event=dated, section="Parkett links")
    text, html, pages, _ = confirmation(booking)
    assert f"Getting in: {note.strip()}" in text and note.strip() in html
    assert len(pages) == 3 and pages[2].count(["Ramp", "at", "the", "side."][0]) == 100
    Venue.objects.filter(events=dated).update(accessibility="")
    text, html, pages, _ = confirmation(booking)
    assert "Getting in" not in text + html and len(pages) == 2


def test_a_standing_ticket_is_not_called_a_seat(dated: Event, paid_booking: Paid, alice: User) -> None:
    text, html, pages, _ = confirmation(paid_booking(alice, quantity=2, event=dated, section="Floor"))
    assert "the places are yours" in text and "one page per ticket" in text
    assert not any("seat" in each.lower() for each in (text, html, *pages))


def test_blocks_have_their_number_if_their_section_has_several(dated: Event, paid_booking: Paid, alice: User) -> None:
    for number in (1, 2):
        booking = paid_booking(alice, "A-1", event=dated, section="Balkon", subsection=number)
        text, html, (page,), calendar = confirmation(booking)
        assert f"\nBalkon, block {number}\nRow A, seat 1\n" in text
        assert f"<bdi>Balkon</bdi>, block&nbsp;{number}" in html
        assert f"SECTION\nBalkon\nBLOCK\n{number}\nROW\nA\nSEAT\n1\n" in page
        assert f"Balkon\\, block {number}\\, row A\\, seat 1\\n" in calendar


def test_names_in_hebrew_stay_where_they_belong(dated: Event, paid_booking: Paid, alice: User) -> None:
    booking = paid_booking(alice, "AA-101", "AA-102", "AA-103", event=dated, section="Parkett links")
    Booking.objects.filter(pk=booking.pk).update(seat_names=["א-1א", "א-2", "א-3"])
    Event.objects.filter(pk=dated.pk).update(name="ערב (2027)")
    mail = compose(EmailMessage.objects.get(booking=booking, kind="confirmation"))
    assert mail and mail.subject == "Your tickets for \u2068ערב (2027)\u2069"
    text, html, (page, *_), calendar = confirmation(booking)
    seats = "ow \u2068א\u2069, seats \u20681א\u2069, 2 and 3"
    assert f"\nR{seats}\n" in text and f">R{seats}<" in html
    assert f", r{seats}\\n".replace(", ", "\\, ") in calendar
    assert "ROW\nא\nSEAT\nא1\n" in page and "(2027) " + "ערב"[::-1] in page


def test_people_sit_at_a_table_and_not_in_a_row(dated: Event, paid_booking: Paid, alice: User) -> None:
    text, html, (page, _), calendar = confirmation(paid_booking(alice, "7-1", "7-2", event=dated, section="Cabaret"))
    assert "\nCabaret\nTable 7, seats 1 and 2\n" in text and ">Table 7, seats 1 and 2<" in html
    assert "SECTION\nCabaret\nTABLE\n7\nSEAT\n1\n" in page
    assert "Cabaret\\, table 7\\, seats 1 and 2\\n" in calendar


def test_who_stands_has_neither_row_nor_seat(dated: Event, paid_booking: Paid, alice: User) -> None:
    booking = paid_booking(alice, quantity=2, event=dated, section="Floor")
    text, html, pages, calendar = confirmation(booking)
    assert "\nFloor\nStanding, 2 places\nPrice: $70.00\n" in text
    assert ">Standing, 2 places<" in html
    for page in pages:
        assert "SECTION\nFloor\nPLACE\nStanding\n" in page
        assert "ROW" not in page and "SEAT" not in page
    assert "Floor\\, standing\\, 2 places\\n" in calendar


def test_a_pdf_with_names_that_the_font_lacks_is_made(dated: Event, paid_booking: Paid, alice: User) -> None:
    booking = paid_booking(alice, "AA-101", event=dated, section="Parkett links")
    Booking.objects.filter(pk=booking.pk).update(seat_names=["い-ろ"])
    tickets = booking.admissions.select_related("booking", "event", "subsection")
    assert "ROW\n□\nSEAT\n□\n" in pages_of(tickets_pdf(list(tickets)))[0]
