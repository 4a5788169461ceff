"""Status codes, response bodies and permissions of the check-in API."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from accounts.models import User
from bookings.checkin.models import CheckIn, GateStaff
from bookings.checkin.tests.stage import codes_of, tickets_of
from bookings.holds.models import Booking
from bookings.payments.refund import refund_booking
from bookings.tickets.codes import read_code
from bookings.tickets.models import Admission
from bookings.tickets.texts import serial_from, serial_of
from events.lifecycle.create import create_event
from events.models import Event
from events.seating.configuration import read_seating

ClientOf = Callable[[User | None], APIClient]
PaidBooking = Callable[..., Booking]
NAMES = {"subsection_kind": "grid", "block_name": "Section A, block 1", "row_word": "row"}
LABELS = {**NAMES, "row_label": "1", "seat_label": "1", "seat_kind": "seat", "seat_note": "", "remark": ""}
PLACE = {"section": "A", "subsection": 1, "row": 1, "seat": 1, **LABELS, "holder": "Alice"}


@pytest.fixture
def gil(new_user: Callable[..., User], concert: Event) -> User:
    """Gate staff of the concert."""
    user = new_user("gil", is_verified=True)
    GateStaff.objects.create(event=concert, email=user.email)
    return user


@pytest.fixture
def code(alice: User, paid_booking: PaidBooking) -> str:
    """The code of Alice's ticket, row 1 seat 1."""
    return codes_of(paid_booking(alice, "1-1"))[0]


@pytest.fixture
def gate(gil: User, client_of: ClientOf) -> APIClient:
    return client_of(gil)


def at(event: Event, more: str = "") -> str:
    return f"/api/event/{event.pk}/check-in{more}"


def test_check_in_then_refused_then_undone_then_checked_in_again(concert: Event, gate: APIClient, code: str) -> None:
    accepted = gate.post(at(concert), {"code": code})
    assert accepted.status_code == 200
    body = accepted.json()
    checked_in_at = body.pop("checked_in_at")
    assert serial_from(body.pop("serial")) == read_code(code).serial
    assert body.pop("reference") == Admission.objects.get().reference
    assert body == {"result": "accepted", **PLACE, "early": False, "starts_at": None}
    assert checked_in_at.endswith("Z")

    again = gate.post(at(concert), {"code": code})
    assert (again.status_code, again.json()["code"]) == (409, "already_checked_in")
    assert again.json().items() >= {**PLACE, "checked_in_at": checked_in_at, "device": "", "by": "Gil"}.items()

    undone = gate.delete(at(concert), {"code": code})
    assert (undone.status_code, undone.json()) == (200, {"result": "undone"})
    assert gate.delete(at(concert), {"code": code}).json()["code"] == "not_checked_in"
    assert gate.post(at(concert), {"code": code, "device": "Main door"}).status_code == 200
    assert "at Main door" in gate.post(at(concert), {"code": code}).json()["detail"]


def test_unknown_and_forged_codes_get_404_and_refunded_tickets_410(
    concert: Event, new_event: Callable[..., Event], carol: User, gate: APIClient, client_of: ClientOf, code: str
) -> None:
    ticket = Admission.objects.get()
    swapped = ("A" if code[60] != "A" else "B").join((code[:60], code[61:]))
    for response in (
        gate.post(at(concert), {"code": swapped}),
        gate.post(at(concert), {"code": code[:-4]}),
        gate.post(at(concert), {"code": "https://example.com/poster"}),
        gate.delete(at(concert), {"code": swapped}),
    ):
        assert (response.status_code, response.json()["code"]) == (404, "ticket_forged")
    for response in (
        gate.post(at(concert), {"code": "2CAF-4CAF-E16B-B6AC"}),
        gate.post(at(concert), {"code": "2CAF-4CAF-E16B"}),
        gate.delete(at(concert), {"code": "2CAF-4CAF-E16B-B6AC"}),
        client_of(carol).post(at(new_event()), {"code": code}),
        client_of(carol).post(at(new_event()), {"code": serial_of(ticket)}),
    ):
        assert (response.status_code, response.json()["code"]) == (404, "ticket_unknown")
    refund_booking(booking_id=ticket.booking_id, user=carol)
    for response in (
        gate.post(at(concert), {"code": code}),
        gate.post(at(concert), {"code": serial_of(ticket)}),
        gate.delete(at(concert), {"code": code}),
    ):
        assert (response.status_code, response.json()["code"]) == (410, "ticket_void")
    assert not CheckIn.objects.exists()


