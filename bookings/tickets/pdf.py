"""Tickets as PDF, to print or to keep on a phone: one A6 page each, so that four fit on a sheet of A4.

If the venue says how to get in, a page with that follows.

PDF's built-in fonts only cover Latin-1, so the fonts in `bookings/tickets/fonts` are embedded. They cover the European
alphabets and Hebrew; other characters are shown as □. Such a ticket is still valid: the scanner reads the code.
"""

import unicodedata
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from fontTools.unicodedata import mirrored
from fpdf import FPDF
from fpdf.bidi import BidiCharacter, BidiParagraph, auto_detect_base_direction
from fpdf.fonts import TTFFont

from bookings.tickets.issue import code_of
from bookings.tickets.models import Admission
from bookings.tickets.qr import qr_png
from bookings.tickets.texts import one_line, start_text, ticket_block, ticket_place, ticket_special, ticket_text
from core.text.directions import ISOLATES, has_right_to_left, isolated
from events.models import Event
from events.states import SubsectionKind

FONTS = Path(__file__).resolve().parent / "fonts"
FAMILY = "DejaVu"
# Millimetres.
PAGE = (105, 148)
MARGIN = 8
INNER = PAGE[0] - 2 * MARGIN
BAND = 41
QR_SIDE = 64
REMARK = 9  # what is special about a place takes this much from the code
# Red, green, blue.
INK, FAINT, LINE = (21, 32, 27), (74, 89, 82), (116, 129, 123)
ACCENT, BAND_INK, PAPER = (11, 99, 80), (220, 238, 231), (255, 255, 255)  # the accent of the pages (tokens.css)
# Size in points, and how many lines of that size there is room for; the first one that fits is taken.
NAME_SIZES = ((17, 2), (15, 2), (13, 2), (11, 3), (9, 4))
VENUE_SIZES = ((10, 1), (9, 1), (8, 2))
SEAT_SIZES = ((23, 1), (17, 1), (13, 1), (11, 2), (8, 3), (5.5, 4))
REMARK_SIZES = ((11, 1), (9, 2), (7, 2), (5.5, 3), (4.5, 4))
GETTING_IN_SIZES = ((9, 25), (7.5, 31), (6, 40), (4.5, 54))
HOLDER_SIZES = ((10, 1), (8, 1), (6.5, 2))
LINE_HEIGHT = 0.43  # millimetres for each point


def tickets_pdf(tickets: list[Admission]) -> bytes:
    """Return a PDF with one page per ticket, and perhaps one about getting in; all tickets belong to one order.

    Each ticket must be loaded with its booking, event and subsection.
    """
    order = tickets[0].booking.order_reference
    pdf = _blank()
    pdf.set_title(f"Tickets for {isolated(printable(tickets[0].event.name))}")
    for number, ticket in enumerate(tickets, start=1):
        pdf.add_page()
        _draw_event(pdf, ticket)
        remark = printable(ticket_special(ticket).remark())
        side = QR_SIDE - (REMARK if remark else 0)
        pdf.image(BytesIO(qr_png(code_of(ticket))), (PAGE[0] - side) / 2, BAND + 2, side, side)
        _draw_seat(pdf, ticket, BAND + 3 + side)
        _draw_lines(pdf, remark, MARGIN, 113.5, INNER, REMARK_SIZES, style="B")
        _draw_footer(pdf, ticket, order, f"Ticket {number} of {len(tickets)}")
    if tickets[0].event.getting_in:
        pdf.add_page()
        _draw_event(pdf, tickets[0])
        _draw_getting_in(pdf, tickets[0].event)
    return bytes(pdf.output())


def _blank() -> FPDF:
    pdf = FPDF(format=PAGE)
    pdf.set_auto_page_break(False)
    pdf.alias_nb_pages(None)  # type: ignore[arg-type]  # otherwise "{nb}" in a name becomes the number of pages
    pdf.add_font(FAMILY, fname=FONTS / "DejaVuSansCondensed.ttf")
    pdf.add_font(FAMILY, "B", FONTS / "DejaVuSansCondensed-Bold.ttf")
    return pdf


def printable(text: str) -> str:
    """Return a user's text on one line; characters that the font lacks become similar ones or □."""
    visible = (char for char in unicodedata.normalize("NFC", one_line(text)) if char not in ISOLATES)
    return "".join(map(_in_font, visible))


def _draw_event(pdf: FPDF, ticket: Admission) -> None:
    event = ticket.event
    pdf.set_fill_color(ACCENT)
    pdf.rect(0, 0, PAGE[0], BAND, style="F")
    _draw_lines(pdf, printable(event.name), MARGIN, 6, INNER, NAME_SIZES, style="B", colour=PAPER)
    _draw_lines(pdf, printable(event.venue_name), MARGIN, 25, INNER, VENUE_SIZES, colour=PAPER)
    _draw_line(pdf, start_text(event), MARGIN, 33, INNER, size=9, colour=BAND_INK)


def _draw_getting_in(pdf: FPDF, event: Event) -> None:
    _draw_line(pdf, "GETTING IN", MARGIN, BAND + 3, INNER, size=6.5, colour=FAINT)
    _draw_lines(pdf, printable(event.getting_in), MARGIN, BAND + 7, INNER, GETTING_IN_SIZES)


