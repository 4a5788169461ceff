"""What all commands of the benchmarks have in common: `--rounds`, a report at the end, a product to measure."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.client import Address
from benchmarks.report import Report
from benchmarks.stage import stage


@dataclass(frozen=True, slots=True)
class Bench:
    """A product that runs, where its figures go, and the rounds."""

    address: Address
    report: Report
    rounds: Iterator[int]


@contextmanager
def command(name: str, about: str | None, *, rounds: int = 5, own: bool = False) -> Iterator[Bench]:
    """As `rounds_of`, with a product that runs meanwhile: `stage`'s, or with `own` one of our own in any case."""
    with rounds_of(name, about, rounds=rounds) as (report, numbers), stage(own=own) as address:
        yield Bench(address, report, numbers)


@contextmanager
def rounds_of(name: str, about: str | None, *, rounds: int = 5) -> Iterator[tuple[Report, Iterator[int]]]:
    """Reads the arguments; gives a report, which is published at the end, and the numbers of the rounds.

    Exits with one sentence if something can't be measured.
    """
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=about)
    parser.add_argument("--rounds", type=int, default=rounds, choices=range(1, 101), metavar="1–100")
    asked = parser.parse_args().rounds
    report = Report()
    try:
        yield report, _counted(asked)
    except (RuntimeError, OSError) as error:
        sys.exit(f"Can't measure: {error}")
    report.publish(name)


def _counted(rounds: int) -> Iterator[int]:
    for number in range(1, rounds + 1):
        print(f"round {number} of {rounds}", flush=True)
        yield number