@pytest.mark.parametrize("body", [{}, {"code": ""}, {"code": None}, {"code": "x" * 1001}, {"code": ["x"]}, []])
def test_a_check_in_without_a_valid_code_gets_400(concert: Event, gate: APIClient, body: Any) -> None:
    assert gate.post(at(concert), body).status_code == 400


def test_the_printed_number_admits_like_the_code(concert: Event, gate: APIClient, code: str) -> None:
    ticket = Admission.objects.get()
    serial, reference = serial_of(ticket), ticket.reference
    response = gate.post(at(concert), {"code": serial})
    assert response.status_code == 200
    assert response.json().items() >= {"serial": serial, "reference": reference}.items()
    assert gate.post(at(concert), {"code": code}).json()["code"] == "already_checked_in"
    assert gate.delete(at(concert), {"code": serial.lower().replace("-", " ")}).json() == {"result": "undone"}
    assert gate.post(at(concert), {"code": f"{reference[:4].lower()} {reference[4:]}"}).status_code == 200
    assert gate.delete(at(concert), {"code": reference}).json() == {"result": "undone"}


def test_the_reference_of_a_booking_or_a_mistyped_one_says_what_to_do(
    concert: Event, gate: APIClient, code: str
) -> None:
    booking = Booking.objects.get().reference
    response = gate.post(at(concert), {"code": booking})
    assert (response.status_code, response.json()["code"]) == (404, "ticket_unknown")
    assert "the reference of a booking" in response.json()["detail"]
    ticket = Admission.objects.get().reference
    mistyped = ticket[:-2] + ("2X" if ticket[-2] != "2" else "3X")
    response = gate.post(at(concert), {"code": mistyped if mistyped != ticket else ticket[:-1] + "Y"})
    assert (response.status_code, response.json()["code"]) == (404, "ticket_unknown")
    assert not CheckIn.objects.exists()


