"""Issued tickets as their buyer sees them: the list, the QR codes and the PDF; nobody else has access."""

import re
import struct
import uuid
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bookings.holds.models import Booking
from bookings.payments.refund import refund_booking
from bookings.tickets.codes import read_code
from bookings.tickets.models import Admission
from bookings.tickets.qr import QUIET_ZONE, qr_of
from bookings.tickets.tests.pdf_text import pages_of
from events.models import Event

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], APIClient]
Paid = Callable[..., Booking]
FIELDS = {
    "id", "reference", "code", "status", "section", "subsection", "row", "seat", "row_label", "seat_label",
    "seat_kind", "seat_note",
    "holder", "checked_in_at", "qr_svg", "qr_png", "apple_wallet", "google_wallet",
}  # fmt: skip


def tickets_of(client: APIClient, booking: Booking) -> list[dict[str, Any]]:
    response = client.get(f"/api/booking/{booking.pk}/admissions")
    assert response.status_code == 200
    return response.json()


def modules_of(png: bytes, scale: int) -> list[list[bool]]:
    """Return the modules of a QR code drawn as a one-bit PNG: True is dark."""
    width, height, depth, colours = struct.unpack(">IIBB", png[16:26])
    assert (depth, colours) == (1, 0)  # one bit per pixel, greyscale
    data = zlib.decompress(b"".join(re.findall(rb"IDAT(.*?).{4}.{4}(?:IDAT|IEND)", png, re.DOTALL)))
    line = 1 + (width + 7) // 8
    rows = [data[y * line + 1 : (y + 1) * line] for y in range(0, height, scale)]
    return [[not row[x // 8] >> (7 - x % 8) & 1 for x in range(0, width, scale)] for row in rows]


def expected_modules(code: str) -> list[list[bool]]:
    return [[bool(module) for module in row] for row in qr_of(code).matrix_iter(border=QUIET_ZONE)]


def test_a_paid_booking_has_a_ticket_for_each_seat(
    paid_booking: Paid, alice: User, client_of: ClientOf, concert: Event
) -> None:
    booking = paid_booking(alice, "2-3", "2-4")
    tickets = tickets_of(client_of(alice), booking)
    assert [(ticket["row"], ticket["seat"]) for ticket in tickets] == [(2, 3), (2, 4)]
    for ticket, admission in zip(tickets, booking.admissions.order_by("position"), strict=True):
        path = f"/api/booking/{booking.pk}/admissions/{admission.pk}"
        assert set(ticket) == FIELDS
        assert ticket["reference"] == admission.reference
        assert (ticket["section"], ticket["subsection"]) == ("A", 1)
        assert (ticket["status"], ticket["holder"], ticket["checked_in_at"]) == ("active", "Alice", None)
        assert (ticket["qr_svg"], ticket["qr_png"]) == (f"{path}/qr.svg", f"{path}/qr.png")
        content = read_code(ticket["code"])
        assert (content.event_id, content.serial, content.position) == (
            concert.pk,
            admission.serial,
            admission.position,
        )


def test_a_used_ticket_shows_when_it_was_checked_in(paid_booking: Paid, alice: User, client_of: ClientOf) -> None:
    booking = paid_booking(alice)
    at = datetime(2026, 12, 5, 19, 30, tzinfo=UTC)
    booking.admissions.update(status="used", used_at=at)
    assert {(t["status"], t["checked_in_at"]) for t in tickets_of(client_of(alice), booking)} == {
        ("used", "2026-12-05T19:30:00Z")
    }


def test_an_unpaid_booking_has_no_tickets(hold: Paid, alice: User, client_of: ClientOf) -> None:
    path = f"/api/booking/{hold(alice).pk}"
    for url in ("admissions", "tickets.pdf", f"admissions/{uuid.uuid4()}/qr.svg"):
        response = client_of(alice).get(f"{path}/{url}")
        assert (response.status_code, response.json()["code"]) == (409, "invalid_state")


def test_refunded_tickets_are_listed_as_void_without_files(
    paid_booking: Paid, alice: User, client_of: ClientOf
) -> None:
    booking, client = paid_booking(alice), client_of(alice)
    refund_booking(booking_id=booking.pk, user=alice)
    tickets = tickets_of(client, booking)
    assert [ticket["status"] for ticket in tickets] == ["void", "void"]
    pdf = client.get(f"/api/booking/{booking.pk}/tickets.pdf")
    assert (pdf.status_code, pdf.json()["code"]) == (409, "invalid_state")
    for kind in ("qr_svg", "qr_png"):
        response = client.get(tickets[0][kind])
        assert (response.status_code, response.json()["code"]) == (410, "ticket_void")


def test_a_seat_that_is_sold_again_gets_a_new_code_and_the_old_one_is_void(
    paid_booking: Paid, alice: User, bob: User, client_of: ClientOf
) -> None:
    first = paid_booking(alice, "1-1")
    [old] = tickets_of(client_of(alice), first)
    refund_booking(booking_id=first.pk, user=alice)
    [new] = tickets_of(client_of(bob), paid_booking(bob, "1-1"))
    [gone] = tickets_of(client_of(alice), first)
    assert (gone["status"], new["status"]) == ("void", "active")
    assert gone["code"] == old["code"] != new["code"]
    was, now = read_code(old["code"]), read_code(new["code"])
    assert (was.event_id, was.subsection_id, was.position) == (now.event_id, now.subsection_id, now.position)
    assert was.serial != now.serial


def test_the_png_shows_the_code_of_the_ticket(paid_booking: Paid, alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    [ticket] = tickets_of(client, paid_booking(alice, "1-1"))
    response = client.get(ticket["qr_png"], headers={"Accept": "image/avif,image/png"})
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    assert "no-store" in response["Cache-Control"]
    assert modules_of(response.content, scale=10) == expected_modules(ticket["code"])


def test_the_svg_shows_the_code_of_the_ticket(paid_booking: Paid, alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    [ticket] = tickets_of(client, paid_booking(alice, "1-1"))
    response = client.get(ticket["qr_svg"], headers={"Accept": "image/svg+xml"})
    assert (response.status_code, response["Content-Type"]) == (200, "image/svg+xml")
    expected = expected_modules(ticket["code"])
    drawn = [[False] * len(expected) for _ in expected]
    [strokes] = re.findall(rb' d="(M[^"]+)"(?=[^>]*stroke)|stroke[^>]* d="(M[^"]+)"', response.content)
    x, y = 0.0, 0.0
    for command, first, second in re.findall(rb"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?", b"".join(strokes)):
        if command == b"h":
            for column in range(int(x), int(x) + int(first)):
                drawn[int(y)][column] = True
            x += int(first)
        else:
            x, y = (float(first), float(second)) if command == b"M" else (x + float(first), y + float(second))
    assert drawn == expected


def test_the_qr_code_has_at_least_error_correction_m(paid_booking: Paid, alice: User) -> None:
    paid_booking(alice, "1-1")
    assert qr_of("A" * 130).error in ("M", "Q", "H")


def test_the_pdf_has_a_page_for_each_seat(paid_booking: Paid, alice: User, client_of: ClientOf, concert: Event) -> None:
    Event.objects.update(starts_at=datetime(2026, 12, 5, 19, 30, tzinfo=UTC))
    booking = paid_booking(alice, "2-3", "2-4", "2-5")
    response = client_of(alice).get(f"/api/booking/{booking.pk}/tickets.pdf", headers={"Accept": "application/pdf"})
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert "no-store" in response["Cache-Control"]
    pages = [page.split("\n") for page in pages_of(response.content)]
    assert len(pages) == 3
    tickets = booking.admissions.order_by("position")
    for number, (page, seat, ticket) in enumerate(zip(pages, "345", tickets, strict=True), start=1):
        assert page[:3] == ["A concert", "The hall", "Sat 5 Dec 2026, 19:30 UTC"]
        assert page[3:11] == ["SECTION", "A", "BLOCK", "1", "ROW", "2", "SEAT", seat]
        assert {"Alice", ticket.reference, booking.reference, f"Ticket {number} of 3"} <= set(page)


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Дмитрий Σωκράτης Żółć", "Дмитрий Σωκράτης Żółć"),
        ("דוד", "דוד"[::-1]),
        ("ערב (2027)", "(2027) " + "ערב"[::-1]),
        ("ערב [b] <דן>", "<" + "דן"[::-1] + "> [b] " + "ערב"[::-1]),
        ("李明 Li", "□□ Li"),
        ("علي", "□□□"),
        ("ﬁﬁ ☃ 😀", "fifi □ □"),
        ("A\r\nBcc: x\x00\u202e\u2028y", "A Bcc: x y"),
        ("(\\) Tj <<>> **b** {nb}", "(\\) Tj <<>> **b** {nb}"),
    ],
)
def test_names_are_printed_as_plain_text(
    paid_booking: Paid, alice: User, client_of: ClientOf, name: str, printed: str
) -> None:
    booking = paid_booking(alice, "1-1")
    # Postgres can't store NUL, so none gets this far.
    Admission.objects.update(holder=name.replace("\x00", ""))
    Event.objects.update(name=name.replace("\x00", ""))
    [page] = pages_of(client_of(alice).get(f"/api/booking/{booking.pk}/tickets.pdf").content)
    assert page.split("\n").count(printed) == 2


def test_long_names_are_cut_to_fit_the_page(paid_booking: Paid, alice: User, client_of: ClientOf) -> None:
    booking = paid_booking(alice, "1-1")
    Admission.objects.update(holder="W" * 150)
    Event.objects.update(name="W" * 200, venue_name="W" * 200)
    pages = pages_of(client_of(alice).get(f"/api/booking/{booking.pk}/tickets.pdf").content)
    assert len(pages) == 1
    assert pages[0].count("…") == 3


def test_only_the_buyer_can_see_the_tickets(
    paid_booking: Paid, alice: User, bob: User, carol: User, dave: User, olga: User, client_of: ClientOf
) -> None:
    booking = paid_booking(alice, "1-1")
    [ticket] = tickets_of(client_of(alice), booking)
    path = f"/api/booking/{booking.pk}"
    refusals = {
        None: (401, "not_authenticated"),
        bob: (404, "not_found"),
        dave: (404, "not_found"),  # another seller
        carol: (403, "not_owner"),  # the event's seller
        olga: (403, "not_owner"),  # an operator
    }
    for url in (f"{path}/admissions", f"{path}/tickets.pdf", ticket["qr_svg"], ticket["qr_png"]):
        assert client_of(alice).get(url).status_code == 200
        for person, refusal in refusals.items():
            response = client_of(person).get(url)
            assert (response.status_code, response.json()["code"]) == refusal, (url, person)
            assert response["Content-Type"] == "application/problem+json"
            assert ticket["code"] not in response.content.decode()


def test_a_ticket_is_not_found_under_another_booking(
    paid_booking: Paid, alice: User, bob: User, client_of: ClientOf
) -> None:
    mine, other = paid_booking(bob, "1-1"), paid_booking(alice, "1-2")
    foreign = other.admissions.get()
    response = client_of(bob).get(f"/api/booking/{mine.pk}/admissions/{foreign.pk}/qr.png")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
