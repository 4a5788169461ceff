"""Tickets for wallets: what passes say, that phones can trust them; a shop without certificates has no button."""

import hashlib
import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import User
from bookings.emails.send import send_due_emails
from bookings.holds.models import Booking
from bookings.notifications.models import EmailMessage
from bookings.payments.refund import refund_booking
from bookings.testing.wallets import PASS_TYPE, TEAM, make_wallet_settings
from bookings.tickets.issue import code_of
from bookings.tickets.wallets.checks import check_wallets
from core.clock import database_now
from events.models import Event
from events.venues.write import add_venue

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], APIClient]
Paid = Callable[..., Booking]
STARTS = datetime(2046, 5, 1, 19, 30, tzinfo=UTC)  # half past nine in Berlin


@pytest.fixture
def berlin_concert(new_event: Callable[..., Event], carol: User) -> Event:
    """A concert in a venue with an address and coordinates."""
    place = {"latitude": Decimal("52.503000"), "longitude": Decimal("13.443000")}
    venue = add_venue(seller=carol, name="The hall", time_zone="Europe/Berlin", address="Platz 1, Berlin", **place)
    return new_event(venue=venue, time_zone="Europe/Berlin", starts_at=STARTS, ends_at=STARTS + timedelta(hours=3))


def files_of(content: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pass_of(client: APIClient, booking: Booking) -> dict[str, bytes]:
    """Return the files of the pass of the booking's first ticket."""
    ticket = booking.admissions.earliest("position")
    response = client.get(f"/api/booking/{booking.pk}/admissions/{ticket.pk}/ticket.pkpass")
    assert (response.status_code, response["Content-Type"]) == (200, "application/vnd.apple.pkpass")
    assert "no-store" in response["Cache-Control"]
    return files_of(response.content)


def claims_of(link: str, settings: dict[str, str]) -> dict[str, Any]:
    """Return the claims of a link that saves a ticket, after its signature was checked."""
    account = json.loads(Path(settings["GOOGLE_WALLET_SERVICE_ACCOUNT"]).read_text())
    key: Any = load_pem_private_key(account["private_key"].encode(), None)
    start, _, token = link.rpartition("/")
    assert start == "https://pay.google.com/gp/v/save"
    return jwt.decode(token, key.public_key(), algorithms=["RS256"], audience="google")


def test_a_phone_can_trust_a_pass(
    wallets: dict[str, str], client_of: ClientOf, paid_booking: Paid, alice: User, tmp_path: Path
) -> None:
    """OpenSSL checks the signature of the manifest, which has the hash of each file; a changed one is refused."""
    files = pass_of(client_of(alice), paid_booking(alice))
    manifest = json.loads(files["manifest.json"])
    assert manifest == {
        name: hashlib.sha1(content, usedforsecurity=False).hexdigest()
        for name, content in files.items()
        if name not in ("manifest.json", "signature")
    }
    (tmp_path / "signature").write_bytes(files["signature"])
    trusted = wallets["APPLE_WALLET_WWDR_CERTIFICATE"]
    for content, outcome in ((files["manifest.json"], 0), (files["manifest.json"] + b" ", 4)):
        (tmp_path / "manifest.json").write_bytes(content)
        command = ["openssl", "smime", "-verify", "-binary", "-inform", "DER", "-in", "signature"]
        command += ["-content", "manifest.json", "-CAfile", trusted, "-purpose", "any", "-out", "verified"]
        assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == outcome


def test_a_pass_says_when_and_where_the_seat_is(
    wallets: dict[str, str], client_of: ClientOf, paid_booking: Paid, alice: User, berlin_concert: Event
) -> None:
    booking = paid_booking(alice, "2-4", event=berlin_concert)
    ticket = booking.admissions.select_related("event").get()
    document = json.loads(pass_of(client_of(alice), booking)["pass.json"])
    fields = {field["key"]: field for row in document["eventTicket"].values() for field in row}
    assert (document["passTypeIdentifier"], document["teamIdentifier"]) == (PASS_TYPE, TEAM)
    assert (document["serialNumber"], document["groupingIdentifier"]) == (str(ticket.pk), str(booking.pk))
    [barcode] = document["barcodes"]
    assert (barcode["format"], barcode["message"]) == ("PKBarcodeFormatQR", code_of(ticket))
    assert fields["time"]["value"] == document["relevantDate"] == "2046-05-01T21:30:00+02:00"
    assert fields["time"]["ignoresTimeZone"] is True  # the clock at the venue, wherever the phone is
    assert document["expirationDate"] == "2046-05-02T00:30:00+02:00"
    [location] = document["locations"]
    assert (location["latitude"], location["longitude"]) == (52.503, 13.443)
    assert [fields[key]["value"] for key in ("section", "block", "row", "seat")] == ["A", "1", "2", "4"]
    assert fields["address"]["value"] == "Platz 1, Berlin"
    assert document["semantics"]["seats"] == [{"seatSection": "A-1", "seatRow": "2", "seatNumber": "4"}]


def test_a_pass_without_date_and_in_a_drawn_block_leaves_out_what_is_not_known(
    wallets: dict[str, str], client_of: ClientOf, paid_booking: Paid, alice: User,
    new_drawn_event: Callable[..., Event],
) -> None:  # fmt: skip
    event = new_drawn_event()
    booking = paid_booking(alice, event=event, section="Floor", quantity=1)
    document = json.loads(pass_of(client_of(alice), booking)["pass.json"])
    fields = {field["key"]: field for row in document["eventTicket"].values() for field in row}
    assert not {"relevantDate", "expirationDate", "locations"} & set(document)
    assert fields["place"]["value"] == "Standing"
    assert not {"date", "time", "row", "seat", "block", "address"} & set(fields)


@pytest.mark.parametrize(("name", "points"), [("icon", 29), ("logo", 50)])
def test_the_images_have_the_sizes_that_apple_demands(
    wallets: dict[str, str], client_of: ClientOf, paid_booking: Paid, alice: User, name: str, points: int
) -> None:
    files = pass_of(client_of(alice), paid_booking(alice))
    for suffix, scale in (("", 1), ("@2x", 2), ("@3x", 3)):
        assert Image.open(BytesIO(files[f"{name}{suffix}.png"])).size == (points * scale, points * scale)


def test_a_booking_has_a_bundle_with_a_pass_for_each_valid_ticket(
    wallets: dict[str, str], client_of: ClientOf, paid_booking: Paid, alice: User
) -> None:
    booking = paid_booking(alice, "1-1", "1-2")
    response = client_of(alice).get(f"/api/booking/{booking.pk}/tickets.pkpasses")
    assert (response.status_code, response["Content-Type"]) == (200, "application/vnd.apple.pkpasses")
    assert response["Content-Disposition"].endswith(f'"tickets-{booking.reference}.pkpasses"')
    passes = files_of(response.content)
    assert set(passes) == {f"{ticket.reference}.pkpass" for ticket in booking.admissions.all()}
    codes = {json.loads(files_of(each)["pass.json"])["barcodes"][0]["message"] for each in passes.values()}
    assert codes == {code_of(ticket) for ticket in booking.admissions.select_related("event")}


def test_a_link_saves_the_ticket_to_google_wallet(
    wallets: dict[str, str], client_of: ClientOf, paid_booking: Paid, alice: User, berlin_concert: Event
) -> None:
    booking = paid_booking(alice, "2-4", event=berlin_concert)
    ticket = booking.admissions.select_related("event").get()
    [body] = client_of(alice).get(f"/api/booking/{booking.pk}/admissions").json()
    claims = claims_of(body["google_wallet"], wallets)
    [event], [saved] = claims["payload"]["eventTicketClasses"], claims["payload"]["eventTicketObjects"]
    assert (claims["typ"], claims["iss"]) == ("savetowallet", "shop@example.iam.gserviceaccount.com")
    assert event["dateTime"]["start"] == "2046-05-01T21:30:00+02:00"
    assert event["venue"]["address"]["defaultValue"]["value"] == "Platz 1, Berlin"
    assert saved["classId"] == event["id"]
    assert saved["barcode"]["value"] == code_of(ticket)
    assert {name: part["defaultValue"]["value"] for name, part in saved["seatInfo"].items()} == {
        "section": "A-1", "row": "2", "seat": "4"
    }  # fmt: skip
    assert len(body["google_wallet"]) < 2048  # what every browser opens

    page = reverse("ticket-google-wallet", args=[booking.pk, ticket.pk])
    response = client_of(alice).get(page)
    assert claims_of(response["Location"], wallets)["payload"]["eventTicketObjects"] == [saved]
    Event.objects.filter(pk=berlin_concert.pk).update(updated_at=database_now() + timedelta(seconds=1))
    [again] = client_of(alice).get(f"/api/booking/{booking.pk}/admissions").json()
    [changed] = claims_of(again["google_wallet"], wallets)["payload"]["eventTicketClasses"]
    assert changed["id"] != event["id"]  # Google would keep the old date


def test_the_page_and_the_email_lead_to_both_wallets(
    wallets: dict[str, str], client_of: ClientOf, paid_booking: Paid, alice: User,
    mailoutbox: list[EmailMultiAlternatives],
) -> None:  # fmt: skip
    booking = paid_booking(alice, "1-1", "1-2")
    paths = [reverse("ticket-google-wallet", args=[booking.pk, ticket.pk]) for ticket in booking.admissions.all()]
    page = client_of(alice).get(f"/checkout/{booking.pk}/done").content.decode()
    assert all(path in page for path in [reverse("order-pkpasses", args=[booking.pk]), *paths])
    EmailMessage.objects.update(due_at=database_now())
    send_due_emails()
    [mail] = mailoutbox
    for text in (str(mail.body), str(mail.alternatives[0][0])):
        assert all(path in text for path in [reverse("booking-apple-wallet", args=[booking.pk]), *paths])
    response = client_of(alice).get(reverse("booking-apple-wallet", args=[booking.pk]))
    assert response["Location"] == reverse("order-pkpasses", args=[booking.pk])


def test_void_tickets_go_into_no_wallet(
    wallets: dict[str, str], client_of: ClientOf, paid_booking: Paid, alice: User
) -> None:
    booking, client = paid_booking(alice, "1-1"), client_of(alice)
    refund_booking(booking_id=booking.pk, user=alice)
    [ticket] = client.get(f"/api/booking/{booking.pk}/admissions").json()
    assert (ticket["apple_wallet"], ticket["google_wallet"]) == (None, None)
    path = f"/api/booking/{booking.pk}"
    assert client.get(f"{path}/admissions/{ticket['id']}/ticket.pkpass").json()["code"] == "ticket_void"
    assert client.get(f"{path}/tickets.pkpasses").json()["code"] == "invalid_state"
    page = client.get(reverse("ticket-google-wallet", args=[booking.pk, ticket["id"]]))
    assert page["Location"] == reverse("booking-done", args=[booking.pk])


def test_a_shop_without_certificates_has_no_button(
    client_of: ClientOf, paid_booking: Paid, alice: User, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    booking, client = paid_booking(alice, "1-1"), client_of(alice)
    assert "Wallet" not in client.get(f"/checkout/{booking.pk}/done").content.decode()
    EmailMessage.objects.update(due_at=database_now())
    send_due_emails()
    assert "Wallet" not in str(mailoutbox[0].body)
    [ticket] = client.get(f"/api/booking/{booking.pk}/admissions").json()
    assert (ticket["apple_wallet"], ticket["google_wallet"]) == (None, None)
    response = client.get(f"/api/booking/{booking.pk}/tickets.pkpasses")
    assert (response.status_code, response.json()["code"]) == (404, "no_wallet")
    for path in (
        reverse("booking-apple-wallet", args=[booking.pk]),
        reverse("ticket-google-wallet", args=[booking.pk, ticket["id"]]),
    ):
        assert client.get(path).status_code == 404


def test_right_settings_pass_the_check(wallets: dict[str, str]) -> None:
    assert check_wallets() == []


@pytest.mark.parametrize(("setting", "value", "found"), [
    ("APPLE_WALLET_TEAM", "", "bookings.E001"),
    ("APPLE_WALLET_KEY_PASSWORD", "wrong", "bookings.E002"),
    ("APPLE_WALLET_CERTIFICATE", "/nowhere.pem", "bookings.E002"),
    ("APPLE_WALLET_PASS_TYPE", "pass.com.example.other", "bookings.E003"),
    ("GOOGLE_WALLET_SERVICE_ACCOUNT", "/nowhere.json", "bookings.E002"),
])  # fmt: skip
def test_a_wrong_setting_is_named_before_a_buyer_meets_it(
    wallets: dict[str, str], settings: Any, setting: str, value: str, found: str
) -> None:
    setattr(settings, setting, value)
    [problem] = check_wallets()
    assert problem.id == found
    assert setting.removesuffix("_PASSWORD") in problem.msg


def test_certificates_of_others_and_old_ones_are_found(wallets: dict[str, str], settings: Any, tmp_path: Path) -> None:
    other = make_wallet_settings(tmp_path, days=20)
    settings.APPLE_WALLET_KEY = other["APPLE_WALLET_KEY"]
    assert [problem.id for problem in check_wallets()] == ["bookings.E003"]
    for name in other:
        setattr(settings, name, other[name])
    assert [problem.id for problem in check_wallets()] == ["bookings.W001"]