def test_a_scan_long_before_the_event_is_marked_and_refused_on_request(
    new_event: Callable[..., Event], alice: User, carol: User, client_of: ClientOf, paid_booking: PaidBooking
) -> None:
    event = new_event(starts_at=datetime.now(UTC) + timedelta(days=62))
    (code,) = codes_of(paid_booking(alice, "1-1", event=event))
    seller = client_of(carol)
    refused = seller.post(at(event), {"code": code, "refuse_early": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "too_early")
    starts_at = event.starts_at.isoformat().replace("+00:00", "Z")  # type: ignore[union-attr]
    assert refused.json().items() >= {**PLACE, "starts_at": starts_at}.items()
    assert not CheckIn.objects.exists()
    accepted = seller.post(at(event), {"code": code})
    assert (accepted.status_code, accepted.json()["early"], accepted.json()["starts_at"]) == (200, True, starts_at)
    again = seller.post(at(event), {"code": code, "refuse_early": True})
    assert again.json()["code"] == "already_checked_in"


@pytest.mark.parametrize(("hours", "early"), [(-1, False), (0, False), (23.9, False), (24.1, True)])
def test_a_day_before_the_start_is_early(
    new_event: Callable[..., Event],
    alice: User,
    carol: User,
    client_of: ClientOf,
    paid_booking: PaidBooking,
    hours: float,
    early: bool,
) -> None:
    event = new_event()
    (code,) = codes_of(paid_booking(alice, "1-1", event=event))
    Event.objects.filter(pk=event.pk).update(starts_at=datetime.now(UTC) + timedelta(hours=hours))
    response = client_of(carol).post(at(event), {"code": code, "refuse_early": True})
    assert (response.status_code == 409) == early


def test_the_counts_say_how_many_are_in(
    concert: Event, alice: User, bob: User, carol: User, gate: APIClient, paid_booking: PaidBooking
) -> None:
    first, _ = codes_of(paid_booking(alice, "1-1", "1-2"))
    refund_booking(booking_id=paid_booking(bob, "2-1").pk, user=carol)
    path = at(concert, "/counts")
    assert gate.get(path).json() == {"checked_in": 0, "issued": 2}
    gate.post(at(concert), {"code": first})
    assert gate.get(path).json() == gate.get(at(concert, "/manifest")).json()["counts"]
    assert gate.get(path).json() == {"checked_in": 1, "issued": 2}


def test_the_manifest_has_the_public_key_and_void_serials(
    concert: Event, alice: User, carol: User, gate: APIClient, code: str, paid_booking: PaidBooking
) -> None:
    refunded = paid_booking(alice, "2-1")
    (void,) = tickets_of(refunded)
    refund_booking(booking_id=refunded.pk, user=carol)
    body = gate.get(at(concert, "/manifest")).json()
    assert set(body) == {"event_id", "public_key", "void", "starts_at", "ends_at", "counts", "generated_at"}
    assert (body["event_id"], body["void"]) == (concert.pk, [str(void.serial)])
    assert len(base64.urlsafe_b64decode(body["public_key"] + "=")) == 32
    assert str(read_code(code).serial) not in body["void"]


def test_the_manifest_lists_the_valid_tickets_on_request_and_later_only_new_ones(
    concert: Event, alice: User, bob: User, carol: User, gate: APIClient, paid_booking: PaidBooking
) -> None:
    used, active = tickets_of(paid_booking(alice, "1-3", "2-5"))
    gate.post(at(concert), {"code": serial_of(used)})
    refund_booking(booking_id=paid_booking(bob, "3-1").pk, user=carol)
    body = gate.get(at(concert, "/manifest?tickets=true")).json()
    blocks = {block["id"]: block for block in body["subsections"]}
    assert len(blocks) == 4
    rows = sorted(zip(*(body["tickets"][name] for name in ("positions", "serials", "subsections")), strict=True))
    assert [(position, serial) for position, serial, _ in rows] == [(2, serial_of(used)), (14, serial_of(active))]
    assert sorted(body["tickets"]["references"]) == sorted([used.reference, active.reference])
    assert body["tickets"]["bookings"] == [Booking.objects.get(pk=used.booking_id).reference] * 2
    block = blocks[used.subsection_id]
    assert block == {"id": used.subsection_id, "section": "A", "subsection": 1, "kind": "grid", "cols": 10} | {
        "block_name": "Section A, block 1",
        "row_word": "row",
    }
    assert "names" not in body["tickets"]
    assert "Alice" not in json.dumps(body)

    Admission.objects.update(issued_at=datetime.now(UTC) - timedelta(hours=1))
    (new,) = tickets_of(paid_booking(alice, "4-1"))
    later = gate.get(at(concert, "/manifest"), {"tickets": "true", "since": body["generated_at"]}).json()
    assert later["tickets"]["serials"] == [serial_of(new)]
    for since in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-06-01T00:00:00+02:00"):
        assert gate.get(at(concert, "/manifest"), {"tickets": "true", "since": since}).status_code == 200
    for query in ({"since": "yesterday"}, {"since": "2026-06-01T00:00:00"}, {"tickets": "perhaps"}):
        assert gate.get(at(concert, "/manifest"), query).status_code == 400


def test_a_batch_gets_results_in_order_and_the_same_when_repeated(concert: Event, gate: APIClient, code: str) -> None:
    Admission.objects.update(issued_at=datetime(2025, 12, 1, tzinfo=UTC))
    scans = [
        {"code": code, "scanned_at": "2026-01-01T20:00:05Z", "device": "Side door"},
        {"code": "no ticket", "scanned_at": "2026-01-01T20:00:01Z", "device": "Side door"},
        {"code": code, "scanned_at": "2026-01-01T20:00:00.123456+00:00", "device": "Main door"},
    ]
    response = gate.post(at(concert, "/batch"), {"scans": scans})
    assert response.status_code == 200
    first, second, third = response.json()["results"]
    entry: dict[str, Any] = {"checked_in_at": "2026-01-01T20:00:00.123456Z", "device": "Main door", "by": "Gil"}
    entry["clock_ignored"] = False
    assert first.items() >= {"code": code, "result": "already_checked_in", **PLACE, **entry}.items()
    assert (second["code"], second["result"]) == ("no ticket", "forged")
    assert third.items() >= {"code": code, "result": "accepted", **PLACE, **entry}.items()
    assert gate.post(at(concert, "/batch"), {"scans": scans}).json() == response.json()
    assert gate.post(at(concert, "/batch"), {"scans": []}).json() == {"results": []}


@pytest.mark.parametrize(
    "scans",
    [
        None,
        "x",
        [1],
        [{}],
        [{"code": "x"}],
        [{"code": "x", "scanned_at": "yesterday"}],
        [{"code": "x", "scanned_at": 5}],
        [{"code": "x", "scanned_at": "2026-01-01T00:00:00Z"}] * 1001,
    ],
)
def test_an_invalid_batch_gets_400(concert: Event, gate: APIClient, scans: Any) -> None:
    assert gate.post(at(concert, "/batch"), {"scans": scans}).status_code == 400


@pytest.mark.parametrize("when", ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])
def test_a_batch_says_that_a_scanners_clock_was_wrong(concert: Event, gate: APIClient, code: str, when: str) -> None:
    before = datetime.now(UTC) - timedelta(seconds=5)
    scans = [{"code": code, "scanned_at": when, "device": "Reset"}]
    (result,) = gate.post(at(concert, "/batch"), {"scans": scans}).json()["results"]
    assert (result["result"], result["clock_ignored"], result["scanned_at"]) == ("accepted", True, when)
    assert before <= datetime.fromisoformat(result["checked_in_at"]) <= datetime.now(UTC) + timedelta(seconds=5)
    (row,) = gate.get(at(concert)).json()["results"]
    assert (row["scanned_at"], row["clock_ignored"]) == (when, True)
    again = gate.post(at(concert), {"code": code}).json()
    assert (again["code"], again["clock_ignored"]) == ("already_checked_in", True)
    assert again["checked_in_at"] == result["checked_in_at"]


