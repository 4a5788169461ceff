"""A flash sale: 2,000 buyers for 200 seats, all of them through the waiting room.

`python -m benchmarks.flash [--clients 2000] [--seats 200] [--fault redis | read-only]` exits with 1 unless every seat
was sold once, every booking that got a 2xx exists, and no response was a 5xx other than 503 with Retry-After. With a
fault, Redis is killed, or the database refuses writes for 20 seconds, in the middle of the sale.
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import psycopg
import redis
import uvloop

from benchmarks.sellout import broken_invariants
from benchmarks.tools import shop
from benchmarks.tools.client import Connection, Response, request
from benchmarks.tools.report import Report
from benchmarks.tools.shop import Cast
from benchmarks.tools.stage import stage
from benchmarks.tools.tally import Tally, percentile

ADMIT_PER_MINUTE = 3_000
MAX_ACTIVE = 400
PASS_SECONDS = 120
RUSH_SECONDS = 5  # all buyers arrive within this time
POLL_SECONDS = (2, 10)  # between two polls of a buyer's queue position: longer if they have longer to wait
FAULT_AFTER = 3.0  # seconds from the start
REFUSED_SECONDS = 20
READS_A_SECOND = 10
LIMIT_SECONDS = 240
SUBSECTION_SHAPE = (5, 10)  # rows, cols


@dataclass(slots=True)
class Sale:
    """The state of the sale: the event, the responses, and the bookings that buyers got."""

    cast: Cast
    event: dict[str, Any]
    calls: Tally = field(default_factory=Tally)
    latencies: list[float] = field(default_factory=list)  # of all requests of buyers, in seconds
    reads: Tally = field(default_factory=Tally)
    held: list[str] = field(default_factory=list)
    paid: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    sold_out: bool = False

    async def call(self, connection: Connection, request_bytes: bytes, tally: Tally | None = None) -> Response:
        """Send a request of a buyer and measure it; repeat it after a 503 as Retry-After says."""
        while True:
            started = time.perf_counter()
            response = await connection.send(request_bytes)
            took = time.perf_counter() - started
            (tally or self.calls).note(response.status, took)
            if tally is None:
                self.latencies.append(took)
            if response.status < 500:
                return response
            if response.status != 503 or not response.header("Retry-After"):
                self.wrong.append(f"{response.status}: {response.body[:200]!r}")
                return response
            await asyncio.sleep(float(response.header("Retry-After") or 1) * random.uniform(1, 1.5))


def main() -> None:
    """Run the sale and print the figures; exit with 1 and what is wrong, if something is."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flash", description=__doc__)
    parser.add_argument("--clients", type=int, default=2_000)
    parser.add_argument("--seats", type=int, default=200, help="a multiple of 50")
    parser.add_argument("--fault", choices=["redis", "read-only"])
    options = parser.parse_args()
    report = Report()
    try:
        with stage(own=True) as address:
            cast = shop.sign_in(address, options.clients)
            wrong = uvloop.run(sell(cast, options.seats, options.fault, report)) + broken_invariants()
    except (RuntimeError, OSError) as error:
        sys.exit(f"Can't sell: {error}")
    report.publish("flash")
    if wrong:
        sys.exit("\n".join(["These results are wrong:", *wrong[:20]]))


async def sell(cast: Cast, seats: int, fault: str | None, report: Report) -> list[str]:
    """Let everybody join, get a pass, take one seat and pay until all are sold; return what is wrong."""
    sale = Sale(cast, await _event(cast, seats))
    started, cpu = time.perf_counter(), time.process_time()
    async with asyncio.timeout(LIMIT_SECONDS), asyncio.TaskGroup() as group:
        helpers = [group.create_task(_read(sale))]
        if fault:
            helpers.append(group.create_task(asyncio.to_thread(_inject_fault, fault)))
        buyers = [group.create_task(_buy(sale, token)) for token in cast.buyers]
        await asyncio.wait(buyers)
        helpers[0].cancel()
    sale.calls.seconds = sale.reads.seconds = time.perf_counter() - started
    sale.calls.cpu_share = (time.process_time() - cpu) / sale.calls.seconds
    report.note(clients=len(cast.buyers), seats=seats, fault=fault or "none", statuses=dict(sale.calls.statuses))
    report.add(_figures(sale, fault))
    return sale.wrong + await _outcome(sale, seats)


