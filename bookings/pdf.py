"""Tickets to print or to keep on a phone: one page of A6 each, so that four fit on a sheet of A4.

The built-in fonts of PDF know Latin-1 only. The font beside this file (bookings/fonts) writes the alphabets of Europe
and Hebrew; a character it lacks is shown as □. Such a ticket is as good: the door reads the code, and the seat is in
digits.
"""

import unicodedata
from functools import cache
from io import BytesIO
from pathlib import Path

from fpdf import FPDF
from fpdf.bidi import BidiParagraph
from fpdf.fonts import TTFFont

from bookings.models import Admission
from bookings.operations.admit import code_of
from bookings.qr import qr_png
from bookings.tickets import one_line, seat_of, serial_of, when

FONTS = Path(__file__).resolve().parent / "fonts"
FAMILY = "DejaVu"
# Millimetres.
PAGE = (105, 148)
MARGIN = 8
INNER = PAGE[0] - 2 * MARGIN
BAND = 41
QR_SIDE = 64
# Red, green, blue.
INK, FAINT, BAND_INK, PAPER = (17, 24, 39), (107, 114, 128), (203, 213, 225), (255, 255, 255)
RIGHT_TO_LEFT = ("R", "AL")


def tickets_pdf(tickets: list[Admission]) -> bytes:
    """A page for each of the tickets of one booking (with booking, event and subsection loaded)."""
    pdf = _blank()
    pdf.set_title(f"Tickets for {printable(tickets[0].event.name)}")
    for number, ticket in enumerate(tickets, start=1):
        pdf.add_page()
        _event(pdf, ticket)
        pdf.image(BytesIO(qr_png(code_of(ticket))), (PAGE[0] - QR_SIDE) / 2, BAND + 2, QR_SIDE, QR_SIDE)
        _seat(pdf, ticket)
        _small_print(pdf, ticket, f"Ticket {number} of {len(tickets)}")
    return bytes(pdf.output())


def _blank() -> FPDF:
    pdf = FPDF(format=PAGE)
    pdf.set_auto_page_break(False)
    pdf.alias_nb_pages(None)  # type: ignore[arg-type]  # else "{nb}" in a name becomes the number of pages
    pdf.add_font(FAMILY, fname=FONTS / "DejaVuSansCondensed.ttf")
    pdf.add_font(FAMILY, "B", FONTS / "DejaVuSansCondensed-Bold.ttf")
    return pdf


def printable(text: str) -> str:
    """Somebody's text in one line and in characters the font has."""
    return "".join(map(_in_font, unicodedata.normalize("NFC", one_line(text))))


def _event(pdf: FPDF, ticket: Admission) -> None:
    event = ticket.event
    pdf.set_fill_color(INK)
    pdf.rect(0, 0, PAGE[0], BAND, style="F")
    size, lines = _two_lines(pdf, printable(event.name))
    for number, line in enumerate(lines):
        _line(pdf, line, MARGIN, 7 + 7.5 * number, INNER, size=size, style="B", colour=PAPER)
    _line(pdf, printable(event.venue_name), MARGIN, 25, INNER, size=10, colour=PAPER)
    _line(pdf, when(event), MARGIN, 31, INNER, size=9, colour=BAND_INK)


def _seat(pdf: FPDF, ticket: Admission) -> None:
    block = ticket.subsection
    row, seat = seat_of(ticket)
    x = float(MARGIN)
    for label, value, width in (
        ("SECTION", printable(block.section), 38),
        ("BLOCK", str(block.number), 17),
        ("ROW", str(row), 17),
        ("SEAT", str(seat), 17),
    ):
        _line(pdf, label, x, 108, width - 2, size=6.5, colour=FAINT)
        _line(pdf, value, x, 111, width - 2, size=23, style="B", height=10, smallest=5)
        x += width
    pdf.set_draw_color(BAND_INK)
    pdf.set_dash_pattern(dash=1, gap=1)
    pdf.line(MARGIN, 124, PAGE[0] - MARGIN, 124)
    pdf.set_dash_pattern()


def _small_print(pdf: FPDF, ticket: Admission, which: str) -> None:
    _line(pdf, "HOLDER", MARGIN, 126.5, INNER, size=6.5, colour=FAINT)
    _line(pdf, printable(ticket.holder), MARGIN, 129.5, INNER, size=10, style="B")
    _line(pdf, f"Booking {ticket.booking_id}", MARGIN, 136, INNER, size=6.5, colour=FAINT)
    _line(pdf, f"Serial {serial_of(ticket)}", MARGIN, 139.5, INNER, size=6.5, colour=FAINT)
    pdf.set_xy(MARGIN, 139.5)
    pdf.cell(INNER, 3, which, align="R")


def _line(
    pdf: FPDF,
    text: str,
    x: float,
    y: float,
    width: float,
    *,
    size: float,
    style: str = "",
    colour: tuple[int, int, int] = INK,
    height: float = 4.0,
    smallest: float = 7.5,
) -> None:
    """One line, in smaller letters if it is too long for `width`, and cut if they get too small (sizes in points)."""
    pdf.set_font(FAMILY, style, size)
    while pdf.get_string_width(text) > width and size > smallest:
        size -= 0.5
        pdf.set_font_size(size)
    if pdf.get_string_width(text) > width:
        while text and pdf.get_string_width(text + "…") > width:
            text = text[:-1]
        text += "…"
    pdf.set_text_color(colour)
    pdf.set_xy(x, y)
    pdf.c_margin = 0
    pdf.cell(width, height, _as_seen(text))


def _two_lines(pdf: FPDF, text: str) -> tuple[float, list[str]]:
    """The name of an event in the largest letters (points) in which it takes at most two lines, and these."""
    for size in (17, 15, 13, 11):
        pdf.set_font(FAMILY, "B", size)
        first, rest = "", text.split(" ")
        while rest and pdf.get_string_width(f"{first} {rest[0]}".strip()) <= INNER:
            first = f"{first} {rest.pop(0)}".strip()
        if pdf.get_string_width(" ".join(rest)) <= INNER:
            break
    return size, [line for line in (first, " ".join(rest)) if line]


def _as_seen(text: str) -> str:
    """Hebrew is written from the right; the page is filled from the left."""
    if not any(unicodedata.bidirectional(char) in RIGHT_TO_LEFT for char in text):
        return text
    return BidiParagraph(text).get_reordered_string()


def _in_font(char: str) -> str:
    if ord(char) in _glyphs():
        return char
    alike = "".join(part for part in unicodedata.normalize("NFKD", char) if ord(part) in _glyphs())
    return alike or "□"


@cache
def _glyphs() -> frozenset[int]:
    """The characters that both weights of the font have."""
    weights = [frozenset(font.cmap) for font in _blank().fonts.values() if isinstance(font, TTFFont)]
    return frozenset.intersection(*weights)
