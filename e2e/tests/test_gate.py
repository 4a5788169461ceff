"""The check-in page: online, offline, and online again."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from bookings.checkin.check_in import check_in
from bookings.checkin.models import CheckIn, SellerGateStaff
from bookings.checkin.tests.stage import codes_of, tickets_of
from bookings.holds.models import Booking
from bookings.payments.refund import refund_booking
from bookings.tickets.models import Admission
from bookings.tickets.texts import serial_of
from conftest import PASSWORD
from e2e.tests.test_every_page import check_page
from e2e.tests.visitors import PHONE, Visitors
from events.models import Event

PaidBooking = Callable[..., Booking]
OFFLINE_ERROR = "ERR_INTERNET_DISCONNECTED"
WIFI = "WIFI:T:WPA;S:Guests;P:12345678;;"  # the QR code of a poster


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
    expect(page.get_by_role("region", name="Last ticket")).to_contain_text("Section A, block 1, row 1, seat 1")
    scanner.scan(codes[0], "already")
    scanner.scan(void, "void")
    expect(scanner.panel).to_contain_text("Section A, block 1, row 2, seat 1")

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
    expect(conflicts).to_contain_text("row 1, seat 3: let in here, but another scan was earlier.")
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
    for code, result in (
        (codes[0], "accepted"),
        (codes[0], "already"),
        (codes[1][:-9], "forged"),
        ("1234", "unknown"),
        (WIFI, "foreign"),
    ):
        scanner.scan(code, result)
        check_page(page)


def test_the_printed_number_is_typed_online_and_offline(
    visitors: Visitors, concert: Event, alice: User, carol: User, paid_booking: PaidBooking, void: str
) -> None:
    visitors.allow_error(OFFLINE_ERROR)
    booking = paid_booking(alice, "3-1", "3-2", "3-3")
    numbers, codes = [serial_of(ticket) for ticket in tickets_of(booking)], codes_of(booking)
    page = visitors(carol, f"/gate/{concert.pk}")
    scanner = Scanner(page)
    scanner.scan(numbers[0], "accepted")
    expect(scanner.panel).to_contain_text("Section A, block 1, row 3, seat 1")
    scanner.scan(codes[0], "already")
    scanner.scan(tickets_of(booking)[0].reference.lower(), "already")
    scanner.scan("2CAF-4CAF-E16B-B6AC", "unknown")
    expect(scanner.panel).to_contain_text("No ticket for this event has this number.")
    scanner.scan("ZZZZ9999", "unknown")
    expect(scanner.panel).to_contain_text("There is a typing mistake")
    scanner.scan(codes[1][:-6] + "AAAAAA", "forged")

    scanner.go_offline()
    scanner.scan(numbers[0].lower(), "already", offline=True)
    scanner.scan(codes[1], "accepted", offline=True)
    expect(scanner.panel).to_contain_text("Section A, block 1, row 3, seat 2")
    scanner.scan(numbers[1].replace("-", " "), "already", offline=True)
    scanner.scan(numbers[2], "accepted", offline=True)
    expect(scanner.panel).to_contain_text("Section A, block 1, row 3, seat 3")
    scanner.scan(tickets_of(booking)[2].reference, "already", offline=True)
    scanner.scan("2CAF-4CAF-E16B-B6AC", "unknown", offline=True)
    expect(scanner.panel).to_contain_text("when this scanner was last online")
    scanner.scan("ZZZZ9999", "unknown", offline=True)
    expect(scanner.panel).to_contain_text("There is a typing mistake")
    scanner.scan("1", "unknown", offline=True)
    expect(scanner.panel).to_contain_text("has 8 characters, or 16 if it is the serial; this has 1.")
    scanner.scan(void, "void", offline=True)
    page.get_by_label("Number, booking or name").fill("Alice")
    page.keyboard.press("Enter")
    expect(scanner.found).to_contain_text("Names can’t be searched offline.")

    scanner.go_online()
    expect(page.get_by_text("waiting to be sent")).to_be_hidden()
    assert sorted(CheckIn.objects.values_list("admission__position", "kind")) == [
        (20, "accepted"),
        (21, "accepted"),
        (22, "accepted"),
    ]


def test_a_booking_is_let_in_seat_by_seat_or_at_once(
    visitors: Visitors, concert: Event, alice: User, carol: User, paid_booking: PaidBooking
) -> None:
    booking = paid_booking(alice, "3-1", "3-2", "3-3")
    page = visitors(carol, f"/gate/{concert.pk}", viewport=PHONE)
    scanner = Scanner(page)
    scanner.type(booking.reference)
    expect(scanner.found.get_by_role("listitem")).to_have_count(3)
    expect(scanner.panel).to_contain_text("Choose below whom to let in.")
    scanner.found.get_by_role("button", name="Let in Alice Section A, block 1, row 3, seat 2").click()
    scanner.shows("accepted")
    expect(scanner.found.get_by_role("listitem").nth(1)).to_contain_text("Let in")
    expect(scanner.found.get_by_role("button")).to_have_count(3)
    check_page(page)
    everybody = scanner.found.get_by_role("button", name="Let in all 2 people Section A, block 1, row 3, seats 1, 3")
    everybody.click()
    expect(scanner.found.get_by_role("button")).to_have_count(0)
    scanner.shows("accepted")
    expect(scanner.panel.get_by_role("heading", name="2 let in")).to_be_visible()
    expect(scanner.panel).to_contain_text("Section A, block 1, row 3, seats 1, 3")
    assert Admission.objects.filter(status="used").count() == 3
    page.get_by_role("button", name="Undo all 2 check-ins").click()
    expect(scanner.panel.get_by_role("heading", name="2 undone")).to_be_visible()
    assert Admission.objects.filter(status="used").count() == 1
    everybody.click()
    scanner.shows("accepted")
    assert Admission.objects.filter(status="used").count() == 3
    scanner.type("alíc")
    expect(scanner.found.get_by_role("listitem")).to_have_count(3)
    expect(scanner.found.get_by_text("Already used")).to_have_count(3)
    scanner.type("nobody")
    expect(scanner.found).to_contain_text("Nobody called “nobody” has a ticket for this event.")
    scanner.type("al")
    expect(scanner.found).to_contain_text("at least 3 letters")
    scanner.type("1")
    expect(scanner.found).to_contain_text("the number of a ticket or a booking has 8 characters")
    expect(scanner.found).not_to_contain_text("letters")
    check_page(page)


def test_all_of_a_booking_are_let_in_although_another_gate_was_faster_with_one(
    visitors: Visitors, concert: Event, alice: User, carol: User, paid_booking: PaidBooking
) -> None:
    booking = paid_booking(alice, "3-1", "3-2", "3-3")
    page = visitors(carol, f"/gate/{concert.pk}", viewport=PHONE)
    scanner = Scanner(page)
    scanner.type(booking.reference)
    expect(scanner.found.get_by_role("listitem")).to_have_count(3)
    check_in(event_id=concert.pk, code=codes_of(booking)[1], by=carol, device="Side door")
    scanner.found.get_by_role("button", name="Let in all 3 people").click()
    expect(scanner.panel.get_by_role("heading", name="2 of 3 let in")).to_be_visible()
    expect(scanner.panel).to_have_attribute("data-kind", "warn")
    expect(scanner.panel).to_contain_text("row 3, seat 2: Already used")
    check_page(page)
    page.get_by_role("button", name="Undo all 2 check-ins").click()
    expect(scanner.panel.get_by_role("heading", name="2 undone")).to_be_visible()
    assert Admission.objects.filter(status="used").count() == 1


def test_a_booking_is_let_in_offline(
    visitors: Visitors, concert: Event, alice: User, carol: User, paid_booking: PaidBooking
) -> None:
    visitors.allow_error(OFFLINE_ERROR)
    booking = paid_booking(alice, "3-1", "3-2", "3-3")
    page = visitors(carol, f"/gate/{concert.pk}")
    scanner = Scanner(page)
    scanner.go_offline()
    scanner.scan(codes_of(booking)[0], "accepted", offline=True)
    scanner.type(booking.reference)
    rows = scanner.found.get_by_role("listitem")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("Already used")
    scanner.found.get_by_role("button", name="Let in all 2").click()
    expect(scanner.found.get_by_role("button")).to_have_count(0)
    expect(page.get_by_text("3 waiting to be sent")).to_be_visible()
    scanner.go_online()
    expect(page.get_by_text("waiting to be sent")).to_be_hidden()
    assert Admission.objects.filter(status="used").count() == 3


def test_a_reload_keeps_the_latest_results_and_the_unsent_scans(
    visitors: Visitors, concert: Event, carol: User, codes: list[str]
) -> None:
    visitors.allow_error(OFFLINE_ERROR)
    page = visitors(carol, f"/gate/{concert.pk}")
    scanner = Scanner(page)
    expect(page.get_by_text("Opens offline", exact=True)).to_be_visible()
    scanner.scan(codes[0], "accepted")
    scanner.scan("1234-1234", "unknown")
    scanner.go_offline()
    scanner.scan(codes[1], "accepted", offline=True)
    log = page.locator("#log li")
    for _ in range(2):
        expect(log).to_have_count(3)
        expect(log.nth(0)).to_contain_text("Section A, block 1, row 1, seat 2")
        expect(log.nth(1)).to_contain_text("1234-1234")
        expect(log.nth(2)).to_contain_text("Section A, block 1, row 1, seat 1")
        expect(page.get_by_role("heading", name="Here, so far 2 let in")).to_be_visible()
        expect(page.get_by_text("1 waiting to be sent")).to_be_visible()
        expect(page.get_by_text("about 2 of 4 in")).to_be_visible()
        page.reload()
        scanner.wait_until_ready()
    assert "Alice" not in page.evaluate("JSON.stringify({...localStorage})")
    assert CheckIn.objects.count() == 1
    scanner.go_online()
    expect(page.get_by_text("2 of 4 in", exact=True)).to_be_visible()
    expect(page.get_by_text("waiting to be sent")).to_be_hidden()
    assert CheckIn.objects.count() == 2


def test_everybody_at_the_entrance_sees_how_many_are_in(
    visitors: Visitors, concert: Event, carol: User, codes: list[str]
) -> None:
    page = visitors(carol, f"/gate/{concert.pk}")
    Scanner(page)
    expect(page.get_by_text("0 of 4 in", exact=True)).to_be_visible()
    check_in(event_id=concert.pk, code=codes[0], by=carol)
    expect(page.get_by_text("1 of 4 in", exact=True)).to_be_visible()


def test_somebody_who_comes_two_months_early_is_let_in_only_after_a_warning(
    visitors: Visitors, concert: Event, carol: User, codes: list[str]
) -> None:
    visitors.allow_error(OFFLINE_ERROR)
    Event.objects.filter(pk=concert.pk).update(starts_at=datetime.now(UTC) + timedelta(days=62, hours=1))
    page = visitors(carol, f"/gate/{concert.pk}")
    scanner = Scanner(page)
    scanner.scan(codes[0], "early")
    expect(scanner.panel).to_contain_text("in 62 days.")
    expect(page.get_by_role("button", name="Undo check-in")).to_be_hidden()
    check_page(page)
    expect(scanner.panel).to_contain_text("Let them in now?")
    scanner.type(Booking.objects.get().reference)
    expect(scanner.found).to_contain_text("in 62 days. Whoever is let in now can’t use the ticket then.")
    check_page(page)
    seats = "Section A, block 1, row 1, seats 1, 2, 3, 4"
    scanner.found.get_by_role("button", name=f"Let in all 4 people {seats}").click()
    scanner.shows("early")
    expect(scanner.panel).to_contain_text(seats)
    expect(scanner.panel).to_contain_text("Let in all 4 people now?")
    expect(page.get_by_role("button", name="Let in all 4 anyway")).to_be_visible()
    scanner.scan(codes[0], "early")
    assert not CheckIn.objects.exists()
    page.get_by_role("button", name="Let in anyway").click()
    shows_early_entry(scanner)
    assert CheckIn.objects.count() == 1
    scanner.scan(codes[0], "already")

    scanner.go_offline()
    scanner.scan(codes[1], "early", offline=True)
    expect(page.get_by_text("waiting to be sent")).to_be_hidden()
    page.get_by_role("button", name="Let in anyway").click()
    shows_early_entry(scanner, offline=True)
    scanner.scan(codes[1], "already", offline=True)
    scanner.type(Booking.objects.get().reference)
    expect(scanner.found).to_contain_text("in 62 days. Whoever is let in now can’t use the ticket then.")
    scanner.go_online()
    expect(page.get_by_text("waiting to be sent")).to_be_hidden()
    assert CheckIn.objects.count() == 2
    scanner.found.get_by_role("button", name="Let in all 2 people").click()
    page.get_by_role("button", name="Let in all 2 anyway").click()
    expect(scanner.panel.get_by_role("heading", name="2 let in early")).to_be_visible()
    expect(scanner.panel).to_have_attribute("data-kind", "warn")
    assert CheckIn.objects.count() == 4


def shows_early_entry(scanner: Scanner, *, offline: bool = False) -> None:
    """Expect that the panel says that somebody was let in early: not in green, and with a way back."""
    scanner.shows("accepted", offline=offline)
    expect(scanner.panel.get_by_role("heading", name="Let in early")).to_be_visible()
    expect(scanner.panel).to_have_attribute("data-kind", "warn")
    expect(scanner.panel).to_contain_text("in 62 days. The ticket is used now:")
    expect(scanner.panel.get_by_role("button", name="Undo check-in")).to_be_visible()


def test_a_ticket_of_another_event_is_named_as_such(
    visitors: Visitors, concert: Event, new_event: Callable[..., Event], carol: User, codes: list[str]
) -> None:
    visitors.allow_error(OFFLINE_ERROR)
    page = visitors(carol, f"/gate/{new_event().pk}")
    scanner = Scanner(page)
    scanner.scan(codes[0], "other")
    scanner.go_offline()
    scanner.scan(codes[0], "other", offline=True)


def test_a_scanner_of_the_earlier_version_keeps_its_entries(
    visitors: Visitors, concert: Event, carol: User, codes: list[str]
) -> None:
    """It stored entries by the scanned code; now they have the ticket's serial as their key."""
    visitors.allow_error(OFFLINE_ERROR)
    page = visitors(carol, f"/gate/{concert.pk}")
    scanner = Scanner(page)
    page.evaluate(
        """(row) => new Promise((resolve, reject) => {
          const opening = indexedDB.open("gate", 1);
          opening.onsuccess = () => {
            const writing = opening.result.transaction(["inside", "waiting"], "readwrite");
            writing.objectStore("inside").put(row);
            writing.objectStore("waiting").put(row);
            writing.oncomplete = resolve;
            writing.onabort = reject;
          };
        })""",
        {"event": concert.pk, "code": codes[0], "scanned_at": datetime.now(UTC).isoformat(), "device": "Old"},
    )
    scanner.go_offline()
    scanner.scan(codes[0], "already", offline=True)
    scanner.go_online()
    expect(page.get_by_text("1 of 4 in", exact=True)).to_be_visible()
    assert CheckIn.objects.get().device == "Old"


