"""The check-in page: online, offline, and online again."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from playwright.sync_api import expect

from accounts.models import User
from bookings.checkin.check_in import check_in
from bookings.checkin.models import CheckIn, SellerGateStaff
from conftest import PASSWORD
from e2e.tests.scanner import OFFLINE_ERROR, Scanner
from e2e.tests.test_every_page import check_page
from e2e.tests.visitors import Visitors
from events.models import Event

WIFI = "WIFI:T:WPA;S:Guests;P:12345678;;"  # the QR code of a poster


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
