"""The samples that are pictures: emails, PDFs, the print view of each page, and the page of the entrance."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pypdfium2
from django.conf import settings
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from bookings.tickets.issue import code_of
from bookings.tickets.models import Admission
from e2e.samples.cast import Cast

COLOURS = 48  # of a picture: it keeps the files small
SETTLE_MS = 1500  # for fonts, live data and animations
MAIL_LOOKS: tuple[tuple[str, int, Literal["light", "dark"]], ...] = (
    ("wide", 700, "light"),
    ("narrow-dark", 360, "dark"),
)
PHONE = {"width": 390, "height": 760}
PRINTED_PAGES = 2  # of a page's print view that the picture shows
# Name of the picture: who looks, and the path; names of bookings and events in braces.
PAGES: dict[str, tuple[str | None, str]] = {
    "events": (None, "/"),
    "event": (None, "/events/{concert}"),
    "event-cancelled": (None, "/events/{cancelled}"),
    "login": (None, "/login"),
    "register": (None, "/register"),
    "reset": (None, "/reset"),
    "verify": (None, "/verify?token=old"),
    "not-found": (None, "/there-is-no-such-page"),
    "checkout": ("bo", "/checkout/{held}"),
    "done-one-seat": ("bo", "/checkout/{one seat}/done"),
    "done-ten-seats": ("maria", "/checkout/{ten seats}/done"),
    "done-long-names": ("maria", "/checkout/{long names}/done"),
    "done-hall": ("maria", "/checkout/{hall}/done"),
    "done-standing": ("bo", "/checkout/{standing}/done"),
    "done-refunded": ("bo", "/checkout/{returned}/done"),
    "bookings": ("bo", "/bookings"),
    "account": ("bo", "/account"),
    "account-seller": ("carol", "/account"),
    "queue": ("bo", "/queue/{queue}"),
    "sell": ("carol", "/sell"),
    "sell-event": ("carol", "/sell/{concert}"),
    "gate": ("carol", "/gate/{concert}"),
    "admin-event": ("carol", "/admin/events/event/{concert}/change/"),
    "admin-bookings": ("carol", "/admin/bookings/booking/?event__id__exact={concert}"),
    "admin-booking": ("carol", "/admin/bookings/booking/{ten seats}/change/"),
    "operator": ("olga", "/operator"),
}
DOOR = ("door-ready", "door-early", "door-accepted", "door-again", "door-unknown")


def expected_pictures(texts: dict[str, str]) -> set[str]:
    """Return the paths of the pictures that belong to these texts, and of those of the pages."""
    mails = (path.removesuffix(".html") for path in texts if path.startswith("mails/") and path.endswith(".html"))
    tickets = (path.removesuffix(".txt") for path in texts if path.startswith("tickets/"))
    return {
        *(f"{mail}-{look}.png" for mail in mails for look, _, _ in MAIL_LOOKS),
        *(f"{ticket}.png" for ticket in tickets),
        *(f"pages/{name}.png" for name in PAGES),
        *(f"pages/{name}.png" for name in DOOR),
    }


def take_mails(browser: Browser, texts: dict[str, str], folder: Path) -> None:
    """Take pictures of the HTML of each email, as a mail program shows it on a desktop and on a phone."""
    for look, width, scheme in MAIL_LOOKS:
        page = browser.new_page(viewport={"width": width, "height": 200}, color_scheme=scheme)
        for path, html in texts.items():
            if path.startswith("mails/") and path.endswith(".html"):
                page.set_content(html)
                _save(page.screenshot(full_page=True), folder / f"{path.removesuffix('.html')}-{look}.png")
        page.close()


def take_tickets(pdfs: dict[str, bytes], folder: Path) -> None:
    """Take one picture of all pages of each PDF."""
    for name, pdf in pdfs.items():
        _save(pages_side_by_side(pdf, scale=1.4, columns=5), folder / "tickets" / f"{name}.png")


def take_pages(browser: Browser, url: str, cast: Cast, folder: Path) -> None:
    """Take pictures of the print view of each page, on sheets of A4, and of the entrance as it is on a phone."""
    ids: dict[str, object] = {name: event.pk for name, event in cast.events.items()}
    ids |= {name: booking.pk for name, booking in cast.bookings.items()}
    for name, (person, path) in PAGES.items():
        with _visit(browser, url, cast.people[person] if person else None, path.format_map(ids)) as page:
            pdf = page.pdf(format="A4", print_background=False)
            _save(pages_side_by_side(pdf, scale=0.7, columns=PRINTED_PAGES), folder / "pages" / f"{name}.png")
    with _visit(browser, url, cast.people["carol"], f"/gate/{ids['concert']}", viewport=PHONE) as page:
        _take_the_door(page, cast, folder / "pages")


def _take_the_door(page: Page, cast: Cast, folder: Path) -> None:
    expect(page.locator("#page[data-ready]")).to_be_visible()
    _save(page.screenshot(), folder / "door-ready.png")
    code = code_of(Admission.objects.select_related("event").get(booking=cast.bookings["one seat"]))
    _scan(page, code, folder / "door-early.png")
    page.get_by_role("button", name="Let in anyway").click()
    page.wait_for_timeout(SETTLE_MS)
    _save(page.screenshot(), folder / "door-accepted.png")
    _scan(page, code, folder / "door-again.png")
    _scan(page, "0000-0000-0000-0000", folder / "door-unknown.png")


def _scan(page: Page, code: str, picture: Path) -> None:
    page.get_by_label("Number, booking or name").focus()
    page.keyboard.insert_text(code)
    page.keyboard.press("Enter")
    page.wait_for_timeout(SETTLE_MS)
    _save(page.screenshot(), picture)


@contextmanager
def _visit(browser: Browser, url: str, user: User | None, path: str, **options: Any) -> Iterator[Page]:
    options = {"locale": "en-US", "timezone_id": "Europe/Berlin", "reduced_motion": "reduce", **options}
    context = browser.new_context(base_url=url, **options)
    if user is not None:
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])
    page = context.new_page()
    page.goto(path)
    page.wait_for_timeout(SETTLE_MS)
    try:
        yield page
    finally:
        context.close()


def pages_side_by_side(pdf: bytes, *, scale: float, columns: int) -> bytes:
    """Return a PNG of the first pages of a PDF in rows of `columns`; a scale of 1 is 72 dots per inch.

    Shows all pages of a PDF with small pages, and one row of A4.
    """
    document = pypdfium2.PdfDocument(pdf)
    tall = document[0].get_height() > 800
    number = min(len(document), columns) if tall else len(document)
    pictures = [document[index].render(scale=scale).to_pil() for index in range(number)]
    width, height = pictures[0].size
    across, gap = min(columns, number), 8
    rows = -(-number // across)
    sheet = Image.new("RGB", (across * (width + gap) + gap, rows * (height + gap) + gap), "#9aa5a0")
    for index, picture in enumerate(pictures):
        sheet.paste(picture, (gap + index % across * (width + gap), gap + index // across * (height + gap)))
    file = io.BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue()


def _save(png: bytes, path: Path) -> None:
    """Write a picture with few colours, so that the repository stays small."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, "PNG", optimize=True)
