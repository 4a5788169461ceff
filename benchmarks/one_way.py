"""What the fast path and the SQL functions gain: `python -m benchmarks.one_way [--rounds 5] [--checkout DIR]`.

Measures variants of the web process, each with one worker, on the same Postgres and Valkey. Each kind of call is
measured for each variant in turn, in short slices; every round begins with another variant:

- fast path: the product's own application;
- REST framework: the same handlers, behind Django's middleware and the views of the REST framework;
- REST framework, ORM: the same, but a hold takes about twelve statements instead of one database function.

`--checkout` adds the application of another checkout of the product (for example, an earlier version) with a database
of its own, made by that checkout's migrations. `--only` measures just these variants. CPU is that of the web process,
so neither Postgres nor other load on the machine counts.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice, repeat
from pathlib import Path
from typing import Any

import psutil
import psycopg
import uvloop
from psycopg import sql

from benchmarks.holds import hold_requests
from benchmarks.tools import shop
from benchmarks.tools.client import Address, Connection, request
from benchmarks.tools.load import Client, closed_loop, shared
from benchmarks.tools.report import Figures, Report
from benchmarks.tools.server import running
from benchmarks.tools.shop import Cast
from benchmarks.tools.stage import CHECKOUT, own_services
from benchmarks.tools.tally import Tally
from ticketing.embedded.state import free_port

CLIENTS = 8
BUYERS = 60
HOLDS, QUEUE_CALLS, READS = 1_000, 1_000, 8_000  # calls per slice; each hold is also paid
LIST = 20  # events per page
OTHER_DATABASE = "other_checkout"
OTHER_REDIS = 9  # database number
MIGRATION_SECONDS = 120
FAST, VIEWS, ORM = "fast path", "REST framework", "REST framework, ORM"


@dataclass(slots=True)
class Variant:
    """A web process, its name in the figures and its address; in a round also its users and their holds."""

    name: str
    process: psutil.Process
    address: Address
    cast: Cast = field(init=False)
    event: dict[str, Any] = field(init=False)
    queue: dict[str, Any] = field(init=False)
    held: list[tuple[str, str]] = field(default_factory=list)  # booking and its buyer's token

    def cpu_seconds(self) -> float:
        """Return the CPU seconds that its worker has used."""
        times = [child.cpu_times() for child in self.process.children(recursive=True)]
        return float(sum(time.user + time.system for time in times))


Slice = Callable[[Variant], Awaitable[Tally]]


def main() -> None:
    """Measure in rounds; publish medians and spread."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.one_way", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--checkout", type=Path, help="another checkout, measured as well")
    parser.add_argument("--only", nargs="+", help="the names of the variants to measure (default: all)")
    options = parser.parse_args()
    report = Report()
    try:
        with own_services(), start_variants(options.checkout, options.only) as variants:
            uvloop.run(one_round(variants))  # a warm-up that does not count
            for number in range(1, options.rounds + 1):
                print(f"round {number} of {options.rounds}", flush=True)
                variants = variants[1:] + variants[:1]
                report.add(uvloop.run(one_round(variants)))
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        sys.exit(f"Can't measure: {error}")
    report.publish("one_way")


@contextmanager
def start_variants(checkout: Path | None, only: list[str] | None) -> Iterator[list[Variant]]:
    """Run the web processes; yield them. Their databases have the demo's seller and the benchmark's buyers."""
    from django.conf import settings

    own = {"DATABASE_URL": settings.DATABASE_URL, "REDIS_URL": settings.REDIS_URL, "SECRET_KEY": settings.SECRET_KEY}
    applications = [
        (FAST, "ticketing.wsgi:application", CHECKOUT, own),
        (VIEWS, "benchmarks.baselines.one_way_app:application", CHECKOUT, own),
        (ORM, "benchmarks.baselines.one_way_app:application", CHECKOUT, own | {"ONE_WAY_STATEMENTS": "orm"}),
    ]
    if checkout is not None:
        applications.append((str(checkout), "ticketing.wsgi:application", checkout, own | _other_services()))
    chosen = [application for application in applications if only is None or application[0] in only]
    with ExitStack() as stack:
        for folder, services in {folder: services for _, _, folder, services in chosen}.items():
            for command in ("migrate", "seed_demo"):
                _manage(folder, command, **services)
        variants = [_start(stack, *application) for application in chosen]
        for variant in variants:
            uvloop.run(_register(variant))
        yield variants


def _other_services() -> dict[str, str]:
    """Create a database for another checkout on the same server; return its environment."""
    from django.conf import settings

    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(OTHER_DATABASE)))
    database, redis = (url.rpartition("/")[0] for url in (settings.DATABASE_URL, settings.REDIS_URL))
    return {"DATABASE_URL": f"{database}/{OTHER_DATABASE}", "REDIS_URL": f"{redis}/{OTHER_REDIS}"}


def _manage(checkout: Path, command: str, **environment: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=checkout,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        timeout=MIGRATION_SECONDS,
        check=True,
    )


