"""The figures of a run: printed, stored as JSON, and as a table for docs/performance.md."""

import json
import os
import platform
import statistics
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.tools import goals
from benchmarks.tools.goals import short
from benchmarks.tools.stage import CHECKOUT

Figures = dict[str, float]  # by name with unit

RESULTS = CHECKOUT / "benchmarks" / "results"


class Report:
    """Samples by figure, one for each round. Create it before anything starts, since it records the machine's load."""

    def __init__(self) -> None:
        self._conditions = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **machine()}
        self._samples: dict[str, list[float]] = {}

    def note(self, **conditions: Any) -> None:
        """Add other conditions that the figures depend on."""
        self._conditions |= conditions

    def add(self, figures: Figures) -> None:
        """Add the figures of one round, or of a part of it."""
        for name, figure in figures.items():
            self._samples.setdefault(name, []).append(figure)

    def table(self) -> str:
        """Return medians with minimum and maximum as a Markdown table."""
        lines = ["| figure | median | spread | rounds |", "|---|---:|---:|---:|"]
        for name, samples in self._samples.items():
            spread = f"{short(min(samples))} – {short(max(samples))}"
            lines.append(f"| {name} | {short(statistics.median(samples))} | {spread} | {len(samples)} |")
        return "\n".join(lines)

    def publish(self, name: str) -> None:
        """Print conditions, figures and goals, and write them with all samples to benchmarks/results/."""
        conditions = "\n".join(f"{key}: {value}" for key, value in self._conditions.items())
        medians = {name: statistics.median(samples) for name, samples in self._samples.items()}
        tables = "\n\n".join(table for table in (self.table(), goals.table(medians)) if table)
        print(f"\n{conditions}\n\n{tables}", flush=True)
        RESULTS.mkdir(exist_ok=True)
        stem = f"{name}-{datetime.now(UTC):%Y-%m-%d-%H%M%S}"
        (RESULTS / f"{stem}.json").write_text(json.dumps(self._conditions | {"figures": self._samples}, indent=2))
        (RESULTS / f"{stem}.md").write_text(f"{tables}\n")
        print(f"\nWritten to benchmarks/results/{stem}.json and .md")


def machine() -> dict[str, Any]:
    """Return what the figures depend on. A `load` well above 0 means that other programs were running."""
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
