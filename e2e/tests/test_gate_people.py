"""People at the door whose code is not simply scanned: typed numbers, whole bookings, and those who come early."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from accounts.models import User
from bookings.checkin.check_in import check_in
from bookings.checkin.models import CheckIn
from bookings.checkin.tests.stage import codes_of, tickets_of
from bookings.holds.models import Booking
from bookings.tickets.models import Admission
from bookings.tickets.texts import serial_of
from e2e.tests.scanner import OFFLINE_ERROR, Scanner
from e2e.tests.test_every_page import check_page
from e2e.tests.visitors import PHONE, Visitors
from events.models import Event

PaidBooking = Callable[..., Booking]


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
