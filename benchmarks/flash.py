"""A flash sale: 2,000 buyers for 200 seats, all of them through the waiting room.

`python -m benchmarks.flash [--clients 2000] [--seats 200] [--fault redis | read-only]` exits 1 unless every seat was
sold once, every booking that was answered 2xx is there, and no answer was a 5xx other than 503 with Retry-After. With a
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

from benchmarks import shop
from benchmarks.client import Answer, Connection, request
from benchmarks.report import Report
from benchmarks.sellout import broken_invariants
from benchmarks.shop import Cast
from benchmarks.stage import stage
from benchmarks.tally import Tally, percentile

ADMIT_PER_MINUTE = 3_000
MAX_ACTIVE = 400
PASS_SECONDS = 120
RUSH_SECONDS = 5  # in which all of them come
LOOK_SECONDS = (2, 10)  # between two looks of one buyer at his place: the less often, the longer it will take
FAULT_AFTER = 3.0  # seconds from the start
REFUSED_SECONDS = 20
READS_A_SECOND = 10
LIMIT_SECONDS = 240
BLOCK = (5, 10)  # rows, cols


@dataclass(slots=True)
class Sale:
    """What is going on: the event, what was answered, and what buyers were promised."""

    cast: Cast
    event: dict[str, Any]
    calls: Tally = field(default_factory=Tally)
    latencies: list[float] = field(default_factory=list)  # of all calls of buyers, in seconds
    reads: Tally = field(default_factory=Tally)
    held: list[str] = field(default_factory=list)
    paid: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    sold_out: bool = False

    async def call(self, connection: Connection, said: bytes, tally: Tally | None = None) -> Answer:
        """One call of a buyer, timed; 503 waits as it is told to and is said again."""
        while True:
            started = time.perf_counter()
            answer = await connection.send(said)
            took = time.perf_counter() - started
            (tally or self.calls).note(answer.status, took)
            if tally is None:
                self.latencies.append(took)
            if answer.status < 500:
                return answer
            if answer.status != 503 or not answer.header("Retry-After"):
                self.wrong.append(f"{answer.status}: {answer.body[:200]!r}")
                return answer
            await asyncio.sleep(float(answer.header("Retry-After") or 1) * random.uniform(1, 1.5))


def main() -> None:
    """Sells, prints the figures, and exits 1 with what is wrong, if something is."""
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
        sys.exit("\n".join(["NOT as it must be:", *wrong[:20]]))


async def sell(cast: Cast, seats: int, fault: str | None, report: Report) -> list[str]:
    """Everybody joins, is let in, takes one seat and pays, until there are none; returns what is wrong."""
    sale = Sale(cast, await _event(cast, seats))
    started, cpu = time.perf_counter(), time.process_time()
    async with asyncio.timeout(LIMIT_SECONDS), asyncio.TaskGroup() as group:
        helpers = [group.create_task(_read(sale))]
        if fault:
            helpers.append(group.create_task(asyncio.to_thread(_break, fault)))
        buyers = [group.create_task(_buy(sale, token)) for token in cast.buyers]
        await asyncio.wait(buyers)
        helpers[0].cancel()
    sale.calls.seconds = sale.reads.seconds = time.perf_counter() - started
    sale.calls.cpu_share = (time.process_time() - cpu) / sale.calls.seconds
    report.note(clients=len(cast.buyers), seats=seats, fault=fault or "none", statuses=dict(sale.calls.statuses))
    report.add(_figures(sale, fault))
    return sale.wrong + await _outcome(sale, seats)


async def _event(cast: Cast, seats: int) -> dict[str, Any]:
    rows, cols = BLOCK
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
    """One buyer: in line, through the door, a seat, the money."""
    await asyncio.sleep(random.uniform(0, RUSH_SECONDS))
    connection = await Connection.open(sale.cast.address)
    try:
        leave = await _pass(sale, connection, token)
        if leave is None:
            return
        blocks = shop.blocks_of(sale.event)
        random.shuffle(blocks)
        for block in blocks:
            section, number = block
            wish = {"event_id": sale.event["id"], "section": section, "subsection": number}
            wish |= {"seat_selection_mode": "best_available", "quantity": 1}
            said = request("POST", "/api/booking", token=token, body=wish, headers={"X-Queue-Pass": leave})
            answer = await sale.call(connection, said)
            if answer.status == 201:
                booking_id = answer.json()["id"]
                sale.held.append(booking_id)
                answer = await sale.call(connection, shop.pay(booking_id, token))
                if answer.status == 200:
                    sale.paid.append(booking_id)
                return
            if answer.status != 409:
                sale.wrong.append(f"a hold was answered {answer.status}: {answer.body[:200]!r}")
                return
        sale.sold_out = True
    except ConnectionError as error:
        sale.wrong.append(str(error))
    finally:
        connection.close()


async def _pass(sale: Sale, connection: Connection, token: str) -> str | None:
    """Waits in line for the pass; None once there is nothing to wait for."""
    path = f"/api/event/{sale.event['id']}/queue"
    said = request("POST", path, token=token, body={})
    while not sale.sold_out:
        answer = await sale.call(connection, said)
        if answer.status != 200:
            sale.wrong.append(f"the queue answered {answer.status}: {answer.body[:200]!r}")
            return None
        standing = answer.json()
        if standing["state"] == "admitted":
            return str(standing["pass"])
        said = request("POST", path, token=token, body={"token": standing["token"]})
        least, most = LOOK_SECONDS
        await asyncio.sleep(min(most, max(least, standing["eta_seconds"] or 0)) * random.uniform(0.8, 1.2))
    return None


async def _read(sale: Sale) -> None:
    """Somebody who only looks: the event and its map, all the time."""
    connection = await Connection.open(sale.cast.address)
    paths = [f"/api/event/{sale.event['id']}", f"/api/event/{sale.event['id']}/seatmap", "/api/event"]
    while True:
        for path in paths:
            await sale.call(connection, request("GET", path), sale.reads)
            await asyncio.sleep(1 / READS_A_SECOND)


def _break(fault: str) -> None:
    time.sleep(FAULT_AFTER)
    from django.conf import settings

    if fault == "redis":
        with redis.Redis.from_url(settings.REDIS_URL) as server_of_news:
            os.kill(server_of_news.info("server")["process_id"], signal.SIGKILL)
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
    """By the seat map and the database: all seats are taken, none twice; what was answered 2xx is there."""
    path = f"/api/event/{sale.event['id']}/seatmap"
    seat_map = (await shop.call(sale.cast.address, 200, "GET", path)).json()
    letters = Counter("".join(row["seats"] for row in seat_map["sections"]))
    wrong = [] if letters["s"] == seats else [f"of {seats} seats {dict(letters)}"]
    return wrong + await asyncio.to_thread(_lost, sale)


def _lost(sale: Sale) -> list[str]:
    from bookings.models import Booking

    status = dict(Booking.objects.filter(event_id=sale.event["id"]).values_list("pk", "status"))
    found = {str(pk): state for pk, state in status.items()}
    lost = [f"booking {pk} was answered 201 and is not there" for pk in sale.held if pk not in found]
    unpaid = [pk for pk in sale.paid if found.get(pk) != "paid"]
    return lost + [f"booking {pk} was answered paid and is {found.get(pk)}" for pk in unpaid]


if __name__ == "__main__":
    main()
