"""Sells an event out over the API, one request a seat, and proves that every seat was sold exactly once.

`python -m benchmarks.sellout [--seats 2000] [--clients 64]` exits 1 if anything is not as it must be.
"""

import argparse
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import uvloop

from benchmarks import shop
from benchmarks.client import Address
from benchmarks.load import Client, Say, Tally, closed_loop
from benchmarks.stage import manage, stage

SEATS_A_BLOCK = 100
SECTIONS = 4


@dataclass(slots=True)
class Buyer:
    """One client with an account of his own, and what he got."""

    token: str
    bookings: list[str] = field(default_factory=list)


def main() -> None:
    """Reads the arguments, sells, and exits 1 with what is wrong, if something is."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sellout", description=__doc__)
    parser.add_argument("--seats", type=int, default=2_000, help=f"a multiple of {SECTIONS * SEATS_A_BLOCK}")
    parser.add_argument("--clients", type=int, default=64)
    options = parser.parse_args()
    if options.seats <= 0 or options.seats % (SECTIONS * SEATS_A_BLOCK):
        parser.error(f"--seats must be a multiple of {SECTIONS * SEATS_A_BLOCK}")
    if options.seats > options.clients * shop.BUYERS_HOLDS:
        parser.error(f"a client can hold {shop.BUYERS_HOLDS} seats; take more --clients")
    try:
        with stage() as address:
            emails = shop.make_buyers(options.clients)
            wrong = uvloop.run(sell_out(address, emails, seats=options.seats))
            wrong += broken_invariants()
    except RuntimeError as error:
        sys.exit(f"Can't sell: {error}")
    sys.exit("\n".join(["NOT every seat was sold exactly once:", *wrong]) if wrong else 0)


async def sell_out(address: Address, emails: list[str], *, seats: int) -> list[str]:
    """Creates an event, holds and then pays all of it, prints the speed, and returns what is wrong with the outcome."""
    seller, *tokens = await shop.sign_in(address, [shop.SELLER, *emails])
    blocks_a_section = seats // SECTIONS // SEATS_A_BLOCK
    sections = [{"name": name, "price": 2500, "subsections": blocks_a_section} for name in "ABCD"]
    body = shop.new_event("Benchmark: sell-out", sections, rows=10, cols=SEATS_A_BLOCK // 10)
    event = (await shop.call(address, 201, "POST", "/api/event", token=seller, body=body)).json()
    buyers = [Buyer(token) for token in tokens]

    holding = await closed_loop(address, [_holder(event, buyer, turn) for turn, buyer in enumerate(buyers)])
    holding.expect(201, 409)
    paying = await closed_loop(address, [_payer(buyer) for buyer in buyers])
    paying.expect(200)
    _print(seats, len(buyers), holding, paying)

    wrong = await _wrong_seats(address, event["id"], seats)
    wrong += await _wrong_bookings(address, event["id"], seats, seller, buyers)
    await shop.retire(address, event["id"], seller)
    return wrong


def _holder(event: dict[str, Any], buyer: Buyer, turn: int) -> Client:
    """Holds seat by seat, in a block of his own first, then in the next one, until no block has any left."""
    blocks = shop.blocks_of(event)
    first = turn % len(blocks)

    async def hold(say: Say) -> None:
        for block in blocks[first:] + blocks[:first]:
            wish = shop.best_available(event["id"], block, 1, buyer.token)
            while (answer := await say(wish)).status == 201:
                buyer.bookings.append(answer.json()["id"])
            if answer.status != 409 or answer.json()["code"] != "not_enough_seats":
                return  # `expect` will tell

    return hold


def _payer(buyer: Buyer) -> Client:
    async def pay_all(say: Say) -> None:
        for booking_id in buyer.bookings:
            await say(shop.pay(booking_id, buyer.token))

    return pay_all


def _print(seats: int, clients: int, holding: Tally, paying: Tally) -> None:
    seconds = holding.seconds + paying.seconds
    print(f"{clients} clients, {seats:,} seats, one request a seat")
    print(f"  hold  {holding.line(201)}")
    print(f"  pay   {paying.line(200)}")
    print(f"  sold out in {seconds:.1f} s: {seats / seconds:,.0f} seats/s held and paid", flush=True)


async def _wrong_seats(address: Address, event_id: int, seats: int) -> list[str]:
    """By the public seat map: each seat is sold, the counts say so, and the event is sold out."""
    seat_map = (await shop.call(address, 200, "GET", f"/api/event/{event_id}/seatmap")).json()
    event = (await shop.call(address, 200, "GET", f"/api/event/{event_id}")).json()
    letters = Counter("".join(row["seats"] for row in seat_map["sections"]))
    counts = {"available": 0, "reserved": 0, "sold": seats, "blocked": 0, "total": seats}
    print(f"  seat map: {letters['s']:,} of {letters.total():,} seats sold, the event is {event['status']}")
    wrong = [] if letters == {"s": seats} else [f"the seats on the map are {dict(letters)}"]
    wrong += [f"the stats are {found}" for found in (seat_map["stats"], event["stats"]) if found != counts]
    return wrong + ([] if event["status"] == "sold_out" else [f"the event is {event['status']}"])


async def _wrong_bookings(address: Address, event_id: int, seats: int, seller: str, buyers: list[Buyer]) -> list[str]:
    """By the seller's list: each seat is in exactly one paid booking, and these are the ones the clients were given."""
    bookings = [row for row in await _paid_bookings(address, seller) if row["event_id"] == event_id]
    sold = Counter((row["section"], row["subsection"], seat) for row in bookings for seat in row["seat_positions"])
    twice = {seat: count for seat, count in sold.items() if count > 1}
    given = Counter(booking_id for buyer in buyers for booking_id in buyer.bookings)
    print(f"  seller's list: {len(bookings):,} paid bookings, {len(sold):,} different seats, {len(twice)} sold twice")
    wrong = [] if len(sold) == seats else [f"{len(sold)} of {seats} seats are in a paid booking"]
    wrong += [f"{seat} was sold {count} times" for seat, count in twice.items()]
    if Counter(row["id"] for row in bookings) != given:
        wrong.append("the paid bookings are not those that the clients were given")
    return wrong


async def _paid_bookings(address: Address, seller: str) -> list[dict[str, Any]]:
    bookings: list[dict[str, Any]] = []
    page = 1
    while True:
        path = f"/api/booking?booking_status=paid&page_size=100&page={page}"
        found = (await shop.call(address, 200, "GET", path, token=seller)).json()
        bookings += found["results"]
        if found["next"] is None:
            return bookings
        page += 1


def broken_invariants() -> list[str]:
    """What `check_invariants` finds in the product's database; nothing if all of it holds."""
    check = manage("check_invariants")
    if check.returncode == 0:
        print(f"  check_invariants: all {len(check.stdout.splitlines())} hold")
        return []
    return [check.stdout + check.stderr]


if __name__ == "__main__":
    main()
