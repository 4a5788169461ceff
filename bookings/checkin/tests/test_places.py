"""What gate staff and scanners read of places on a seating plan."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from rest_framework.test import APIClient

from accounts.models import User
from bookings.checkin.tests.stage import codes_of, tickets_of
from bookings.holds.models import Booking
from bookings.tickets.texts import serial_of
from events.models import Event

ClientOf = Callable[[User | None], APIClient]
Hold = Callable[..., Booking]
MEMBERS = ("subsection_kind", "block_name", "row_word", "row_label", "seat_label")


def test_the_manifest_of_an_event_on_a_plan_has_the_names_of_seats(
    gala: Event, alice: User, carol: User, client_of: ClientOf, paid_booking: Hold
) -> None:
    seated = paid_booking(alice, "BB-102", "BB-101", event=gala, section="Parkett links")
    standing = paid_booking(alice, quantity=2, event=gala, section="Floor")
    body = client_of(carol).get(f"/api/event/{gala.pk}/check-in/manifest?tickets=true").json()
    kinds = {block["id"]: block["kind"] for block in body["subsections"]}
    assert (kinds[seated.subsection_id], kinds[standing.subsection_id]) == ("drawn", "standing")
    names = dict(zip(body["tickets"]["serials"], body["tickets"]["names"], strict=True))
    assert [names[serial_of(ticket)] for ticket in tickets_of(seated)] == ["BB-101", "BB-102"]
    assert [names[serial_of(ticket)] for ticket in tickets_of(standing)] == ["", ""]


def test_the_manifest_says_what_is_special_about_places(
    gala: Event, alice: User, carol: User, client_of: ClientOf, paid_booking: Hold
) -> None:
    seated = paid_booking(alice, "AA-109", "BB-110", "BB-101", event=gala, section="Parkett links")
    standing = paid_booking(alice, event=gala, quantity=1, section="Floor")
    tickets = client_of(carol).get(f"/api/event/{gala.pk}/check-in/manifest?tickets=true").json()["tickets"]
    remarks = dict(zip(tickets["serials"], tickets["remarks"], strict=True))
    named = [remarks[serial_of(ticket)] for ticket in (*tickets_of(seated), *tickets_of(standing))]
    assert named == ["Wheelchair place", "", "Restricted view: Behind a pillar.", ""]


def test_the_door_reads_what_is_special_about_a_place(
    gala: Event, alice: User, carol: User, client_of: ClientOf, paid_booking: Hold
) -> None:
    for body in answers(client_of(carol), paid_booking(alice, "AA-109", event=gala, section="Parkett links")):
        assert (body["seat_kind"], body["seat_note"], body["remark"]) == ("wheelchair", "", "Wheelchair place")


def answers(api: APIClient, booking: Booking) -> list[dict[str, Any]]:
    """Return what the API says of the only ticket of a booking when it is found, let in, refused, merged and listed."""
    (code,) = codes_of(booking)
    door = f"/api/event/{booking.event_id}/check-in"
    (found,) = api.get(f"{door}/tickets", {"q": booking.reference}).json()["tickets"]
    accepted, refused = (api.post(door, {"code": code}) for _ in range(2))
    assert (accepted.status_code, refused.status_code) == (200, 409)
    scan = {"code": code, "scanned_at": datetime.now(UTC).isoformat()}
    (merged,) = api.post(f"{door}/batch", {"scans": [scan]}, format="json").json()["results"]
    return [found, accepted.json(), refused.json(), merged, api.get(door).json()["results"][0]]


def test_seats_have_their_labels_and_places_to_stand_have_none(
    gala: Event, alice: User, carol: User, client_of: ClientOf, paid_booking: Hold
) -> None:
    seated = paid_booking(alice, "AA-101", event=gala, section="Parkett links")
    at_table = paid_booking(alice, "7-2", event=gala, section="Cabaret")
    further = paid_booking(alice, "A-3", event=gala, section="Balkon", subsection=1)
    standing = paid_booking(alice, quantity=1, event=gala, section="Floor")
    for booking, place in (
        (seated, ("drawn", "Parkett links", "row", "AA", "101")),
        (at_table, ("drawn", "Cabaret", "table", "7", "2")),
        (further, ("drawn", "Balkon, block 1", "row", "A", "3")),
        (standing, ("standing", "Floor", "row", "", "")),
    ):
        for body in answers(client_of(carol), booking):
            assert tuple(body[member] for member in MEMBERS) == place


def test_the_log_of_scans_in_the_admin_names_the_places(
    gala: Event, alice: User, carol: User, client_of: ClientOf, paid_booking: Hold
) -> None:
    answers(client_of(carol), paid_booking(alice, "AA-101", event=gala, section="Parkett links"))
    answers(client_of(carol), paid_booking(alice, quantity=1, event=gala, section="Floor"))
    page = client_of(carol).get("/admin/bookings/checkin/").content.decode()
    assert ">Parkett links AA-101<" in page and ">Floor, standing<" in page
