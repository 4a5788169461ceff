"""`make bench`: the product beside the bare API, the bare database and a bare broadcast, in turn, in the same run."""

import uvloop

from benchmarks import catalog, expiry, holds, journeys, shop, viewers
from benchmarks.command import command
from benchmarks.holds import Yardsticks
from benchmarks.report import Figures
from benchmarks.shop import Cast

VIEWERS_ROUNDS = 10  # short ones
STEADY_ROUNDS = 2


def main() -> None:
    """Measures round after round and publishes medians and spread."""
    with command("bench", __doc__) as bench:
        with holds.yardsticks(bench) as bare:
            holds.warm_up(shop.sign_in(bench.address), bare)
            for _ in bench.rounds:
                bench.report.add(one_round(shop.sign_in(bench.address), bare))
        viewers.run(bench.address, VIEWERS_ROUNDS, STEADY_ROUNDS, bench.report)


def one_round(cast: Cast, bare: Yardsticks) -> Figures:
    """Everything once, each on a new event."""
    figures = uvloop.run(catalog.creation(cast))
    figures |= holds.in_turn(holds.MANY_BLOCKS, cast, bare)
    figures |= holds.in_turn(holds.ONE_BLOCK, cast, bare)
    figures |= uvloop.run(holds.at_rate(cast, rate=figures["holds (/s)"] / 2))
    figures |= uvloop.run(journeys.losers(cast))
    figures |= uvloop.run(catalog.reading(cast))
    figures |= uvloop.run(journeys.paid(cast))
    shop.drop_letters()
    figures |= uvloop.run(expiry.together(cast))
    shop.drop_letters()
    figures["journeys / holds"] = figures["journeys, hold to paid (/s)"] / figures["holds (/s)"]
    return figures


if __name__ == "__main__":
    main()
