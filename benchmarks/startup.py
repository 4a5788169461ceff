"""How long `make run` takes: `python -m benchmarks.startup [--rounds 5]`. Cold once (new database), then warm."""

import time
from pathlib import Path

from benchmarks.command import rounds_of
from benchmarks.stage import own_folder, product


def main() -> None:
    """Starts it again and again in one folder and publishes medians and spread."""
    with rounds_of("startup", __doc__) as (report, rounds), own_folder() as folder:
        report.add({"start, cold (s)": _seconds(folder)})
        for _ in rounds:
            report.add({"start, warm (s)": _seconds(folder)})


def _seconds(folder: Path) -> float:
    """From the command to the first 200 of /readyz; it is stopped again."""
    started = time.perf_counter()
    with product(folder):
        return time.perf_counter() - started


if __name__ == "__main__":
    main()
