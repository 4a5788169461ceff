"""The time that `make run` takes: `python -m benchmarks.startup [--rounds 5]`.

It starts cold once (new database), then warm.
"""

import time
from pathlib import Path

from benchmarks.tools.command import rounds_of
from benchmarks.tools.stage import own_folder, product


def main() -> None:
    """Start it repeatedly in one folder; publish medians and spread."""
    with rounds_of("startup", __doc__) as (report, rounds), own_folder() as folder:
        report.add({"start, cold (s)": _seconds(folder)})
        for _ in rounds:
            report.add({"start, warm (s)": _seconds(folder)})


def _seconds(folder: Path) -> float:
    """Return the seconds from the command to the first 200 of /readyz; then stop it."""
    started = time.perf_counter()
    with product(folder):
        return time.perf_counter() - started


if __name__ == "__main__":
    main()
