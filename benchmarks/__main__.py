"""`make bench`: the product, the bare API, the bare SQL function and the bare broadcast, in turn, in one run."""

import uvloop

from benchmarks import catalog, expiry, holds, journeys, viewers
from benchmarks.holds import Baselines
from benchmarks.tools import shop
from benchmarks.tools.command import command
from benchmarks.tools.report import Figures
from benchmarks.tools.shop import Cast

VIEWERS_ROUNDS = 10  # short rounds
STEADY_ROUNDS = 2


def main() -> None:
    """Measure in rounds; publish medians and spread."""
    with command("bench", __doc__) as bench:
        with holds.baselines(bench) as baselines:
            holds.warm_up(shop.sign_in(bench.address), baselines)
            for _ in bench.rounds:
                bench.report.add(one_round(shop.sign_in(bench.address), baselines))
        viewers.run(bench.address, VIEWERS_ROUNDS, STEADY_ROUNDS, bench.report)


def one_round(cast: Cast, baselines: Baselines) -> Figures:
    """Measure everything once, each on a new event."""
    figures = uvloop.run(catalog.creation(cast))
    figures |= holds.in_turn(holds.MANY_SUBSECTIONS, cast, baselines)
    figures |= holds.in_turn(holds.ONE_SUBSECTION, cast, baselines)
    figures |= uvloop.run(holds.at_rate(cast, rate=figures["holds (/s)"] / 2))
    figures |= uvloop.run(journeys.losers(cast))
    figures |= uvloop.run(catalog.reading(cast))
    figures |= uvloop.run(catalog.geometry(cast))
    figures |= uvloop.run(journeys.paid(cast))
    shop.drop_emails()
    figures |= uvloop.run(expiry.together(cast))
    shop.drop_emails()
    figures["journeys / holds"] = figures["journeys, hold to paid (/s)"] / figures["holds (/s)"]
    return figures


if __name__ == "__main__":
    main()
