"""The check-in page: online, offline, and online again."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from bookings.checkin.check_in import check_in
from bookings.checkin.models import CheckIn
from bookings.checkin.tests.stage import codes_of
from bookings.holds.models import Booking
from bookings.payments.refund import refund_booking
from e2e.tests.test_every_page import check_page
from e2e.tests.visitors import Visitors
from events.models import Event

PaidBooking = Callable[..., Booking]
OFFLINE_ERROR = "ERR_INTERNET_DISCONNECTED"


@pytest.fixture
def codes(alice: User, paid_booking: PaidBooking) -> list[str]:
    """The codes of four tickets: row 1, seats 1 to 4."""
    return codes_of(paid_booking(alice, "1-1", "1-2", "1-3", "1-4"))


@pytest.fixture
def void(alice: User, carol: User, paid_booking: PaidBooking) -> str:
    """The code of a refunded ticket."""
    booking = paid_booking(alice, "2-1")
    (code,) = codes_of(booking)
    refund_booking(booking_id=booking.pk, user=carol)
    return code


class Scanner:
    """The check-in page, operated by typing, as people and hand scanners do."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        expect(self.page.locator("#page[data-ready]")).to_be_visible()

    @property
    def panel(self) -> Locator:
        """The panel with the latest result."""
        return self.page.get_by_role("region", name="Last ticket")

    @property
    def found(self) -> Locator:
        """The tickets that a search found."""
        return self.page.get_by_role("region", name="Tickets found")

    def type(self, text: str) -> None:
        """Type a text and press Enter."""
        self.page.get_by_label("Number, booking or name").focus()
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Enter")

    def scan(self, code: str, result: str, *, offline: bool = False) -> None:
        """Scan a code, and expect this result; with `offline`, the scanner has to find it by itself."""
        log = self.page.locator("#log li")
        before = log.count()
        self.type(code)
        expect(log).to_have_count(before + 1)
        self.shows(result, offline=offline)

    def shows(self, result: str, *, offline: bool = False) -> None:
        """Expect that the panel shows this result."""
        expect(self.panel).to_have_attribute("data-result", result)
        expect(self.panel.get_by_text("Checked offline.")).to_be_visible(visible=offline)

    def go_offline(self) -> None:
        self.page.context.set_offline(True)

    def go_online(self) -> None:
        self.page.context.set_offline(False)


def test_check_in_goes_on_offline(visitors: Visitors, concert: Event, carol: User, codes: list[str], void: str) -> None:
    visitors.allow_error(OFFLINE_ERROR)
    page = visitors(carol, f"/gate/{concert.pk}")
    scanner = Scanner(page)
    expect(page.get_by_text("Online", exact=True)).to_be_visible()
    expect(page.get_by_text("Opens offline", exact=True)).to_be_visible()
    scanner.scan(codes[0], "accepted")
    expect(page.get_by_role("region", name="Last ticket")).to_contain_text("Section A · block 1 · row 1 · seat 1")
    scanner.scan(codes[0], "already")
    scanner.scan(void, "void")

    scanner.go_offline()
    scanner.scan(codes[1], "accepted", offline=True)
    scanner.scan(codes[1], "already", offline=True)
    scanner.scan(codes[0], "already", offline=True)
    scanner.scan(void, "void", offline=True)
    scanner.scan(codes[1][:40] + ("B" if codes[1][40] == "A" else "A") + codes[1][41:], "forged", offline=True)
    check_in(event_id=concert.pk, code=codes[2], by=carol, device="Side door")
    page.wait_for_timeout(1000)  # more than their clocks may differ
    scanner.scan(codes[2], "accepted", offline=True)
    scanner.scan(codes[3], "accepted", offline=True)
    page.get_by_role("button", name="Undo check-in").click()
    expect(page.get_by_text("2 waiting to be sent")).to_be_visible()
    expect(page.get_by_text("Offline: this scanner checks tickets itself")).to_be_visible()

    page.reload()
    scanner.wait_until_ready()
    expect(page.get_by_text("2 waiting to be sent")).to_be_visible()
    scanner.scan(codes[1], "already", offline=True)
    assert CheckIn.objects.count() == 2

    scanner.go_online()
    expect(page.get_by_text("waiting to be sent")).to_be_hidden()
    expect(page.get_by_text("Online", exact=True)).to_be_visible()
    conflicts = page.get_by_role("region", name="Conflicts")
    expect(conflicts.get_by_role("listitem")).to_have_count(1)
    expect(conflicts).to_contain_text("row 1 · seat 3: let in here, but another scan was earlier.")
    expect(conflicts).to_contain_text("at Side door by Carol")
    assert sorted(CheckIn.objects.values_list("admission__position", "kind")) == [
        (0, "accepted"),
        (1, "accepted"),
        (2, "accepted"),
        (2, "conflict"),
    ]
    page.get_by_role("button", name="Mark as seen").click()
    expect(conflicts).to_be_hidden()
    scanner.scan(codes[3], "accepted")


def test_a_check_in_is_undone(visitors: Visitors, concert: Event, carol: User, codes: list[str]) -> None:
    page = visitors(carol, f"/gate/{concert.pk}")
    scanner = Scanner(page)
    for _ in range(2):
        scanner.scan(codes[0], "accepted")
        page.get_by_role("button", name="Undo check-in").click()
        expect(page.get_by_role("heading", name="Check-in undone")).to_be_visible()
    assert CheckIn.objects.count() == 4


def test_the_scanner_fits_a_phone_and_is_accessible(
    visitors: Visitors, concert: Event, carol: User, codes: list[str]
) -> None:
    page = visitors(carol, f"/gate/{concert.pk}")
    scanner = Scanner(page)
    for code, result in ((codes[0], "accepted"), (codes[0], "already"), (codes[1][:-9], "forged"), ("1234", "unknown")):
        scanner.scan(code, result)
        check_page(page)
