"""Signals that a program makes the requests, in points. Pure functions: facts in, signals out.

A person may show any one signal by chance, or because of where they live or what they browse with. So signals that
people can't avoid have few points, and only the sum counts: bookings/bots/challenge.py asks for work by it.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

# Programs that say so themselves, and browsers without a window.
AUTOMATION = re.compile(
    r"headless|phantomjs|selenium|webdriver|puppeteer|playwright|scrapy|bot\b|spider|python-|aiohttp|httpx|curl/|wget/"
    r"|go-http-client|libwww|java/|node-fetch|axios|undici",
    re.IGNORECASE,
)
HALF_SECONDS = 3600  # after which a count has faded by half
BURST_SECONDS = 1.0
BURST_POINTS = {1: 0.0, 2: 0.0, 3: 3.0, 4: 5.0}  # attempts within a second; more of them:
MOST_BURST_POINTS = 8.0
EVEN = 0.05  # deviation of the intervals by their mean; people's is about ten times that
EVEN_POINTS = {3: 4.0, 4: 8.0}  # by the number of intervals
NEIGHBOUR_INTERVALS = 7  # at an address, where intervals may look even by chance
FAMILY = 4  # accounts at one address that say nothing at all
MOST_CROWD_POINTS = 3.0  # a mobile network puts thousands behind one address
FEW = 10  # wasted holds at an address, below which their share says nothing


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known when somebody asks for seats. Counts halve in an hour; times are seconds, newest first."""

    wasted: float = 0.0  # holds of the buyer that ended unpaid or were cancelled
    snipes: float = 0.0  # attempts so soon after seats came free that nobody can have seen them
    unanswered: float = 0.0  # challenges that the buyer did not solve
    times: Sequence[float] = ()  # of the buyer's latest attempts, with this one
    neighbours: int = 0  # accounts at the buyer's address within the hour
    address_attempts: float = 0.0  # that were not refused
    address_wasted: float = 0.0
    address_times: Sequence[float] = ()
    from_page: bool = True
    agent: str = ""


class Signal(NamedTuple):
    """One signal: its points, and the reason that a buyer is told."""

    points: float
    why: str


def signals_of(facts: Facts) -> list[Signal]:
    """The signals that are present, strongest first."""
    found = [Signal(points(facts), why) for points, why in SIGNALS]
    return sorted((signal for signal in found if signal.points > 0), reverse=True)


def faded(facts: Facts, seconds: float) -> Facts:
    """The same facts after so many seconds without another attempt."""
    part = 0.5 ** (seconds / HALF_SECONDS)
    return replace(
        facts,
        wasted=facts.wasted * part,
        snipes=facts.snipes * part,
        unanswered=facts.unanswered * part,
        times=(),
        address_times=(),
    )


def comes_from_page(environ: Mapping[str, Any]) -> bool:
    """Whether a browser says that one of our pages sent this. Apps on the API can't, so its absence means little."""
    return environ.get("HTTP_SEC_FETCH_SITE") == "same-origin" and bool(environ.get("HTTP_REFERER"))


def _wasted(facts: Facts) -> float:
    """Each wasted hold costs more than the one before: 1, 3, 6, 10 …"""
    return facts.wasted * (facts.wasted + 1) / 2


def _burst(facts: Facts) -> float:
    recent = sum(1 for at in facts.times if facts.times[0] - at < BURST_SECONDS)
    return BURST_POINTS.get(recent, MOST_BURST_POINTS) if recent else 0.0


def _even(facts: Facts) -> float:
    longest = max(EVEN_POINTS)
    intervals = _intervals(facts.times)[:longest]
    fewer = min(EVEN_POINTS)
    if len(intervals) == longest and _are_even(intervals):
        return EVEN_POINTS[longest]
    return EVEN_POINTS[fewer] if len(intervals) >= fewer and _are_even(intervals[:fewer]) else 0.0


def _sniping(facts: Facts) -> float:
    """The first is free: it may be chance."""
    return max(0.0, 4.0 * (facts.snipes - 1))


def _unanswered(facts: Facts) -> float:
    """The first is free: its solution may be on the way."""
    return max(0.0, 2.0 * (facts.unanswered - 1))


def _crowd(facts: Facts) -> float:
    return min(MOST_CROWD_POINTS, math.log2(facts.neighbours / FAMILY)) if facts.neighbours > FAMILY else 0.0


def _barren(facts: Facts) -> float:
    """Nearly all holds of many accounts at one address are wasted: a farm. In a crowd of people many pay."""
    farm = facts.neighbours > FAMILY and facts.address_wasted >= FEW
    return 4.0 if farm and facts.address_wasted >= 0.8 * facts.address_attempts else 0.0


def _even_together(facts: Facts) -> float:
    intervals = _intervals(facts.address_times)
    return 4.0 if len(intervals) >= NEIGHBOUR_INTERVALS and _are_even(intervals) else 0.0


def _program(facts: Facts) -> float:
    return 1.0 if not facts.agent or AUTOMATION.search(facts.agent) else 0.0


def _pageless(facts: Facts) -> float:
    return 0.0 if facts.from_page else 0.5


def _intervals(times: Sequence[float]) -> list[float]:
    return [later - earlier for later, earlier in pairwise(times)]


def _are_even(intervals: Sequence[float]) -> bool:
    """Not by `statistics.pstdev`, whose exact fractions cost more than all the rest of a hold."""
    mean = math.fsum(intervals) / len(intervals)
    return math.sqrt(math.fsum((interval - mean) ** 2 for interval in intervals) / len(intervals)) <= EVEN * mean


SIGNALS: list[tuple[Callable[[Facts], float], str]] = [
    (_wasted, "several of your holds ended unpaid or were let go"),
    (_burst, "requests came faster than people click"),
    (_even, "requests came at perfectly regular intervals"),
    (_sniping, "seats were asked for in the moment in which they became free"),
    (_unanswered, "earlier checks were left unsolved"),
    (_crowd, "many accounts use your network address"),
    (_barren, "nearly all holds from your network address come to nothing"),
    (_even_together, "requests from your network address come at perfectly regular intervals"),
    (_program, "requests come from a program"),
    (_pageless, "seats were asked for without a look at the event's page"),
]
