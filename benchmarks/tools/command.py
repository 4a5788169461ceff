"""What all benchmark commands share: `--rounds`, a report at the end, and a product to measure."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.tools.client import Address
from benchmarks.tools.report import Report
from benchmarks.tools.stage import stage


@dataclass(frozen=True, slots=True)
class Bench:
    """A running product, its report, and the rounds."""

    address: Address
    report: Report
    rounds: Iterator[int]


@contextmanager
def command(name: str, description: str | None, *, rounds: int = 5, own: bool = False) -> Iterator[Bench]:
    """Like `rounds_of`, with a running product: that of `stage`, or with `own` always a new one."""
    with rounds_of(name, description, rounds=rounds) as (report, numbers), stage(own=own) as address:
        yield Bench(address, report, numbers)


@contextmanager
def rounds_of(name: str, description: str | None, *, rounds: int = 5) -> Iterator[tuple[Report, Iterator[int]]]:
    """Parse the arguments; yield a report, published at the end, and an iterator over the rounds.

    Exits with one sentence if something can't be measured.
    """
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=description)
    parser.add_argument("--rounds", type=int, default=rounds, choices=range(1, 101), metavar="1–100")
    number_of_rounds = parser.parse_args().rounds
    report = Report()
    try:
        yield report, _numbered(number_of_rounds)
    except (RuntimeError, OSError) as error:
        sys.exit(f"Can't measure: {error}")
    report.publish(name)


def _numbered(rounds: int) -> Iterator[int]:
    for number in range(1, rounds + 1):
        print(f"round {number} of {rounds}", flush=True)
        yield number