def _start(stack: ExitStack, name: str, application: str, checkout: Path, environment: dict[str, str]) -> Variant:
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", "8", "--backlog", "4096", "--log-level", "warning", application]
    process = stack.enter_context(running(command, port, checkout, LOG_LEVEL="WARNING", **environment))
    return Variant(name, process, ("127.0.0.1", port))


async def _register(variant: Variant) -> None:
    """Register the buyers over the API, because another checkout may have other tables."""
    people = [{"email": email, "name": "Ben Bench", "role": "buyer", "password": shop.PASSWORD} for email in _emails()]
    requests = [request("POST", "/api/user", body=person) for person in people]
    tally = await closed_loop(variant.address, shared(requests, CLIENTS))
    tally.expect(201, 409)  # 409: a variant on the same database has registered them


def _emails() -> list[str]:
    return [f"way{number}@example.com" for number in range(BUYERS)]


async def _sign_in(variant: Variant) -> Cast:
    connection = await Connection.open(variant.address)
    tokens = []
    for email in [shop.SELLER, *_emails()]:
        credentials = {"email": email, "password": shop.PASSWORD}
        response = await connection.send(request("POST", "/api/user/token", body=credentials))
        if response.status != 200:
            raise RuntimeError(f"{email} can't sign in: {response.body[:500]!r}")
        tokens.append(response.json()["access"])
    connection.close()
    return Cast(variant.address, tokens[0], tokens[1:])


async def one_round(variants: list[Variant]) -> Figures:
    """Measure one slice of each kind of call with each variant."""
    for variant in variants:
        await _prepare(variant)
    slices: dict[str, Slice] = {
        "hold": _hold,
        "pay": _pay,
        "join queue": _join,
        "queue position": _position,
        "event list": lambda variant: _read(variant, f"/api/event?page_size={LIST}"),
        "event detail": lambda variant: _read(variant, f"/api/event/{variant.event['id']}"),
        "seat map": lambda variant: _read(variant, f"/api/event/{variant.event['id']}/seatmap"),
    }
    figures: Figures = {}
    for name, slice_ in slices.items():
        for variant in variants:
            figures |= await _measured(name, variant, slice_)
    return figures


async def _prepare(variant: Variant) -> None:
    """Sign in and create events of a new round; the old ones go off the list."""
    variant.cast = await _sign_in(variant)
    for old in (await shop.call(variant.address, 200, "GET", f"/api/event?page_size={LIST}")).json()["results"]:
        if old["name"].startswith("Benchmark"):
            await shop.retire(variant.cast, old)
    variant.event = await shop.create(variant.cast, shop.arena())
    room = {"enabled": True, "admit_per_minute": 1, "max_active": 1}
    variant.queue = await shop.create(variant.cast, shop.hot_subsection() | {"waiting_room": room})
    for _ in range(LIST - 2):
        await shop.create(variant.cast, shop.hot_subsection())


async def _measured(name: str, variant: Variant, slice_: Slice) -> Figures:
    before = variant.cpu_seconds()
    tally = await slice_(variant)
    calls = tally.statuses.total()
    cpu = (variant.cpu_seconds() - before) / calls
    return {
        f"{name}, {variant.name} (/s)": calls / tally.seconds,
        f"{name}, {variant.name}: CPU of web (ms)": cpu * 1000,
    }


async def _hold(variant: Variant) -> Tally:
    variant.held.clear()
    buyers = islice(cycle(variant.cast.buyers), HOLDS)
    holds = zip(hold_requests(variant.event, variant.cast.buyers, HOLDS), buyers, strict=True)

    def client() -> Client:
        for hold, token in holds:
            response = yield hold
            if response.status == 201:
                variant.held.append((response.json()["id"], token))

    return await _loop(variant, [client() for _ in range(CLIENTS)], 201)


async def _pay(variant: Variant) -> Tally:
    payments = [shop.pay(booking, token) for booking, token in variant.held]
    return await _loop(variant, shared(payments, CLIENTS), 200)


async def _join(variant: Variant) -> Tally:
    return await _queue(variant, "POST")


async def _position(variant: Variant) -> Tally:
    return await _queue(variant, "GET")


async def _queue(variant: Variant, method: str) -> Tally:
    path = f"/api/event/{variant.queue['id']}/queue"
    asked = [request(method, path, token=token, body={} if method == "POST" else None) for token in variant.cast.buyers]
    return await _loop(variant, shared(islice(cycle(asked), QUEUE_CALLS), CLIENTS), 200)


async def _read(variant: Variant, path: str) -> Tally:
    reads = repeat(request("GET", path, headers={"Accept-Encoding": "gzip"}), READS)
    return await _loop(variant, shared(reads, CLIENTS), 200)


async def _loop(variant: Variant, clients: Iterable[Client], expected: int) -> Tally:
    tally = await closed_loop(variant.address, clients)
    tally.expect(expected)
    return tally


if __name__ == "__main__":
    main()