async def _event(cast: Cast, seats: int) -> dict[str, Any]:
    """Create an event with its waiting room on."""
    rows, cols = SUBSECTION_SHAPE
    sections = [{"name": "A", "price": 2500, "subsections": seats // (rows * cols)}]
    event = await shop.create(cast, shop.new_event("Benchmark: flash sale", sections, rows=rows, cols=cols))
    room = {
        "enabled": True,
        "admit_per_minute": ADMIT_PER_MINUTE,
        "max_active": MAX_ACTIVE,
        "pass_seconds": PASS_SECONDS,
    }
    await shop.call(
        cast.address, 200, "PATCH", f"/api/event/{event['id']}", token=cast.seller, body={"waiting_room": room}
    )
    return event


async def _buy(sale: Sale, token: str) -> None:
    """Simulate one buyer: join the queue, get a pass, hold a seat, pay."""
    await asyncio.sleep(random.uniform(0, RUSH_SECONDS))
    connection = await Connection.open(sale.cast.address)
    try:
        queue_pass = await _pass(sale, connection, token)
        if queue_pass is None:
            return
        subsections = shop.subsections_of(sale.event)
        random.shuffle(subsections)
        for subsection in subsections:
            section, number = subsection
            hold_request = {"event_id": sale.event["id"], "section": section, "subsection": number}
            hold_request |= {"seat_selection_mode": "best_available", "quantity": 1}
            request_bytes = request(
                "POST", "/api/booking", token=token, body=hold_request, headers={"X-Queue-Pass": queue_pass}
            )
            response = await sale.call(connection, request_bytes)
            if response.status == 201:
                booking_id = response.json()["id"]
                sale.held.append(booking_id)
                response = await sale.call(connection, shop.pay(booking_id, token))
                if response.status == 200:
                    sale.paid.append(booking_id)
                return
            if response.status != 409:
                sale.wrong.append(f"a hold got {response.status}: {response.body[:200]!r}")
                return
        sale.sold_out = True
    except ConnectionError as error:
        sale.wrong.append(str(error))
    finally:
        connection.close()


async def _pass(sale: Sale, connection: Connection, token: str) -> str | None:
    """Wait in the queue for a pass; return None if the event is sold out."""
    path = f"/api/event/{sale.event['id']}/queue"
    request_bytes = request("POST", path, token=token, body={})
    while not sale.sold_out:
        response = await sale.call(connection, request_bytes)
        if response.status != 200:
            sale.wrong.append(f"the queue returned {response.status}: {response.body[:200]!r}")
            return None
        position = response.json()
        if position["state"] == "admitted":
            return str(position["pass"])
        request_bytes = request("POST", path, token=token, body={"token": position["token"]})
        minimum, maximum = POLL_SECONDS
        await asyncio.sleep(min(maximum, max(minimum, position["eta_seconds"] or 0)) * random.uniform(0.8, 1.2))
    return None


async def _read(sale: Sale) -> None:
    """Simulate a visitor who only reads: the event, its map and the list, all the time."""
    connection = await Connection.open(sale.cast.address)
    paths = [f"/api/event/{sale.event['id']}", f"/api/event/{sale.event['id']}/seatmap", "/api/event"]
    while True:
        for path in paths:
            await sale.call(connection, request("GET", path), sale.reads)
            await asyncio.sleep(1 / READS_A_SECOND)


def _inject_fault(fault: str) -> None:
    """Kill Redis, or make the database refuse writes for REFUSED_SECONDS."""
    time.sleep(FAULT_AFTER)
    from django.conf import settings

    if fault == "redis":
        with redis.Redis.from_url(settings.REDIS_URL) as pubsub_server:
            os.kill(pubsub_server.info("server")["process_id"], signal.SIGKILL)
        return
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as server:
        server.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        server.execute("SELECT pg_reload_conf()")
        time.sleep(REFUSED_SECONDS)
        server.execute("SET default_transaction_read_only = off")
        server.execute("ALTER SYSTEM RESET default_transaction_read_only")
        server.execute("SELECT pg_reload_conf()")


def _figures(sale: Sale, fault: str | None) -> dict[str, float]:
    name = f"flash sale, {fault}" if fault else "flash sale"
    seconds = sale.calls.seconds
    figures = {f"{name}: seconds": seconds, f"{name}: calls (/s)": len(sale.latencies) / seconds}
    figures |= {f"{name}: p{share} (ms)": percentile(sale.latencies, share / 100) * 1000 for share in (50, 95, 99)}
    return figures | {
        f"{name}: 503 with Retry-After": float(sale.calls.statuses[503]),
        f"{name}: reads, p99 (ms)": sale.reads.percentile(0.99, 200),
        f"{name}: reads that were not 200": float(sale.reads.statuses.total() - sale.reads.statuses[200]),
        f"{name}: generator (% of a core)": sale.calls.cpu_share * 100,
    }


async def _outcome(sale: Sale, seats: int) -> list[str]:
    """Check in the seat map and the database that every seat is sold, once, and that confirmed bookings exist."""
    path = f"/api/event/{sale.event['id']}/seatmap"
    seat_map = (await shop.call(sale.cast.address, 200, "GET", path)).json()
    statuses = Counter("".join(row["seats"] for row in seat_map["sections"]))
    wrong = [] if statuses["s"] == seats else [f"{seats} seats have the statuses {dict(statuses)}"]
    return wrong + await asyncio.to_thread(_lost, sale)


def _lost(sale: Sale) -> list[str]:
    """Return the confirmed bookings that are missing, and the paid ones that are not paid."""
    from bookings.holds.models import Booking

    status = dict(Booking.objects.filter(event_id=sale.event["id"]).values_list("pk", "status"))
    found = {str(pk): state for pk, state in status.items()}
    lost = [f"booking {pk} got 201 and does not exist" for pk in sale.held if pk not in found]
    unpaid = [pk for pk in sale.paid if found.get(pk) != "paid"]
    return lost + [f"booking {pk} was confirmed as paid and is {found.get(pk)}" for pk in unpaid]


if __name__ == "__main__":
    main()
