"""The figures of a run: printed, kept as JSON, and as a table for docs/performance.md."""

import json
import os
import platform
import statistics
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import goals
from benchmarks.goals import short
from benchmarks.stage import CHECKOUT

Figures = dict[str, float]  # each under its name with the unit

RESULTS = CHECKOUT / "benchmarks" / "results"


class Report:
    """Samples by figure, one of each a round. Made before anything is started, since it looks at the machine."""

    def __init__(self) -> None:
        self._about = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **machine()}
        self._samples: dict[str, list[float]] = {}

    def note(self, **surroundings: Any) -> None:
        """Something else that the figures depend on."""
        self._about |= surroundings

    def add(self, figures: Figures) -> None:
        """The figures of one round (or a part of it)."""
        for name, figure in figures.items():
            self._samples.setdefault(name, []).append(figure)

    def table(self) -> str:
        """Medians with the lowest and highest, as markdown."""
        lines = ["| figure | median | spread | rounds |", "|---|---:|---:|---:|"]
        for name, samples in self._samples.items():
            spread = f"{short(min(samples))} – {short(max(samples))}"
            lines.append(f"| {name} | {short(statistics.median(samples))} | {spread} | {len(samples)} |")
        return "\n".join(lines)

    def publish(self, name: str) -> None:
        """Prints surroundings, figures and goals, and writes them with all samples to benchmarks/results/."""
        about = "\n".join(f"{key}: {value}" for key, value in self._about.items())
        medians = {name: statistics.median(samples) for name, samples in self._samples.items()}
        tables = "\n\n".join(table for table in (self.table(), goals.table(medians)) if table)
        print(f"\n{about}\n\n{tables}", flush=True)
        RESULTS.mkdir(exist_ok=True)
        stem = f"{name}-{datetime.now(UTC):%Y-%m-%d-%H%M%S}"
        (RESULTS / f"{stem}.json").write_text(json.dumps(self._about | {"figures": self._samples}, indent=2))
        (RESULTS / f"{stem}.md").write_text(f"{tables}\n")
        print(f"\nKept as benchmarks/results/{stem}.json and .md")


def machine() -> dict[str, Any]:
    """What the figures depend on. `load` well above 0 means that somebody else was at work."""
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=CHECKOUT, capture_output=True, text=True)
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": _cpu_model(),
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "load": os.getloadavg()[0],
        "commit": commit.stdout.strip(),
    }


def _cpu_model() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
