"""What becomes of a hold request: held and paid, or refused because the seat is taken."""

import itertools
import random
from typing import Any

from benchmarks.holds import hold_requests
from benchmarks.tools import shop
from benchmarks.tools.client import Address
from benchmarks.tools.load import Client, closed_loop, shared
from benchmarks.tools.report import Figures
from benchmarks.tools.shop import Cast, SubsectionKey
from benchmarks.tools.tally import Tally
from events.seating.positions import seat_name

CLIENTS = 32
JOURNEYS = 600
SEATS = 3_000  # picked one by one, of 50,000
SECONDS = 4  # maximum duration of picking

Pick = tuple[SubsectionKey, str]  # a subsection and a seat in it


async def paid(cast: Cast) -> Figures:
    """Hold a pair, pay, get the tickets; return the number of complete purchases per second."""
    event = await shop.create(cast, shop.arena())
    turns = iter(zip(hold_requests(event, cast.buyers, JOURNEYS), itertools.cycle(cast.buyers), strict=False))

    def client() -> Client:
        for hold_request, token in turns:
            response = yield hold_request
            if response.status == 201:
                yield shop.pay(response.json()["id"], token)

    tally = await closed_loop(cast.address, [client() for _ in range(CLIENTS)])
    tally.expect(201, 200)
    await shop.retire(cast, event)
    return {
        "journeys, hold to paid (/s)": tally.rate(200),
        **tally.latencies("paying", 200),
        "journeys, hold to paid: generator (% of a core)": tally.cpu_share * 100,
    }


async def losers(cast: Cast) -> Figures:
    """Hold seats by name: first different ones (201), then the same ones by other buyers (409)."""
    event = await shop.create(cast, shop.arena())
    picks = _picks(event)
    winner = await _pick(cast.address, event, picks, cast.buyers)
    winner.expect(201)
    taken = picks[: winner.statuses[201]]
    loser = await _pick(cast.address, event, taken, cast.buyers[1:] + cast.buyers[:1])
    loser.expect(409)
    await shop.retire(cast, event)
    return (
        winner.figures("winners, manual", 201)
        | loser.figures("losers, manual", 409)
        | {"losers / winners": loser.rate(409) / winner.rate(201)}
    )


def _picks(event: dict[str, Any]) -> list[Pick]:
    """Return random seats, all different."""
    seats = [
        ((row["section"], row["subsection"]), seat_name(position, row["cols"]))
        for row in event["sections"]
        for position in range(row["total"])
    ]
    return random.Random(SEATS).sample(seats, SEATS)


async def _pick(address: Address, event: dict[str, Any], picks: list[Pick], buyers: list[str]) -> Tally:
    """Send a request for each seat, by the next buyer."""
    turns = zip(picks, itertools.cycle(buyers), strict=False)
    requests = [shop.by_name(event["id"], subsection, [seat], buyer) for (subsection, seat), buyer in turns]
    return await closed_loop(address, shared(requests, CLIENTS, seconds=SECONDS))