def test_gate_staff_land_at_the_door_after_signing_in(
    visitors: Visitors, concert: Event, carol: User, new_user: Callable[..., User]
) -> None:
    gil = new_user("gil", is_verified=True)
    SellerGateStaff.objects.create(seller=carol, email=gil.email)
    page = visitors(path="/login")
    page.get_by_label("Email").fill(gil.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile("/gate$"))
    check_page(page)
    page.get_by_role("link", name=f"Check tickets of {concert.name}").click()
    Scanner(page)
    page.get_by_role("link", name="All events").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check-in")
    page.get_by_role("link", name=f"Check tickets of {concert.name}").click()
    scanner = Scanner(page)
    page.goto(page.url.split("/gate")[0])
    page.get_by_role("navigation").get_by_role("link", name="Check-in").click()
    expect(page).to_have_url(re.compile("/gate$"))
    page.get_by_role("link", name=f"Check tickets of {concert.name}").click()
    scanner.wait_until_ready()
    scanner.go_offline()
    page.get_by_role("navigation").get_by_role("link", name="Check-in").click()
    expect(page.locator("#toasts")).to_contain_text("The list of events opens only online.")
    scanner.go_online()
    page.get_by_role("navigation").get_by_role("link", name="Check-in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check-in")


def test_a_scanner_is_called_after_who_holds_it_until_somebody_names_it(
    visitors: Visitors, concert: Event, carol: User, codes: list[str]
) -> None:
    page = visitors(carol, f"/gate/{concert.pk}")
    scanner = Scanner(page)
    name = page.get_by_label("Name of this scanner")
    expect(name).to_have_value("Carol’s computer")
    scanner.scan(codes[0], "accepted")
    assert re.fullmatch("Carol’s computer · [0-9a-f]{6}", CheckIn.objects.get().device)
    scanner.scan(codes[0], "already")
    expect(scanner.panel).to_contain_text("at Carol’s computer.")
    name.fill("Main entrance")
    name.blur()
    page.reload()
    scanner.wait_until_ready()
    expect(name).to_have_value("Main entrance")
    scanner.scan(codes[1], "accepted")
    assert re.fullmatch("Main entrance · [0-9a-f]{6}", CheckIn.objects.latest("recorded_at").device)
    name.fill(" ")
    name.blur()
    expect(name).to_have_value("Carol’s computer")
