"""Sell out an event over the API, one request per seat, and prove that every seat was sold exactly once.

`python -m benchmarks.sellout [--seats 2000] [--clients 64] [--hold-only]` exits with 1 if any check fails.
"""

import argparse
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import uvloop

from benchmarks.tools import shop
from benchmarks.tools.client import Address, Response
from benchmarks.tools.load import Client, closed_loop
from benchmarks.tools.report import Report
from benchmarks.tools.shop import Cast
from benchmarks.tools.stage import manage, stage

SECTIONS = 4
SEATS = range(400, 50_001, 400)
SUBSECTION_SHAPE = (10, 10)  # rows, cols
LARGE_SHAPE = (25, 20)  # as in the arena; used where the number of seats allows it

Seat = tuple[str, int, str]  # section, subsection, row-seat


@dataclass(slots=True)
class Buyer:
    """One client with its own account, and the bookings it got."""

    token: str
    bookings: list[str] = field(default_factory=list)
    seats: list[Seat] = field(default_factory=list)

    def note(self, response: Response) -> None:
        """Record the booking in this response."""
        booking = response.json()
        self.bookings.append(booking["id"])
        self.seats += [(booking["section"], booking["subsection"], seat) for seat in booking["seat_positions"]]


def main() -> None:
    """Parse the arguments and sell; exit with 1 and what is wrong, if something is."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sellout", description=__doc__)
    parser.add_argument("--seats", type=int, default=2_000, help=f"a multiple of {SEATS.step} up to {SEATS[-1]:,}")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--hold-only", action="store_true", help="don't pay")
    options = parser.parse_args()
    if options.seats not in SEATS:
        parser.error(f"--seats must be a multiple of {SEATS.step} up to {SEATS[-1]:,}")
    if options.seats > options.clients * shop.BUYERS_HOLDS:
        parser.error(f"a client can hold {shop.BUYERS_HOLDS} seats; take more --clients")
    report = Report()
    try:
        with stage() as address:
            cast = shop.sign_in(address, options.clients)
            wrong = uvloop.run(sell_out(cast, options.seats, report, pay=not options.hold_only))
            wrong += broken_invariants()
    except RuntimeError as error:
        sys.exit(f"Can't sell: {error}")
    if wrong:
        sys.exit("\n".join(["NOT every seat was sold exactly once:", *wrong]))
    report.publish("sellout")


async def sell_out(cast: Cast, seats: int, report: Report, *, pay: bool) -> list[str]:
    """Create an event, hold all seats and, with `pay`, pay for them; return what is wrong with the outcome."""
    event = await shop.create(cast, _event(seats))
    buyers = [Buyer(token) for token in cast.buyers]
    sale = _Sale(event, seats)
    report.note(clients=len(buyers))

    holding = await closed_loop(cast.address, [sale.holder(buyer, index) for index, buyer in enumerate(buyers)])
    holding.expect(201, 409)
    report.add({f"{seats:,} seats held (s)": holding.seconds} | holding.figures(f"{seats:,} seats held", 201))
    print(f"{len(buyers)} clients, {seats:,} seats, one request a seat\n  hold  {holding.line(201)}", flush=True)
    if pay:
        paying = await closed_loop(cast.address, [_payer(buyer) for buyer in buyers])
        paying.expect(200)
        report.add({f"{seats:,} seats paid (s)": paying.seconds} | paying.figures(f"{seats:,} seats paid", 200))
        print(f"  pay   {paying.line(200)}", flush=True)

    wrong = _wrong_answers(seats, buyers)
    wrong += await _wrong_seats(cast.address, event["id"], seats, sold=pay)
    if pay:
        wrong += await _wrong_bookings(cast, event["id"], seats, buyers)
    await shop.retire(cast, event)
    return wrong


def _event(seats: int) -> dict[str, Any]:
    rows, cols = LARGE_SHAPE if seats % (SECTIONS * LARGE_SHAPE[0] * LARGE_SHAPE[1]) == 0 else SUBSECTION_SHAPE
    subsections = seats // SECTIONS // (rows * cols)
    sections = [{"name": name, "price": 2500, "subsections": subsections} for name in "ABCD"]
    return shop.new_event("Benchmark: sell-out", sections, rows=rows, cols=cols)


class _Sale:
    """An event and its number of seats that no buyer has got yet."""

    def __init__(self, event: dict[str, Any], seats: int) -> None:
        self._event, self._subsections, self._left = event, shop.subsections_of(event), seats

    def holder(self, buyer: Buyer, index: int) -> Client:
        """Hold one seat after the other until none is left.

        Starts in the buyer's own subsection, and continues in the next ones.
        """
        first = index % len(self._subsections)
        for subsection in self._subsections[first:] + self._subsections[:first]:
            hold_request = shop.best_available(self._event["id"], subsection, 1, buyer.token)
            while (response := (yield hold_request)).status == 201:
                self._left -= 1
                buyer.note(response)
                if not self._left:
                    return
            if not self._left or response.json()["code"] != "not_enough_seats":
                return  # sold out, or an error that `expect` will raise


def _payer(buyer: Buyer) -> Client:
    for booking_id in buyer.bookings:
        yield shop.pay(booking_id, buyer.token)


def _wrong_answers(seats: int, buyers: list[Buyer]) -> list[str]:
    """Check in the responses that each seat was given to one buyer, once."""
    given = Counter(seat for buyer in buyers for seat in buyer.seats)
    twice = {seat: count for seat, count in given.items() if count > 1}
    print(f"  responses: {given.total():,} seats given, {len(given):,} different ones, {len(twice)} twice")
    wrong = [] if len(given) == seats else [f"{len(given)} of {seats} seats were given to a buyer"]
    return wrong + [f"{seat} was given {count} times" for seat, count in twice.items()]


async def _wrong_seats(address: Address, event_id: int, seats: int, *, sold: bool) -> list[str]:
    """Check the public seat map: the status of each seat, the counts, and the status of the event."""
    seat_map = (await shop.call(address, 200, "GET", f"/api/event/{event_id}/seatmap")).json()
    event = (await shop.call(address, 200, "GET", f"/api/event/{event_id}")).json()
    statuses = Counter("".join(row["seats"] for row in seat_map["sections"]))
    state = "sold" if sold else "reserved"
    counts = {"available": 0, "reserved": 0, "sold": 0, "blocked": 0, "total": seats, state: seats}
    status = "sold_out" if sold else "available"
    print(f"  seat map: {statuses[state[0]]:,} of {statuses.total():,} seats {state}, the event is {event['status']}")
    wrong = [] if statuses == {state[0]: seats} else [f"the seats on the map are {dict(statuses)}"]
    wrong += [f"the stats are {found}" for found in (seat_map["stats"], event["stats"]) if found != counts]
    return wrong + ([] if event["status"] == status else [f"the event is {event['status']}"])


async def _wrong_bookings(cast: Cast, event_id: int, seats: int, buyers: list[Buyer]) -> list[str]:
    """Check the seller's list: each seat is in one paid booking, and these are the clients' bookings."""
    bookings = [row for row in await _paid_bookings(cast) if row["event_id"] == event_id]
    sold = Counter((row["section"], row["subsection"], seat) for row in bookings for seat in row["seat_positions"])
    twice = {seat: count for seat, count in sold.items() if count > 1}
    given = Counter(booking_id for buyer in buyers for booking_id in buyer.bookings)
    print(f"  seller's list: {len(bookings):,} paid bookings, {len(sold):,} different seats, {len(twice)} sold twice")
    wrong = [] if len(sold) == seats else [f"{len(sold)} of {seats} seats are in a paid booking"]
    wrong += [f"{seat} was sold {count} times" for seat, count in twice.items()]
    if Counter(row["id"] for row in bookings) != given:
        wrong.append("the paid bookings are not those that the clients were given")
    return wrong


async def _paid_bookings(cast: Cast) -> list[dict[str, Any]]:
    bookings: list[dict[str, Any]] = []
    page = 1
    while True:
        path = f"/api/booking?booking_status=paid&page_size=100&page={page}"
        found = (await shop.call(cast.address, 200, "GET", path, token=cast.seller)).json()
        bookings += found["results"]
        if found["next"] is None:
            return bookings
        page += 1


def broken_invariants() -> list[str]:
    """Return what `check_invariants` finds in the product's database; empty if all invariants hold."""
    check = manage("check_invariants")
    if check.returncode == 0:
        print(f"  check_invariants: all {len(check.stdout.splitlines())} hold")
        return []
    return [check.stdout + check.stderr]


if __name__ == "__main__":
    main()
