"""The goals, and whether the medians of a run meet them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure of the report, with its minimum or maximum."""

    work: str
    figure: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def mark(self) -> str:
        """Return the bound for people: ≥ or ≤ a number."""
        return f"≥ {self.at_least:,g}" if self.at_least is not None else f"≤ {self.at_most:,g}"

    def met(self, value: float) -> bool:
        """Return whether the value is good enough. NaN never is."""
        if self.at_least is not None:
            return value >= self.at_least
        return self.at_most is not None and value <= self.at_most


GOALS = (
    Goal("a hold, 100 subsections, beside a bare FastAPI", "holds / bare API", at_least=1.0),
    Goal("a hold, 100 subsections, beside a bare SQL function", "holds / bare SQL", at_least=0.25),
    Goal("a hold, one subsection, beside a bare SQL function", "holds in one subsection / bare SQL", at_least=0.6),
    Goal("a hold, one subsection, 64 clients", "holds in one subsection: p99 (ms)", at_most=300),
    Goal("50,000 seats sold out, one request a seat", "50,000 seats held (s)", at_most=60),
    Goal("a hold at half the highest rate", "holds at half that rate: p50 (ms)", at_most=10),
    Goal("a hold at half the highest rate", "holds at half that rate: p95 (ms)", at_most=30),
    Goal("a hold at half the highest rate", "holds at half that rate: p99 (ms)", at_most=80),
    Goal("a refusal costs less than a hold", "losers / winners", at_least=1.0),
    Goal("hold and pay beside hold", "journeys / holds", at_least=0.4),
    Goal("create an event", "create 50,000 seats (s)", at_most=1.5),
    Goal("create an event", "create 200,000 seats (s)", at_most=6),
    Goal("create both: the web processes' memory", "memory of web, growth by creating (MB)", at_most=150),
    Goal("event detail, unchanged", "event detail, 304 (/s)", at_least=2_000),
    Goal("event list, unchanged", "event list, 304 (/s)", at_least=2_000),
    Goal("seat map, unchanged", "seat map, 304 (/s)", at_least=2_000),
    Goal("event detail, whole", "event detail, 200 (/s)", at_least=2_000),
    Goal("event list, whole", "event list, 200 (/s)", at_least=2_000),
    Goal("seat map, whole", "seat map, 200 (/s)", at_least=2_000),
    Goal("seat map of 50,000 seats, cold", "seat map, 50,000 seats, cold (ms)", at_most=60),
    Goal("seat map of 50,000 seats, the hardest to compress", "seat map, mixed, gzip (kB)", at_most=60),
    Goal("geometry of a seating plan", "geometry, 200 (/s)", at_least=5_000),
    Goal("geometry of a seating plan, 50,000 seats", "geometry, 50,000 seats, gzip (kB)", at_most=250),
    Goal("an event on a seating plan", "create 50,000 seats, plan (s)", at_most=1),
    Goal("best available, plan beside rows × cols", "best available, plan / grid", at_least=0.667),
    Goal("named seats, plan beside rows × cols", "named seats, plan / grid", at_least=0.95),
    Goal("10,000 holds end in one second", "10,000 holds end: released after (s)", at_most=1),
    Goal("10,000 holds end in one second", "10,000 holds end: published after (s)", at_most=1),
    Goal("1,000 viewers, 50 changes a second, WebSocket", "1,000 by WebSocket, 50/s: p95 / bare", at_most=1.5),
    Goal("1,000 viewers, 50 changes a second, SSE", "1,000 by SSE, 50/s: p95 / bare", at_most=1.5),
    Goal("1,000,000 tickets in the database", "holds with 1,000,000 / 1,000 tickets", at_least=0.9),
    Goal("join a queue of 100,000", "join the queue: p95 (ms)", at_most=5),
    Goal("admit 100,000 at the set rate", "admitted compared with due, worst second (%)", at_most=2),
    Goal("2,000 buyers for 200 seats through the waiting room", "flash sale: p95 (ms)", at_most=1_000),
    Goal("2,000 buyers for 200 seats through the waiting room", "flash sale: p99 (ms)", at_most=3_000),
    Goal("the seller's report of 50,000 seats, 100,000 changes", "sales report (ms)", at_most=50),
    Goal("start, warm", "start, warm (s)", at_most=6),
)


def table(medians: Mapping[str, float]) -> str:
    """Return the goals that have a figure as a Markdown table; empty if there are none."""
    measured = [(goal, medians[goal.figure]) for goal in GOALS if goal.figure in medians]
    if not measured:
        return ""
    lines = ["| work | goal | figure | met |", "|---|---|---:|---|"]
    for goal, value in measured:
        met = "yes" if goal.met(value) else "**no**"
        lines.append(f"| {goal.work} | {goal.figure} {goal.mark} | {short(value)} | {met} |")
    return "\n".join(lines)


def short(figure: float) -> str:
    """Format a figure with three digits, or all digits before the decimal point."""
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"
