"""`make bench`: the product beside the bare database and a bare broadcast, in turn, in the same run."""

import argparse
import sys

import uvloop

from benchmarks import bare_hold, measures, shop, viewers
from benchmarks.client import Address
from benchmarks.report import Report
from benchmarks.stage import stage

BUYERS = 128  # so that none has an unlikely number of open holds
MAX_ROUNDS = 10  # tokens live for 15 minutes
WARM_UP = 300  # holds
VIEWERS_ROUNDS = 20  # short ones
# Where a bare hold is fastest on few cores: enough to keep them busy, too few to queue.
PGBENCH_CLIENTS = 8
PGBENCH_HOLDS = 16_000  # of 25,000 pairs: no block runs out


def main() -> None:
    """Measures round after round and publishes medians and spread."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, choices=range(1, MAX_ROUNDS + 1), metavar=f"1–{MAX_ROUNDS}")
    rounds = parser.parse_args().rounds
    report = Report()
    try:
        with stage() as address:
            run(address, rounds, report)
    except RuntimeError as error:
        sys.exit(f"Can't measure: {error}")


def run(address: Address, rounds: int, report: Report) -> None:
    """Signs the buyers in, warms the product up, then product and pgbench take turns."""
    seller, *buyers = uvloop.run(shop.sign_in(address, [shop.SELLER, *shop.make_buyers(BUYERS)]))
    uvloop.run(_warm_up(address, seller, buyers))
    with bare_hold.scratch_database() as url:
        report.note(postgres=bare_hold.server_settings(url), clients=measures.CLIENTS)
        for number in range(1, rounds + 1):
            print(f"round {number} of {rounds}", flush=True)
            figures = uvloop.run(product_round(address, seller, buyers))
            arena = bare_hold.new_arena(url)
            limit = bare_hold.holds_per_second(url, event_id=arena, holds=PGBENCH_HOLDS, clients=PGBENCH_CLIENTS)
            report.add(figures)
            report.add({"bare SQL holds, pgbench (/s)": limit, "holds / bare SQL holds": figures["holds (/s)"] / limit})
    viewers.run(address, VIEWERS_ROUNDS, report)
    report.publish("bench")


async def product_round(address: Address, seller: str, buyers: list[str]) -> measures.Figures:
    """Everything that is measured of the product, once, on a new event."""
    event, figures = await measures.create_arena(address, seller)
    figures |= await measures.cold_map(address, event["id"])
    figures |= await measures.hold_pairs(address, event, buyers)
    figures |= await measures.hold_at_rate(address, event, buyers, rate=figures["holds (/s)"] / 2)
    figures |= await measures.mixed_map(address, event["id"], seller)
    await shop.retire(address, event["id"], seller)
    return figures


async def _warm_up(address: Address, seller: str, buyers: list[str]) -> None:
    event, _ = await measures.create_arena(address, seller)
    await measures.hold_pairs(address, event, buyers, holds=WARM_UP)
    await shop.retire(address, event["id"], seller)


if __name__ == "__main__":
    main()