def _draw_seat(pdf: FPDF, ticket: Admission, y: float) -> None:
    x = float(MARGIN)
    for label, value, width in _seat_columns(ticket):
        _draw_line(pdf, label, x, y, width - 2, size=6.5, colour=FAINT)
        _draw_lines(pdf, printable(value), x, y + 4, width - 2, SEAT_SIZES, style="B")
        x += width
    pdf.set_draw_color(LINE)
    pdf.set_dash_pattern(dash=1, gap=1)
    pdf.line(MARGIN, 124, PAGE[0] - MARGIN, 124)
    pdf.set_dash_pattern()


def _seat_columns(ticket: Admission) -> list[tuple[str, str, float]]:
    """Return the columns that say where the place is: label, value and width, which is INNER in all."""
    block, place = ticket_block(ticket), ticket_place(ticket)
    if place.seat_label:
        # Labels of a plan may have up to 20 characters.
        width = 17 if ticket.subsection.kind == SubsectionKind.GRID else 23
        columns = [(block.row_word.upper(), place.row_label, width), ("SEAT", place.seat_label, width)]
    else:
        columns = [("PLACE", ticket_text(ticket).capitalize(), 37)]
    if block.number is not None:
        columns = [("BLOCK", str(block.number), 17), *columns]
    return [("SECTION", block.section, INNER - sum(width for *_, width in columns)), *columns]


def _draw_footer(pdf: FPDF, ticket: Admission, order: str, which: str) -> None:
    _draw_line(pdf, "HOLDER", MARGIN, 126.5, INNER, size=6.5, colour=FAINT)
    _draw_lines(pdf, printable(ticket.holder), MARGIN, 129.5, INNER, HOLDER_SIZES, style="B")
    for label, reference, x in (("TICKET", ticket.reference, MARGIN), ("BOOKING", order, 46)):
        _draw_line(pdf, label, x, 135, 30, size=6.5, colour=FAINT)
        _draw_line(pdf, reference, x, 138, 30, size=10, style="B")
    pdf.set_font(FAMILY, "", 6.5)
    pdf.set_text_color(FAINT)
    pdf.set_xy(MARGIN, 138)
    pdf.cell(INNER, 4, which, align="R")


def _draw_line(
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
    part_of: str = "",
) -> None:
    """Draw one line, smaller if it is too long for `width`, and cut off at the `smallest` size (sizes in points).

    The line may be `part_of` a text, which then decides the direction.
    """
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
    pdf.cell(width, height, _in_display_order(text, part_of or text))


def _draw_lines(
    pdf: FPDF,
    text: str,
    x: float,
    y: float,
    width: float,
    sizes: tuple[tuple[float, int], ...],
    *,
    style: str = "",
    colour: tuple[int, int, int] = INK,
) -> None:
    """Draw a text in as many lines as there is room for, in the largest of the `sizes` that fits.

    If none fits, the last line is cut off.
    """
    for size, room in sizes:
        pdf.set_font(FAMILY, style, size)
        lines = _wrap(pdf, text, width)
        if len(lines) <= room:
            break
    else:
        lines = [*lines[: room - 1], " ".join(lines[room - 1 :])]
    height = size * LINE_HEIGHT
    for number, line in enumerate(lines):
        at = y + number * height
        look: dict[str, Any] = {"size": size, "style": style, "colour": colour, "height": height, "smallest": size}
        _draw_line(pdf, line, x, at, width, **look, part_of=text)


def _wrap(pdf: FPDF, text: str, width: float) -> list[str]:
    """Split a text into lines no wider than `width` in the current font: between words, or within a word too long."""
    lines = [""]
    for word in text.split(" "):
        if pdf.get_string_width(joined := f"{lines[-1]} {word}".strip()) <= width:
            lines[-1] = joined
            continue
        lines += [""] if lines[-1] else []
        for char in word:
            if pdf.get_string_width(lines[-1] + char) > width:
                lines.append("")
            lines[-1] += char
    return lines


def _in_display_order(line: str, text: str) -> str:
    """Return a line with its right-to-left parts, such as Hebrew, reversed: FPDF draws everything from the left."""
    if not has_right_to_left(text):
        return line
    paragraph = BidiParagraph(line, auto_detect_base_direction(text))
    return "".join(map(_facing_its_text, paragraph.get_reordered_characters()))


def _facing_its_text(char: BidiCharacter) -> str:
    """Return the character, mirrored if it is read from the right: "(" opens there as ")" (Unicode's annex 9, L4)."""
    code = mirrored(ord(char.character)) if char.embedding_level % 2 else None
    return char.character if code is None or code not in _glyphs() else chr(code)


def _in_font(char: str) -> str:
    if ord(char) in _glyphs():
        return char
    similar = "".join(part for part in unicodedata.normalize("NFKD", char) if ord(part) in _glyphs())
    return similar or "□"


@cache
def _glyphs() -> frozenset[int]:
    """Return the code points of the characters that both weights of the font have."""
    weights = [frozenset(font.cmap) for font in _blank().fonts.values() if isinstance(font, TTFFont)]
    return frozenset.intersection(*weights)
