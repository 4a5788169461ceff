"""The bookings of an event as CSV: who can download it, what it contains, and that it is streamed."""

import csv
import gzip
import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from bookings.holds.models import Booking
from bookings.payments.refund import refund_booking
from bookings.reports import export
from bookings.reports.export import FIELDS, bookings_csv
from bookings.testing.plans import LONG_ROW, LONG_SEAT
from core.clock import database_now
from events.models import Event

ClientOf = Callable[[User | None], APIClient]
Hold = Callable[..., Booking]


def path(event: Event) -> str:
    return f"/api/event/{event.pk}/bookings.csv"


def file_of(event: Event, user: User, client_of: ClientOf) -> str:
    response = client_of(user).get(path(event))
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_the_seller_and_operators_get_the_file(
    concert: Event, carol: User, olga: User, client_of: ClientOf, hold: Hold, alice: User
) -> None:
    hold(alice)
    for user in (carol, olga):
        for accept in ("text/csv", "application/json", "*/*"):
            response = client_of(user).get(path(concert), headers={"Accept": accept})
            assert response.status_code == 200
            assert response["Content-Type"].startswith("text/csv; charset=utf-8")
            assert response["Content-Disposition"] == f'attachment; filename="bookings-{concert.pk}.csv"'
            assert response["Cache-Control"] == "private, no-store"
            assert len(list(response.streaming_content)) == 2  # type: ignore[attr-defined]


def test_other_users_do_not_get_the_file(
    concert: Event, new_event: Callable[..., Event], alice: User, dave: User, client_of: ClientOf
) -> None:
    for user, event, status, code in (
        (None, concert, 401, "not_authenticated"),
        (alice, concert, 403, "permission_denied"),
        (dave, concert, 403, "permission_denied"),
        (dave, new_event(draft=True), 404, "not_found"),
        (dave, Event(pk=999_999), 404, "not_found"),
    ):
        response = client_of(user).get(path(event), headers={"Accept": "text/csv"})
        assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
        assert response.json()["code"] == code


def test_the_file_has_one_line_per_booking_oldest_first(
    concert: Event, carol: User, client_of: ClientOf, hold: Hold, paid_booking: Hold, alice: User, bob: User
) -> None:
    paid, held, over = paid_booking(alice, "1-1", "1-2"), hold(bob, section="B"), hold(bob, "5-10")
    Booking.objects.filter(pk=over.pk).update(expires_at=database_now())
    refund_booking(booking_id=paid.pk, user=carol)
    paid.refresh_from_db()
    text = file_of(concert, carol, client_of)
    assert text.split("\r\n")[0] == ",".join(FIELDS)
    first, second, third = rows_of(text)
    assert datetime.fromisoformat(first.pop("created_at")) == paid.created_at
    assert datetime.fromisoformat(first.pop("paid_at")) == paid.paid_at
    assert datetime.fromisoformat(first.pop("created_at_local")) == paid.created_at
    assert datetime.fromisoformat(first.pop("paid_at_local")) == paid.paid_at
    assert first == {
        "id": str(paid.pk),
        "order_id": str(paid.order_id),
        "buyer_email": "alice@example.com",
        "buyer_name": "Alice",
        "section": "A",
        "subsection": "1",
        "seats": "1-1 1-2",
        "quantity": "2",
        "total_price": "10000",
        "currency": "USD",
        "status": "refunded",
        "places": "row 1, seats 1 and 2",
        "total": "100.00",
        "reference": paid.reference,
        "seat_prices": "5000 5000",
        "time_zone": "UTC",
        "seat_kinds": "seat seat",
        "remarks": "",
    }
    assert (second["id"], second["status"], second["paid_at"]) == (str(held.pk), "pending_payment", "")
    assert (third["id"], third["status"], third["seats"]) == (str(over.pk), "expired", "5-10")


def test_times_are_also_by_the_clock_at_the_venue(
    concert: Event, carol: User, client_of: ClientOf, hold: Hold, alice: User
) -> None:
    Event.objects.filter(pk=concert.pk).update(time_zone="America/New_York")
    held = hold(alice)
    at = datetime(2030, 7, 1, 3, 30, tzinfo=UTC)
    Booking.objects.filter(pk=held.pk).update(created_at=at)
    (row,) = rows_of(file_of(concert, carol, client_of))
    assert (row["created_at"], row["created_at_local"]) == ("2030-07-01T03:30:00Z", "2030-06-30T23:30:00-04:00")
    assert (row["time_zone"], row["paid_at"], row["paid_at_local"]) == ("America/New_York", "", "")


def test_seats_of_a_plan_have_their_names_and_prices(
    gala: Event, carol: User, client_of: ClientOf, hold: Hold, alice: User
) -> None:
    long = f"{LONG_ROW}-{LONG_SEAT}"
    hold(alice, "AA-101", "AA-102", long, event=gala, section="Parkett links")
    hold(alice, quantity=3, event=gala, section="Floor")
    seated, standing = rows_of(file_of(gala, carol, client_of))
    assert seated["seats"].split(" ") == ["AA-101", "AA-102", long.replace(" ", "\N{NO-BREAK SPACE}")]
    assert (seated["seat_prices"], seated["total_price"], seated["total"]) == ("9500 4500 9500", "23500", "235.00")
    assert seated["places"] == f"row AA, seats 101 and 102; row {LONG_ROW}, seat {LONG_SEAT}"
    assert (standing["places"], standing["seats"]) == ("standing, 3 places", "1-1 1-2 1-3")


