"""Into how many hash partitions should the tickets go? `python -m benchmarks.partitions [--rounds 3]`.

Rebuilds the table of a product of its own and of the scratch database in each layout, in turn, and measures the bare
hold, the hold over the API and the creation of an event in each.
"""

import argparse
import functools
import sys

import psycopg
import uvloop

from benchmarks import bare_hold, measures, shop
from benchmarks.__main__ import BUYERS, PGBENCH_CLIENTS, PGBENCH_HOLDS
from benchmarks.client import Address
from benchmarks.report import Report
from benchmarks.stage import stage

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
    """Measures every layout in every round and publishes medians and spread."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.partitions", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, choices=range(1, 6), metavar="1–5")
    rounds = parser.parse_args().rounds
    report = Report()
    try:
        with stage(own=True) as address:
            run(address, rounds, report)
    except RuntimeError as error:
        sys.exit(f"Can't measure: {error}")


def run(address: Address, rounds: int, report: Report) -> None:
    """Each round takes every layout once."""
    seller, *buyers = uvloop.run(shop.sign_in(address, [shop.SELLER, *shop.make_buyers(BUYERS)]))
    from django.conf import settings

    with bare_hold.scratch_database() as url:
        report.note(postgres=bare_hold.server_settings(url))
        for number in range(rounds):
            print(f"round {number + 1} of {rounds}", flush=True)
            for partitions in LAYOUTS:
                repartition(settings.DATABASE_URL, partitions)
                repartition(url, partitions)
                name = f"{partitions} partitions" if partitions else "plain table"
                figures = uvloop.run(_product(address, seller, buyers))
                limit = functools.partial(bare_hold.holds_per_second, url, clients=PGBENCH_CLIENTS)
                figures["bare SQL holds (/s)"] = limit(event_id=bare_hold.new_arena(url), holds=PGBENCH_HOLDS)
                report.add({f"{name}: {figure}": value for figure, value in figures.items()})
    report.publish("partitions")


def repartition(url: str, partitions: int) -> None:
    """Rebuilds the tickets' table with so many hash partitions, or 0 for none, with everything in and on it."""
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


async def _product(address: Address, seller: str, buyers: list[str]) -> measures.Figures:
    event, figures = await measures.create_arena(address, seller)
    figures |= await measures.hold_pairs(address, event, buyers)
    await shop.retire(address, event["id"], seller)
    wanted = ("create 50,000 seats (s)", "holds (/s)", "hold p95 (ms)")
    return {name: figures[name] for name in wanted}


if __name__ == "__main__":
    main()
