"""One web process, then two: `python -m benchmarks.scaling [--rounds 3]`, on a product of its own.

With all cores busy, two processes can't be twice as fast as one. So the report also has the CPU time that each part
uses per hold: it tells what a core of its own would give a web process, and what else a hold needs.
"""

from pathlib import Path

import uvloop

from benchmarks import holds
from benchmarks.tools import shop
from benchmarks.tools.command import rounds_of
from benchmarks.tools.parts import Parts
from benchmarks.tools.report import Figures
from benchmarks.tools.stage import own_folder, product
from benchmarks.tools.tally import Tally

PROCESSES = (1, 2)


def main() -> None:
    """Start the product with one and with two web processes in turn; publish medians and spread."""
    with rounds_of("scaling", __doc__, rounds=3) as (report, rounds), own_folder() as folder:
        for _ in rounds:
            one, two = (_round(folder, number) for number in PROCESSES)
            report.add(one | two)
            for figure in ("holds (/s)", "holds per CPU second of web"):
                ratio = two[f"2 web: {figure}"] / one[f"1 web: {figure}"]
                report.add({f"2 web / 1 web: {figure}": ratio})


def _round(folder: Path, processes: int) -> Figures:
    with product(folder, WEB_WORKERS=str(processes)) as address:
        cast = shop.sign_in(address)
        uvloop.run(holds.product(holds.WARM_UP, cast))
        event = uvloop.run(shop.create(cast, holds.MANY_SUBSECTIONS.event))
        parts = Parts(address)
        used = parts.cpu_seconds()
        tally = uvloop.run(holds.pairs(holds.MANY_SUBSECTIONS, address, event, cast.buyers))
        spent = {part: seconds - used[part] for part, seconds in parts.cpu_seconds().items()}
    figures = _figures(tally, spent | {"generator": tally.cpu_share * tally.seconds})
    return {f"{processes} web: {name}": figure for name, figure in figures.items()}


def _figures(tally: Tally, spent: dict[str, float]) -> Figures:
    done = tally.statuses[201]
    return {
        "holds (/s)": tally.rate(201),
        "holds per CPU second of web": done / spent["web"],
        **{f"CPU of {part} (ms a hold)": seconds * 1000 / done for part, seconds in sorted(spent.items())},
        "CPU of all (cores)": sum(spent.values()) / tally.seconds,
    }


if __name__ == "__main__":
    main()