@pytest.mark.parametrize("when", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-06-01T00:00:00"])
def test_extreme_times_cause_no_server_error(concert: Event, gate: APIClient, code: str, when: str) -> None:
    scan = {"code": code, "scanned_at": when, "device": "D"}
    assert gate.post(at(concert, "/batch"), {"scans": [scan]}).status_code in (200, 400)
    assert gate.post(at(concert), scan).status_code in (200, 400, 409)


def test_check_ins_are_listed_newest_first(concert: Event, gate: APIClient, code: str) -> None:
    gate.post(at(concert), {"code": code, "device": "Main door"})
    gate.delete(at(concert), {"code": code})
    page = gate.get(at(concert)).json()
    assert page["count"] == 2
    assert [row["kind"] for row in page["results"]] == ["undone", "accepted"]
    assert page["results"][1].items() >= {**PLACE, "device": "Main door", "by": "Gil"}.items()
    assert len(gate.get(at(concert) + "?page_size=1&page=2").json()["results"]) == 1


def test_sellers_see_only_check_ins_of_their_own_events_in_the_admin(
    concert: Event, carol: User, dave: User, gate: APIClient, client_of: ClientOf, code: str
) -> None:
    gate.post(at(concert), {"code": code, "device": "Main door"})
    row = CheckIn.objects.get()
    for path in ("", f"{row.pk}/change/"):
        assert "Main door" in client_of(carol).get(f"/admin/bookings/checkin/{path}").content.decode()
    assert "Main door" not in client_of(dave).get("/admin/bookings/checkin/").content.decode()
    assert client_of(dave).get(f"/admin/bookings/checkin/{row.pk}/change/").status_code == 404
    assert client_of(carol).get(f"/admin/bookings/checkin/{row.pk}/delete/").status_code == 403


def test_only_gate_staff_the_seller_and_operators_may_check_in(
    concert: Event,
    gil: User,
    alice: User,
    carol: User,
    dave: User,
    olga: User,
    new_user: Callable[..., User],
    new_event: Callable[..., Event],
    client_of: ClientOf,
) -> None:
    unconfirmed = new_user("una")
    GateStaff.objects.create(event=concert, email=unconfirmed.email)
    elsewhere = new_user("ellen", is_verified=True)
    GateStaff.objects.create(event=new_event(), email=elsewhere.email)
    calls: list[tuple[str, str, Any, int]] = [
        ("get", "", None, 200),
        ("post", "", {"code": "x"}, 404),
        ("delete", "", {"code": "x"}, 404),
        ("get", "/manifest", None, 200),
        ("get", "/counts", None, 200),
        ("get", "/tickets?q=nobody", None, 200),
        ("post", "/batch", {"scans": []}, 200),
    ]
    for method, path, body, allowed in calls:
        for user in (gil, carol, olga):
            assert getattr(client_of(user), method)(at(concert, path), body).status_code == allowed
        for user in (alice, dave, unconfirmed, elsewhere):
            response = getattr(client_of(user), method)(at(concert, path), body)
            assert (response.status_code, response.json()["code"]) == (403, "permission_denied")
        assert getattr(client_of(None), method)(at(concert, path), body).status_code == 401
        unknown = getattr(client_of(carol), method)(f"/api/event/999999/check-in{path}", body)
        assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")


def test_a_draft_gets_404_for_other_users(
    alice: User, carol: User, new_event: Callable[..., Event], client_of: ClientOf
) -> None:
    draft = new_event(draft=True)
    assert client_of(alice).get(at(draft)).status_code == 404
    assert client_of(carol).get(at(draft)).status_code == 200


def test_the_seller_can_name_staff_before_they_register(
    concert: Event, carol: User, new_user: Callable[..., User], client_of: ClientOf
) -> None:
    path = f"/api/event/{concert.pk}/gate-staff"
    for _ in range(2):
        assert client_of(carol).put(f"{path}/Nina@Example.com").status_code == 204
    assert list(GateStaff.objects.values_list("email", flat=True)) == ["nina@example.com"]
    nina = new_user("nina", is_verified=True)
    assert client_of(nina).get(at(concert)).status_code == 200
    for _ in range(2):
        assert client_of(carol).delete(f"{path}/nina@example.com").status_code == 204
    assert client_of(nina).get(at(concert)).status_code == 403


def test_only_the_seller_and_operators_can_name_staff(
    concert: Event, gil: User, dave: User, alice: User, olga: User, client_of: ClientOf
) -> None:
    path = f"/api/event/{concert.pk}/gate-staff/eve@example.com"
    for user, expected in ((gil, 403), (dave, 403), (alice, 403), (None, 401)):
        assert client_of(user).put(path).status_code == expected
        assert client_of(user).delete(path).status_code == expected
    assert client_of(olga).put(path).status_code == 204
    assert client_of(olga).put("/api/event/999999/gate-staff/eve@example.com").status_code == 404
    assert GateStaff.objects.filter(email="eve@example.com").count() == 1


@pytest.mark.parametrize(
    "email",
    [
        *("no-address", "a@b", "eve%20eve@example.com", "ève@example.com", "x" * 300 + "@a.com", "%20"),
        f"{'x' * 60}@{'.'.join(['y' * 60] * 4)}.com",  # each part is short enough, the whole is not
        "eve%0a@example.com",
    ],
)
def test_an_invalid_email_address_is_refused(concert: Event, carol: User, client_of: ClientOf, email: str) -> None:
    response = client_of(carol).put(f"/api/event/{concert.pk}/gate-staff/{email}")
    assert response.status_code == 400
    assert [(one["field"], one["detail"][-1]) for one in response.json()["errors"]] == [("email", ".")]
    assert not GateStaff.objects.exists()


def test_the_demos_gate_user_works_at_every_event_of_the_demos_seller(db: None, client_of: ClientOf) -> None:
    call_command("seed_demo", verbosity=0)
    call_command("seed_demo", verbosity=0)
    seller, gate = (User.objects.get(email=f"{name}@example.com") for name in ("seller", "gate"))
    seating = read_seating(
        {"rows": 1, "cols": 1, "sections": [{"name": "A", "price": 1, "subsections": 1}]}, max_seats=9
    )
    create_event(seller=seller, seating=seating, name="New", description="", venue_name="Hall")
    for event in Event.objects.all():
        assert client_of(gate).get(at(event, "/manifest")).status_code == 200
    assert gate.is_verified
