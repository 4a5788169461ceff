"""Fixtures for all tests: users, a concert on sale, `hold()` and `paid_booking()`."""

import gzip
import hashlib
import json
import math
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
import redis
import stamina
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import OperationalError, connection
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from bookings.holds.hold import hold_seats
from bookings.holds.hold_request import HoldRequest
from bookings.holds.models import Booking
from bookings.payments.pay import pay_booking
from bookings.states import SelectionMode
from bookings.testing.plans import GALA, PRICES
from bookings.testing.wallets import make_wallet_settings
from core import counters, feature_switches, read_only
from core.redis import breaker, client
from events.catalog import handlers
from events.catalog.microcache import MicroCache
from events.lifecycle.create import create_event
from events.models import Event
from events.pictures.backend import media_storage
from events.plan_models import PlanVersion, SeatingPlan
from events.plans.document import read_plan
from events.plans.geometry import geometry_of
from events.seating.configuration import read_seating
from events.seating.drawn import used_categories
from events.seating.plan_choice import PlanChoice
from events.venue_models import Venue

pytest_plugins = ["realtime.tests.servers"]

# A slow machine is no failure, and examples may share the fixtures of a test.
SUPPRESSED_CHECKS = [hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture]
hypothesis.settings.register_profile("project", deadline=None, suppress_health_check=SUPPRESSED_CHECKS)
hypothesis.settings.load_profile("project")

PASSWORD = "correct-horse-battery"
# A small hall: curved rows with an aisle and a missing seat, seats of several categories and kinds, tables and a
# standing area.
HALL: dict[str, Any] = {
    "format": 1,
    "name": "Great Hall",
    "focal_point": {"x": 0, "y": 0},
    "categories": [{"name": "Stalls"}, {"name": "Balcony"}, {"name": "Tables"}, {"name": "Standing"}],
    "sections": [
        {
            "name": "Parkett links",
            "subsections": [
                {
                    "category": "Stalls",
                    "x": 0,
                    "y": 500,
                    "grid": {
                        "rows": 4,
                        "seats": [5, 6, 8, 8],
                        "radius": 900,
                        "aisles": [3],
                        "missing": [[4, 1]],
                        "places": [
                            {"row": 1, "seat": 1, "kind": "wheelchair"},
                            {"row": 1, "seat": 2, "kind": "companion"},
                            {"row": 3, "seat": 8, "kind": "restricted", "note": "Behind a pillar."},
                            {"row": 4, "seat": 8, "kind": "house"},
                            {"row": 4, "seat": 7, "category": "Balcony"},
                        ],
                    },
                },
                {"category": "Balcony", "x": 0, "y": 1500, "grid": {"rows": 2, "seats": 10}},
            ],
        },
        {
            "name": "Cabaret",
            "subsections": [
                {
                    "category": "Tables",
                    "x": 1500,
                    "y": 500,
                    "tables": [
                        {"label": "T1", "x": 0, "y": 0, "seats": 4, "sold": "whole"},
                        {"label": "T2", "x": 300, "y": 0, "seats": 6},
                        {"label": "T3", "x": 0, "y": 300, "seats": 4, "sold": "whole"},
                    ],
                }
            ],
        },
        {
            "name": "Floor",
            "subsections": [
                {
                    "category": "Standing",
                    "x": 0,
                    "y": 200,
                    "standing": {"capacity": 12, "outline": [[-300, 0], [300, 0], [300, 200], [-300, 200]]},
                }
            ],
        },
    ],
    "drawings": [{"role": "stage", "text": "Stage", "x": 0, "y": 0, "width": 800, "height": 200}],
}
GOOD_CARD = "4242424242424242"
# Postgres needs a second to find a deadlock, and the reader may come back for as long as its viewer is there.
FLUSH = stamina.RetryingCaller(attempts=12, timeout=60, wait_initial=0.1, wait_max=2)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Let transactional tests truncate all tables: the audit log, too, and again after a deadlock.

    A server of the test run may still read for a viewer of the last test, and so hold tables that are truncated later.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_seatchange DISABLE TRIGGER append_only_truncate")
    truncate = connection.ops.execute_sql_flush

    def truncate_again_after_a_deadlock(sql_list: Iterable[str]) -> None:
        FLUSH(OperationalError, truncate, sql_list)

    connection.ops.execute_sql_flush = truncate_again_after_a_deadlock  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def password_hash() -> str:
    """Hashed once, because hashing deliberately takes a fifth of a second."""
    return make_password(PASSWORD)


