"""The users of a benchmark and their requests to the API."""

import os
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
from django.utils import timezone

from benchmarks.tools.client import Address, Connection, Response, request

SELLER = "seller@example.com"
PASSWORD = "demo-pass-1"
GOOD_CARD = "4242424242424242"
BUYERS = 2_000  # so many that each has few bookings, as real buyers do
BUYERS_HOLDS = 1_000  # the maximum of an event: one benchmark buyer represents many people
HOLD_SECONDS = 3_600  # no hold expires during a measurement

DROP_EMAILS = """
    DELETE FROM bookings_emailmessage email USING bookings_booking booking, accounts_user buyer
    WHERE email.status = 'waiting' AND booking.id = email.booking_id AND buyer.id = booking.buyer_id
    AND buyer.email LIKE 'bench%@example.com'
"""

SubsectionKey = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Cast:
    """The address of the product, and bearer tokens of the seller and the buyers."""

    address: Address
    seller: str
    buyers: list[str]


def sign_in(address: Address, buyers: int = BUYERS) -> Cast:
    """Return tokens of the seller and of `buyers` buyers; create missing buyers in the product's database.

    It bypasses registration and login, because each would hash a password, and all of them would take longer than the
    measurement. The tokens are valid for 15 minutes.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings")
    import django

    django.setup()
    from django.db import connections

    from accounts import tokens
    from accounts.models import TokenFamily, User

    emails = [f"bench{number}@example.com" for number in range(1, buyers + 1)]
    User.objects.bulk_create(
        [User(email=email, password="!", name="Ben Bench", role="buyer", is_verified=True) for email in emails],
        ignore_conflicts=True,
    )
    people = User.objects.in_bulk([SELLER, *emails], field_name="email")
    ends = timezone.now() + timedelta(hours=1)
    families = [
        TokenFamily(user=people[email], refresh_jti=uuid.uuid4(), expires_at=ends) for email in [SELLER, *emails]
    ]
    TokenFamily.objects.bulk_create(families)
    seller, *tokens_of_buyers = (tokens.pair_of(family.user, family)["access"] for family in families)
    connections.close_all()
    return Cast(address, seller, tokens_of_buyers)


async def call(address: Address, expected: int, method: str, path: str, **options: Any) -> Response:
    """Send one request on a new connection (`options` as for `request`). Raises unless the status is `expected`."""
    connection = await Connection.open(address)
    try:
        response = await connection.send(request(method, path, **options))
    finally:
        connection.close()
    if response.status != expected:
        raise RuntimeError(f"{method} {path} returned {response.status}: {response.body[:500]!r}")
    return response


def new_event(name: str, sections: list[dict[str, Any]], *, rows: int, cols: int) -> dict[str, Any]:
    """Return a body of POST /api/event for an event that a few buyers can buy out."""
    return {
        "name": name,
        "description": "Made by the benchmarks.",
        "venue_name": "The bench",
        "seating_config": {"rows": rows, "cols": cols, "sections": sections},
        "max_active_holds": BUYERS_HOLDS,
        "hold_seconds": HOLD_SECONDS,
        "payment_seconds": HOLD_SECONDS,
    }


def arena() -> dict[str, Any]:
    """Return a body of POST /api/event for 50,000 seats in 100 subsections."""
    sections = [{"name": name, "price": 5000, "subsections": 10} for name in "ABCDEFGHIJ"]
    return new_event("Benchmark: arena", sections, rows=25, cols=20)


def stadium() -> dict[str, Any]:
    """Return a body of POST /api/event for the largest event: 200,000 seats in 400 subsections."""
    sections = [{"name": name, "price": 5000, "subsections": 40} for name in "ABCDEFGHIJ"]
    return new_event("Benchmark: stadium", sections, rows=25, cols=20)


def hot_subsection() -> dict[str, Any]:
    """Return a body of POST /api/event for one subsection with 3,000 seats, more than the benchmarks hold."""
    return new_event("Benchmark: one subsection", [{"name": "A", "price": 5000, "subsections": 1}], rows=60, cols=50)


def drawn_arena() -> dict[str, Any]:
    """Return the document of a seating plan of 50,000 seats in 100 curved blocks."""
    rows = {"rows": 25, "seats": 20, "radius": 4_000, "aisles": [10], "seat_labels": {"style": "numbers", "step": 2}}
    sections = [
        {
            "name": name,
            "subsections": [
                {"category": "Category 1", "x": 1_500 * block, "y": 3_500 * line, "grid": rows} for block in range(10)
            ],
        }
        for line, name in enumerate("ABCDEFGHIJ")
    ]
    return {"format": 1, "name": "Arena", "categories": [{"name": "Category 1"}], "sections": sections}


def subsections_of(event: dict[str, Any]) -> list[SubsectionKey]:
    """Return section and number of each subsection, from an event's detail."""
    return [(row["section"], row["subsection"]) for row in event["sections"]]


def best_available(event_id: int, subsection: SubsectionKey, quantity: int, token: str) -> bytes:
    """Return a request that holds the best seats of a subsection."""
    return _hold(event_id, subsection, token, seat_selection_mode="best_available", quantity=quantity)


def by_name(event_id: int, subsection: SubsectionKey, seats: list[str], token: str) -> bytes:
    """Return a request that holds these seats ("row-seat") of a subsection."""
    return _hold(event_id, subsection, token, seat_selection_mode="manual", quantity=len(seats), seat_positions=seats)


def _hold(event_id: int, subsection: SubsectionKey, token: str, **choice: Any) -> bytes:
    section, number = subsection
    body = {"event_id": event_id, "section": section, "subsection": number, **choice}
    return request("POST", "/api/booking", token=token, body=body)


def pay(booking_id: str, token: str) -> bytes:
    """Return a request that pays a booking with a valid card."""
    return request("POST", f"/api/booking/{booking_id}/pay", token=token, body={"card_number": GOOD_CARD})


async def create(cast: Cast, body: dict[str, Any]) -> dict[str, Any]:
    """Create an event over the API; return its detail."""
    event: dict[str, Any] = (await call(cast.address, 201, "POST", "/api/event", token=cast.seller, body=body)).json()
    return event


async def publish_plan(cast: Cast, document: dict[str, Any]) -> str:
    """Publish a seating plan in a new venue over the API; return the path of its geometry."""
    name = f"The bench {uuid.uuid4()}"
    seller: dict[str, Any] = {"token": cast.seller}
    venue = await call(cast.address, 201, "POST", "/api/venue", body={"name": name, "time_zone": "UTC"}, **seller)
    path = f"/api/venue/{venue.json()['id']}/plan"
    plan = await call(cast.address, 201, "POST", path, body={"name": name, "draft": document}, **seller)
    version = await call(cast.address, 201, "POST", f"/api/plan/{plan.json()['id']}/version", body={}, **seller)
    shown = await call(cast.address, 200, "GET", f"/api/plan-version/{version.json()['id']}", **seller)
    return str(shown.json()["geometry"])


async def retire(cast: Cast, event: dict[str, Any]) -> None:
    """Remove an event from the public lists."""
    path = f"/api/event/{event['id']}"
    await call(cast.address, 200, "PATCH", path, token=cast.seller, body={"is_active": False})


def drop_emails() -> None:
    """Delete emails that wait to be sent to the benchmark's buyers.

    Rendering their tickets takes the mailer longer than selling them, and would disturb the next measurement.
    """
    from django.conf import settings

    with psycopg.connect(settings.DATABASE_URL) as connection:
        connection.execute(DROP_EMAILS)
