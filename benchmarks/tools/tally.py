"""The result of a load: the number of responses and their latency, by status."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that this share (0 to 1) of the values does not exceed; NaN if there are none.

    By nearest rank, so it is always one of the values.
    """
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)] if values else math.nan


class Tally:
    """Latencies in seconds by status, the duration in `seconds`, and the generator's `cpu_share` of one core.

    A share near 1 means that the generator was the limit, not the product.
    """

    def __init__(self) -> None:
        self._latencies: defaultdict[int, list[float]] = defaultdict(list)
        self.seconds = self.cpu_share = 0.0

    def note(self, status: int, latency: float) -> None:
        """Add a response."""
        self._latencies[status].append(latency)

    @property
    def statuses(self) -> Counter[int]:
        """Return the number of responses by status."""
        return Counter({status: len(latencies) for status, latencies in sorted(self._latencies.items())})

    def rate(self, status: int) -> float:
        """Return the responses with this status per second."""
        return self.statuses[status] / self.seconds

    def percentile(self, share: float, status: int) -> float:
        """Return the latency in ms that this share (0 to 1) of a status's responses did not exceed."""
        return percentile(self._latencies.get(status, []), share) * 1000

    def expect(self, *statuses: int) -> None:
        """Raise RuntimeError if there are responses with other statuses than these."""
        if 429 in self.statuses:
            raise RuntimeError("The product limits rates. Start it with BOOKING_RATE= API_RATE= BOT_CHALLENGE=off.")
        if not set(self.statuses) <= set(statuses):
            raise RuntimeError(f"Expected only {statuses}, got {dict(self.statuses)}")

    def latencies(self, name: str, status: int) -> dict[str, float]:
        """Return the percentiles under the name of what was done ("holds")."""
        return {f"{name}: p{share} (ms)": self.percentile(share / 100, status) for share in (50, 95, 99)}

    def figures(self, name: str, status: int) -> dict[str, float]:
        """Return rate, percentiles and the generator's share under the name of what was done."""
        share = {f"{name}: generator (% of a core)": self.cpu_share * 100}
        return {f"{name} (/s)": self.rate(status)} | self.latencies(name, status) | share

    def line(self, status: int) -> str:
        """Return all of it as one line for people."""
        percentiles = "  ".join(
            f"p{share * 100:.0f} {self.percentile(share, status):.1f} ms" for share in (0.5, 0.95, 0.99)
        )
        counts = ", ".join(f"{count} × {status}" for status, count in self.statuses.items())
        return f"{self.rate(status):,.0f}/s  {percentiles}  ({counts}; generator {self.cpu_share:.0%} of a core)"