@pytest.fixture
def new_user(db: None, password_hash: str) -> Callable[..., User]:
    """A function that creates a user with this name and further fields."""

    def make(name: str, role: str = "buyer", **fields: Any) -> User:
        fields.setdefault("is_staff", role == "seller")
        return User.objects.create(
            email=f"{name}@example.com", name=name.title(), role=role, password=password_hash, **fields
        )

    return make


@pytest.fixture
def alice(new_user: Callable[..., User]) -> User:
    """A buyer."""
    return new_user("alice")


@pytest.fixture
def bob(new_user: Callable[..., User]) -> User:
    """Another buyer."""
    return new_user("bob")


@pytest.fixture
def carol(new_user: Callable[..., User]) -> User:
    """A seller."""
    return new_user("carol", role="seller", is_verified=True)


@pytest.fixture
def dave(new_user: Callable[..., User]) -> User:
    """Another seller."""
    return new_user("dave", role="seller", is_verified=True)


@pytest.fixture
def olga(new_user: Callable[..., User]) -> User:
    """An operator."""
    return new_user("olga", is_staff=True, is_superuser=True)


@pytest.fixture(scope="session")
def wallet_settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Settings of both wallets, signed by a certificate authority that only this test run has."""
    return make_wallet_settings(tmp_path_factory.mktemp("wallets"))


@pytest.fixture
def wallets(settings: Any, wallet_settings: dict[str, str]) -> dict[str, str]:
    """A shop that makes tickets for both wallets."""
    for name, value in wallet_settings.items():
        setattr(settings, name, value)
    return wallet_settings


@pytest.fixture
def client_of() -> Callable[[User | None], APIClient]:
    """An API client signed in as the user; anonymous for None."""

    def make(user: User | None) -> APIClient:
        client = APIClient()
        if user is not None:
            client.force_login(user)
        return client

    return make


@pytest.fixture
def seller_client(client: Client, carol: User) -> Client:
    """A browser signed in as Carol, for the seller admin."""
    client.force_login(carol)
    return client


@pytest.fixture
def new_event(carol: User) -> Callable[..., Event]:
    """A function that creates an event of Carol's.

    `sections` is as in a seating configuration; the default is 2 × 2 subsections of 5 × 10 seats.
    """

    def make(sections: list[dict[str, Any]] | None = None, *, rows: int = 5, cols: int = 10, **fields: Any) -> Event:
        config = {
            "rows": rows,
            "cols": cols,
            "sections": sections
            or [{"name": "A", "price": 5000, "subsections": 2}, {"name": "B", "price": 2000, "subsections": 2}],
        }
        texts = {"name": "A concert", "description": "An evening.", "venue_name": "The hall"}
        seating = read_seating(config, max_seats=200_000)
        return create_event(**{"seller": carol, "seating": seating, **texts, **fields})

    return make


@pytest.fixture
def new_plan_version(carol: User) -> Callable[..., PlanVersion]:
    """A function that publishes a version of a seating plan of Carol's; the document is that of `HALL` by default.

    With `plan`, it is a further version of that plan.
    """

    def make(document: dict[str, Any] | None = None, plan: SeatingPlan | None = None) -> PlanVersion:
        if plan is None:
            venue, _ = Venue.objects.get_or_create(seller=carol, name="Opera House", time_zone="Europe/Berlin")
            plan = SeatingPlan.objects.create(venue=venue, name=f"Great Hall {venue.plans.count() + 1}")
        laid_out = read_plan(HALL if document is None else document, max_places=200_000)
        geometry = json.dumps(geometry_of(laid_out)).encode()
        return PlanVersion.objects.create(
            plan=plan,
            number=plan.versions.count() + 1,
            document=HALL if document is None else document,
            geometry=gzip.compress(geometry),
            digest=hashlib.sha256(geometry).hexdigest(),
            places=laid_out.size,
        )

    return make


@pytest.fixture
def new_drawn_event(carol: User, new_plan_version: Callable[..., PlanVersion]) -> Callable[..., Event]:
    """A function that creates an event of Carol's with a seating plan; by default that of `HALL`.

    Every category costs 10.00, or what `prices` says.
    """

    def make(
        document: dict[str, Any] | None = None,
        *,
        version: PlanVersion | None = None,
        prices: dict[str, int] | None = None,
        **fields: Any,
    ) -> Event:
        version = version or new_plan_version(document)
        names = used_categories(read_plan(version.document, max_places=200_000))
        seating = PlanChoice(version.pk, dict.fromkeys(names, 1000) | (prices or {}), 200_000)
        texts = {"name": "A drawn concert", "description": "An evening."}
        return create_event(**{"seller": carol, "seating": seating, **texts, **fields})

    return make


@pytest.fixture
def opera(new_drawn_event: Callable[..., Event]) -> Event:
    """An event on sale in the hall `HALL`: Stalls 50.00, Balcony 30.00, Tables 40.00, Standing 15.00."""
    return new_drawn_event(prices={"Stalls": 5000, "Balcony": 3000, "Tables": 4000, "Standing": 1500})


@pytest.fixture
def gala(new_drawn_event: Callable[..., Event]) -> Event:
    """An event on sale in the hall `GALA`, with seats such as AA-101: 95.00, 45.00, and 35.00 to stand."""
    return new_drawn_event(GALA, prices=PRICES)


@pytest.fixture
def concert(new_event: Callable[..., Event]) -> Event:
    """An event on sale: sections A (50.00) and B (20.00), two subsections each, 5 rows of 10 seats."""
    return new_event()


@pytest.fixture
def hold(concert: Event) -> Callable[..., Booking]:
    """A function that holds seats in the concert's subsection A-1: named ones, or the best `quantity`."""

    def make(buyer: User, *seats: str, quantity: int = 2, event: Event | None = None, **hold_request: Any) -> Booking:
        named = {"mode": SelectionMode.MANUAL, "quantity": len(seats), "seats": list(seats)}
        best = {"mode": SelectionMode.BEST_AVAILABLE, "quantity": quantity}
        where = {"event_id": (event or concert).pk, "section": "A", "subsection": 1}
        return hold_seats(
            buyer_id=buyer.pk, hold_request=HoldRequest(**{**where, **(named if seats else best), **hold_request})
        )

    return make


