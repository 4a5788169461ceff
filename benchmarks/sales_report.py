"""The cost of the seller's report: `python -m benchmarks.sales_report [--rounds 15]`, on a Postgres of its own.

Two events of 50,000 seats were sold seat by seat within a day, in 100,000 changes each; the report is about one of
them. In turn with it, as a baseline, one bare query sums the seats of the same 100,000 changes.
"""

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import psycopg

from benchmarks.baselines.bare_hold import HERE
from benchmarks.tools import shop
from benchmarks.tools.command import rounds_of
from benchmarks.tools.report import Figures
from benchmarks.tools.stage import own_services

if TYPE_CHECKING:
    from accounts.models import User
    from events.models import Event

ADD_UP = """
    SELECT sum(cardinality(c.positions)) FROM events_seatchange c
    WHERE c.subsection_id = ANY (ARRAY(SELECT id FROM events_subsection WHERE event_id = %s))
"""


def main() -> None:
    """Sell both events, read the report in rounds; publish medians and spread."""
    with rounds_of("sales_report", __doc__, rounds=15) as (report, rounds), own_services():
        from accounts.models import User

        seller = User.objects.create(email=shop.SELLER, name="Seller", role="seller", password="!")
        _sold_event(seller)
        event = _sold_event(seller)
        with _connect() as bare:
            bare.execute("VACUUM ANALYZE")  # as autovacuum would have done by then
            _one_round(event, bare)  # warm-up
            for _ in rounds:
                report.add(_one_round(event, bare))


def _one_round(event: "Event", bare: psycopg.Connection[Any]) -> Figures:
    """Measure the report without web server and session, its queries, and the live frame, which covers an hour."""
    from django.db import connection
    from rest_framework.test import APIRequestFactory, force_authenticate

    from bookings.reports.api import EventAnalytics
    from bookings.reports.feed import report_frame

    figures: Figures = {}

    def timed(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        started = time.perf_counter()
        result = execute(sql, *arguments)
        table = re.search(r'FROM "(\w+)"', sql)
        figures[f"sales report: {table[1] if table else 'clock'} (ms)"] = (time.perf_counter() - started) * 1000
        return result

    request = APIRequestFactory().get("/")
    force_authenticate(request, event.seller)
    with connection.execute_wrapper(timed):
        whole = _milliseconds(lambda: EventAnalytics.as_view()(request, event_id=event.pk).render())
    frame = _milliseconds(lambda: report_frame(event))
    baseline = _milliseconds(lambda: bare.execute(ADD_UP, [event.pk]).fetchone())
    return {
        "sales report (ms)": whole,
        **figures,
        "live frame (ms)": frame,
        "bare sum of its changes (ms)": baseline,
        "sales report / bare sum": whole / baseline,
        "live frame / bare sum": frame / baseline,
    }


def _milliseconds(function: Callable[[], object]) -> float:
    started = time.perf_counter()
    function()
    return (time.perf_counter() - started) * 1000


def _sold_event(seller: "User") -> "Event":
    from events.lifecycle.create import create_event
    from events.seating.configuration import read_seating

    fields = shop.arena()
    seating = read_seating(fields.pop("seating_config"), max_seats=50_000)
    event = create_event(seller=seller, seating=seating, **fields)
    with _connect() as connection:
        connection.execute((HERE / "sale.sql").read_bytes())
        connection.execute("SELECT pg_temp.bench_sale(%s, %s)", [event.pk, seller.pk])
    return event


def _connect() -> psycopg.Connection[Any]:
    from django.conf import settings

    return psycopg.connect(settings.DATABASE_URL, autocommit=True)


if __name__ == "__main__":
    main()
