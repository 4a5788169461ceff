"""What came of a load: how many answers of each status, how late."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """What this share (0 to 1) of the values stayed within; NaN of none.

    The nearest rank: always a value that did occur.
    """
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)] if values else math.nan


class Tally:
    """Latencies in seconds by status, and what the measurement took: `seconds` of wall clock and, of the generator
    itself, `cpu_share` of one core. A share near 1 means that the generator was measured, not the product."""

    def __init__(self) -> None:
        self._latencies: defaultdict[int, list[float]] = defaultdict(list)
        self.seconds = self.cpu_share = 0.0

    def note(self, status: int, latency: float) -> None:
        """One more answer."""
        self._latencies[status].append(latency)

    @property
    def statuses(self) -> Counter[int]:
        """How many answers of each status."""
        return Counter({status: len(latencies) for status, latencies in sorted(self._latencies.items())})

    def rate(self, status: int) -> float:
        """Answers of this status per second."""
        return self.statuses[status] / self.seconds

    def percentile(self, share: float, status: int) -> float:
        """The latency in milliseconds that this share (0 to 1) of the answers of a status stayed within."""
        return percentile(self._latencies.get(status, []), share) * 1000

    def expect(self, *statuses: int) -> None:
        """Raises RuntimeError unless there were no other answers than of these statuses."""
        if 429 in self.statuses:
            raise RuntimeError("The product limits rates. Start it with BOOKING_RATE= API_RATE= BOT_CHALLENGE=off.")
        if not set(self.statuses) <= set(statuses):
            raise RuntimeError(f"Not only {statuses} came back: {dict(self.statuses)}")

    def latencies(self, name: str, status: int) -> dict[str, float]:
        """The percentiles under the name of what was done ("holds")."""
        return {f"{name}: p{share} (ms)": self.percentile(share / 100, status) for share in (50, 95, 99)}

    def figures(self, name: str, status: int) -> dict[str, float]:
        """Rate, percentiles and the generator's share under the name of what was done."""
        share = {f"{name}: generator (% of a core)": self.cpu_share * 100}
        return {f"{name} (/s)": self.rate(status)} | self.latencies(name, status) | share

    def line(self, status: int) -> str:
        """All of it for people."""
        percentiles = "  ".join(
            f"p{share * 100:.0f} {self.percentile(share, status):.1f} ms" for share in (0.5, 0.95, 0.99)
        )
        counts = ", ".join(f"{count} × {status}" for status, count in self.statuses.items())
        return f"{self.rate(status):,.0f}/s  {percentiles}  ({counts}; generator {self.cpu_share:.0%} of a core)"
