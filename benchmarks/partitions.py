"""How many hash partitions should the tickets have? `python -m benchmarks.partitions [--rounds 3]`.

Rebuilds the table of a product of its own and of the scratch database in each layout, in turn, and measures the bare
hold, the hold over the API and the creation of an event in each.
"""

import time

import psycopg
import uvloop

from benchmarks import holds
from benchmarks.baselines import bare_hold
from benchmarks.tools import shop
from benchmarks.tools.command import command
from benchmarks.tools.report import Figures
from benchmarks.tools.shop import Cast

LAYOUTS = (0, 1, 4, 8, 16)  # 0: a plain table

COPY = """
    CREATE TABLE copy (LIKE events_ticket INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES) {layout};
    ALTER TABLE copy ADD FOREIGN KEY (event_id, subsection_id) REFERENCES events_subsection (event_id, id)
"""
PARTITION = """
    CREATE TABLE copy_{number} PARTITION OF copy
    FOR VALUES WITH (MODULUS {partitions}, REMAINDER {number}) WITH (fillfactor = 75)
"""
REPLACE = """
    INSERT INTO copy SELECT * FROM events_ticket;
    DROP TABLE events_ticket;
    ALTER TABLE copy RENAME TO events_ticket
"""
RENAME = "ALTER TABLE copy_{number} RENAME TO events_ticket_{number}"
TRIGGER = """
    CREATE TRIGGER count_tickets AFTER UPDATE ON {table}
    REFERENCING OLD TABLE AS before_update NEW TABLE AS after_update
    FOR EACH STATEMENT EXECUTE FUNCTION events_count_tickets()
"""


def main() -> None:
    """Measure every layout in every round; publish medians and spread."""
    with command("partitions", __doc__, rounds=3, own=True) as bench, bare_hold.scratch_database() as url:
        bench.report.note(postgres=bare_hold.server_settings(url))
        for _ in bench.rounds:
            cast = shop.sign_in(bench.address)
            for partitions in LAYOUTS:
                bench.report.add(_figures(cast, url, partitions))


def _figures(cast: Cast, url: str, partitions: int) -> Figures:
    """Measure one layout, in the product's database and in the scratch database."""
    from django.conf import settings

    repartition(settings.DATABASE_URL, partitions)
    repartition(url, partitions)
    name = f"{partitions} partitions" if partitions else "plain table"
    started = time.perf_counter()
    event = uvloop.run(shop.create(cast, shop.arena()))
    seconds = time.perf_counter() - started
    uvloop.run(shop.retire(cast, event))
    rate = uvloop.run(holds.product(holds.MANY_SUBSECTIONS, cast)).rate(201)
    arena = bare_hold.new_event(url, shop.arena())
    return {
        f"{name}: create 50,000 seats (s)": seconds,
        f"{name}: holds (/s)": rate,
        f"{name}: bare SQL holds (/s)": bare_hold.holds_per_second(url, arena, holds=holds.MANY_SUBSECTIONS.bare_holds),
    }


def repartition(url: str, partitions: int) -> None:
    """Rebuild the table of tickets, with all its data and triggers, with this many hash partitions (0: none)."""
    numbers = range(partitions)
    layout = "PARTITION BY HASH (event_id)" if partitions else "WITH (fillfactor = 75)"
    tables = ["events_ticket", *(f"events_ticket_{number}" for number in numbers)]
    statements = [
        COPY.format(layout=layout),
        *(PARTITION.format(number=number, partitions=partitions) for number in numbers),
        REPLACE,
        *(RENAME.format(number=number) for number in numbers),
        *(TRIGGER.format(table=table) for table in tables),
    ]
    with psycopg.connect(url) as connection:
        connection.execute(";".join(statements).encode())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE events_ticket")


if __name__ == "__main__":
    main()
