"""The people of a benchmark and what they ask the API for."""

import asyncio
import os
from collections.abc import Iterable
from typing import Any

from benchmarks.client import Address, Answer, Connection, request

SELLER = "seller@example.com"
PASSWORD = "demo-pass-1"
GOOD_CARD = "4242424242424242"
SIGN_INS_AT_ONCE = 4  # a password costs a fifth of a second of CPU
BUYERS_HOLDS = 1_000  # the most an event can allow: one bench buyer stands for many people
HOLD_SECONDS = 3_600  # nothing ends during a measurement

Block = tuple[str, int]


def make_buyers(count: int) -> list[str]:
    """E-mails of `count` buyers with the demo's password, made in the product's database where they are missing.

    Not by registering, since each of them would cost a password's hash.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings")
    import django

    django.setup()
    from django.contrib.auth.hashers import make_password

    from accounts.models import User

    emails = [f"bench{number}@example.com" for number in range(1, count + 1)]
    password = make_password(PASSWORD)
    User.objects.bulk_create(
        [User(email=email, password=password, name="Ben Bench", role="buyer", is_verified=True) for email in emails],
        ignore_conflicts=True,
    )
    return emails


async def sign_in(address: Address, emails: Iterable[str]) -> list[str]:
    """Bearer tokens of these users, in their order; they count for 15 minutes."""
    print("Signing everybody in.", flush=True)
    turn = asyncio.Semaphore(SIGN_INS_AT_ONCE)

    async def token(email: str) -> str:
        async with turn:
            body = {"email": email, "password": PASSWORD}
            return str((await call(address, 200, "POST", "/api/user/token", body=body)).json()["access"])

    return await asyncio.gather(*(token(email) for email in emails))


async def call(address: Address, expected: int, method: str, path: str, **options: Any) -> Answer:
    """One request on a connection of its own (`options` as of `request`). Raises unless `expected` is the status."""
    connection = Connection(address)
    try:
        answer = await connection.send(request(method, path, **options))
    finally:
        connection.close()
    if answer.status != expected:
        raise RuntimeError(f"{method} {path} answered {answer.status}: {answer.body[:500]!r}")
    return answer


def new_event(name: str, sections: list[dict[str, Any]], *, rows: int, cols: int) -> dict[str, Any]:
    """The body of POST /api/event for an event that few buyers can buy out."""
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
    """The body of POST /api/event for 50,000 seats in 100 blocks."""
    sections = [{"name": name, "price": 5000, "subsections": 10} for name in "ABCDEFGHIJ"]
    return new_event("Benchmark: arena", sections, rows=25, cols=20)


def blocks_of(event: dict[str, Any]) -> list[Block]:
    """Section and number of each block of an event, from its detail."""
    return [(row["section"], row["subsection"]) for row in event["sections"]]


def best_available(event_id: int, block: Block, quantity: int, token: str) -> bytes:
    """The request that holds the best seats of a block."""
    section, number = block
    body = {
        "event_id": event_id,
        "section": section,
        "subsection": number,
        "seat_selection_mode": "best_available",
        "quantity": quantity,
    }
    return request("POST", "/api/booking", token=token, body=body)


def pay(booking_id: str, token: str) -> bytes:
    """The request that pays a booking with a card that works."""
    return request("POST", f"/api/booking/{booking_id}/pay", token=token, body={"card_number": GOOD_CARD})


async def retire(address: Address, event_id: int, seller: str) -> None:
    """Takes a benchmark's event out of the lists that people see."""
    await call(address, 200, "PATCH", f"/api/event/{event_id}", token=seller, body={"is_active": False})