def test_special_places_are_named_in_columns_at_the_end(
    gala: Event, carol: User, client_of: ClientOf, hold: Hold, alice: User
) -> None:
    hold(alice, "AA-109", "BB-110", event=gala, section="Parkett links")
    hold(alice, quantity=2, event=gala, section="Floor")
    seated, standing = rows_of(file_of(gala, carol, client_of))
    assert (seated["places"], seated["seat_kinds"]) == ("row AA, seat 109; row BB, seat 110", "wheelchair restricted")
    remarks = "row AA, seat 109 · Wheelchair place; row BB, seat 110 · Restricted view: Behind a pillar."
    assert seated["remarks"] == remarks
    assert (standing["seat_kinds"], standing["remarks"]) == ("standing standing", "")


def test_the_file_begins_with_one_byte_order_mark_so_that_excel_reads_utf_8(
    concert: Event, carol: User, client_of: ClientOf, hold: Hold, alice: User
) -> None:
    User.objects.filter(pk=alice.pk).update(name="Zoë Ångström 東京")
    hold(alice)
    response: Any = client_of(carol).get(path(concert))
    content = b"".join(response.streaming_content)
    assert content.startswith(b"\xef\xbb\xbfid,")
    assert content.count(b"\xef\xbb\xbf") == 1
    assert "Zoë Ångström 東京".encode() in content


def test_the_file_does_not_include_other_events(
    concert: Event, new_event: Callable[..., Event], carol: User, client_of: ClientOf, hold: Hold, alice: User
) -> None:
    hold(alice, event=new_event())
    assert rows_of(file_of(concert, carol, client_of)) == []


@pytest.mark.parametrize("name", ['O"Hara, "Bill"', "Zoë Ångström 東京", "two\nlines", "a,b;c\td", "'", "a=b+c-d@e"])
def test_names_are_exported_unchanged(
    concert: Event, carol: User, client_of: ClientOf, hold: Hold, alice: User, name: str
) -> None:
    User.objects.filter(pk=alice.pk).update(name=name)
    hold(alice)
    (row,) = rows_of(file_of(concert, carol, client_of))
    assert row["buyer_name"] == name


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\n=", "  =", "＝", "＠"])
def test_no_cell_is_a_formula(concert: Event, client_of: ClientOf, hold: Hold, alice: User, start: str) -> None:
    name = f'{start}HYPERLINK("http://evil.example";"x")'
    User.objects.filter(pk=alice.pk).update(name=name, email="+1@example.com")
    hold(alice)
    (row,) = rows_of(file_of(concert, concert.seller, client_of))
    assert (row["buyer_name"], row["buyer_email"]) == (f"'{name}", "'+1@example.com")


def test_a_section_name_is_no_formula_either(
    new_event: Callable[..., Event], carol: User, client_of: ClientOf, hold: Hold, alice: User
) -> None:
    event = new_event([{"name": "-1", "price": 100, "subsections": 1}])
    hold(alice, event=event, section="-1")
    assert rows_of(file_of(event, carol, client_of))[0]["section"] == "'-1"


def test_the_file_is_compressed_if_the_client_accepts_gzip(
    concert: Event, carol: User, client_of: ClientOf, hold: Hold, alice: User
) -> None:
    hold(alice)
    response: Any = client_of(carol).get(path(concert), headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(b"".join(response.streaming_content)).decode("utf-8-sig") == file_of(
        concert, carol, client_of
    )


def test_bookings_are_fetched_in_batches_while_the_file_is_sent(
    concert: Event, hold: Hold, alice: User, bob: User, round_trips: list[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines are sent before the next batch is fetched, so the file is never in memory as a whole."""
    for buyer in (alice, bob):
        for _ in range(3):
            hold(buyer, quantity=1)
    monkeypatch.setattr(export, "FETCH_SIZE", 2)
    round_trips.clear()
    lines = bookings_csv(concert)
    next(lines)
    assert not round_trips
    trips = [len(round_trips) for _ in lines]
    assert len(trips) == 6
    assert trips[0] == trips[1] < trips[2] == trips[3] < trips[4] == trips[5]


def test_a_cancelled_download_leaves_no_open_cursor(
    transactional_db: None, concert: Event, carol: User, client_of: ClientOf, hold: Hold, alice: User, bob: User
) -> None:
    hold(alice)
    hold(bob)
    response: Any = client_of(carol).get(path(concert))
    lines = iter(response.streaming_content)
    assert [next(lines), next(lines)]
    assert open_cursors() == 1
    response.close()
    del lines
    assert open_cursors() == 0


def open_cursors() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_cursors WHERE name LIKE '\\_django\\_curs\\_%%'", [])
        return int(cursor.fetchone()[0])
