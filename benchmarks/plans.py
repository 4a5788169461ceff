"""Events with a seating plan beside events of rows × cols seats: `python -m benchmarks.plans [--rounds 5]`.

In turn, each on a new event of 50,000 seats in 100 subsections: creation, and holds of the two best available seats in
random subsections and of two named ones. The plan has curved rows, an aisle and a focal point. They take turns to come
first, because the database still tidies up after the first when the second is measured.
"""

import random
import time
import uuid
from typing import Any

import uvloop

from benchmarks.holds import WARM_UP, pairs
from benchmarks.tools import shop
from benchmarks.tools.command import command
from benchmarks.tools.load import closed_loop, shared
from benchmarks.tools.report import Figures
from benchmarks.tools.shop import Cast
from benchmarks.tools.tally import Tally

HOLDS, CLIENTS, SECONDS = 3_000, 32, 6
ROWS, SEATS = 25, 20
LETTERS = [letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if letter not in "IO"]
ROW_LABELS = [*LETTERS, "AA"]


def main() -> None:
    """Measure in rounds; publish medians and spread."""
    with command("plans", __doc__) as bench:
        cast = shop.sign_in(bench.address)
        uvloop.run(_warm_up(cast))
        for number in bench.rounds:
            bench.report.add(uvloop.run(in_turn(shop.sign_in(bench.address), plan_first=number % 2 == 0)))


async def _warm_up(cast: Cast) -> None:
    for body in (shop.arena(), await drawn_arena(cast)):
        event = await shop.create(cast, body)
        await pairs(WARM_UP, cast.address, event, cast.buyers)
        await shop.retire(cast, event)


async def in_turn(cast: Cast, *, plan_first: bool) -> Figures:
    """Measure an event of rows × cols seats and one with a plan, in turn."""
    figures: Figures = {}
    events = [("grid", shop.arena()), ("plan", await drawn_arena(cast))]
    for name, body in reversed(events) if plan_first else events:
        for what, labels in (("best available", None), ("named seats", name)):
            started = time.perf_counter()
            event = await shop.create(cast, body)
            figures[f"create 50,000 seats, {name} (s)"] = time.perf_counter() - started
            figures[f"{what}, {name} (/s)"] = (await _rush(cast, event, named=labels)).rate(201)
            await shop.retire(cast, event)
    for what in ("best available", "named seats"):
        figures[f"{what}, plan / grid"] = figures[f"{what}, plan (/s)"] / figures[f"{what}, grid (/s)"]
    return figures


async def _rush(cast: Cast, event: dict[str, Any], *, named: str | None) -> Tally:
    """Hold pairs of seats with all clients; every response must be 201."""
    dice, subsections = random.Random(HOLDS), shop.subsections_of(event)
    pairs_of_seats = [(row, seat) for row in range(ROWS) for seat in range(1, SEATS, 2)]  # each is asked for once
    places = [(where, row, seat) for row, seat in pairs_of_seats for where in subsections]
    requests = []
    for number, (where, row, seat) in enumerate(places[:HOLDS]):
        token = cast.buyers[number % len(cast.buyers)]
        if named is None:
            requests.append(shop.best_available(event["id"], dice.choice(subsections), 2, token))
        else:
            label = ROW_LABELS[row] if named == "plan" else row + 1
            requests.append(shop.by_name(event["id"], where, [f"{label}-{seat}", f"{label}-{seat + 1}"], token))
    tally = await closed_loop(cast.address, shared(requests, CLIENTS, seconds=SECONDS))
    tally.expect(201)
    return tally


async def drawn_arena(cast: Cast) -> dict[str, Any]:
    """Publish a plan like the arena; return a body of POST /api/event for an event with it."""
    body = {"name": f"Bench {uuid.uuid4().hex[:8]}", "time_zone": "UTC", "country": "DE"}
    venue = (await shop.call(cast.address, 201, "POST", "/api/venue", token=cast.seller, body=body)).json()
    path = f"/api/venue/{venue['id']}/plan"
    plan = {"name": "Arena", "draft": _document()}
    made = (await shop.call(cast.address, 201, "POST", path, token=cast.seller, body=plan)).json()
    path = f"/api/plan/{made['id']}/version"
    version = (await shop.call(cast.address, 201, "POST", path, token=cast.seller)).json()
    event = shop.arena()
    del event["venue_name"]
    return event | {"seating_config": {"plan_version": version["id"], "prices": {"Seats": 5000}}}


def _document() -> dict[str, Any]:
    grid = {"rows": ROWS, "seats": SEATS, "radius": 3_000, "aisles": [SEATS // 2]}
    sections = [
        {
            "name": name,
            "subsections": [
                {"category": "Seats", "x": 1_500 * block, "y": 2_600 * line + 500, "grid": grid} for block in range(10)
            ],
        }
        for line, name in enumerate("ABCDEFGHIJ")
    ]
    focal_point = {"x": 6_750, "y": 0}
    return {
        "format": 1,
        "name": "Arena",
        "focal_point": focal_point,
        "categories": [{"name": "Seats"}],
        "sections": sections,
    }


if __name__ == "__main__":
    main()