@pytest.fixture
def paid_booking(hold: Callable[..., Booking]) -> Callable[..., Booking]:
    """A function that holds seats and pays; its arguments are those of `hold`."""

    def make(buyer: User, *seats: str, **hold_request: Any) -> Booking:
        booking = hold(buyer, *seats, **hold_request)
        return pay_booking(booking_id=booking.pk, buyer_id=buyer.pk, card_number=GOOD_CARD).booking

    return make


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    """The folder of pictures, empty."""
    folder = tmp_path / "media"
    settings.STORAGES = settings.STORAGES | {"default": media_storage("", folder)}
    return folder


@pytest.fixture
def state_redis() -> Iterator[redis.Redis]:
    """The Redis of limits, queues and bot signals, empty; this connection bypasses the circuit breaker."""
    with redis.Redis.from_url(settings.REDIS_STATE_URL) as redis_connection:
        redis_connection.flushdb()
        yield redis_connection
        redis_connection.flushdb()


@pytest.fixture
def no_numbers(state_redis: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reset the counters, and send them only when `counters.flush` is called."""
    monkeypatch.setattr(counters, "_process", counters._Process())
    monkeypatch.setattr(counters._Process, "_start_thread", lambda self: None)


@pytest.fixture
def use_redis(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """A function that replaces the Redis client's server (or points it to none) until the end of the test."""

    def use(url: str) -> None:
        new = redis.ConnectionPool.from_url(url).connection_kwargs
        options = client().connection_pool.connection_kwargs | {"password": None} | new
        monkeypatch.setattr(counters, "flush", lambda: None)  # no background thread uses Redis meanwhile
        monkeypatch.setattr(client(), "connection_pool", redis.ConnectionPool(**options))
        breaker.close()

    yield use
    breaker.close()


@pytest.fixture(autouse=True)
def nothing_switched(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Turn off all feature switches.

    The process does not read them from the database, which would be one query a second.
    """
    monkeypatch.setattr(feature_switches, "LIFE_SECONDS", math.inf)
    yield
    feature_switches.forget()
    read_only.forget()


@pytest.fixture(autouse=True)
def no_microcache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the event list, events and maps anew for each request: tests change rows faster than responses expire."""
    disabled = MicroCache(life=0, wait=handlers.WAIT_SECONDS, entries=handlers.CACHE_ENTRIES, size=handlers.CACHE_BYTES)
    monkeypatch.setattr(handlers, "cache", disabled)


@pytest.fixture
def round_trips(db: None, monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """A list that grows by one item with each round trip to the database, with Django's cursors or without."""
    trips: list[None] = []
    wait = psycopg.Connection.wait

    def count(self: Any, *args: Any, **kwargs: Any) -> Any:
        trips.append(None)
        return wait(self, *args, **kwargs)

    monkeypatch.setattr(psycopg.Connection, "wait", count)
    return trips
