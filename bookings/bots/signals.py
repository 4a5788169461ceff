"""Signals that a program makes the requests, in points (pure functions).

A person may show any one signal by chance, or because of their network or browser. So signals that people can't avoid
have few points, and only the sum counts: bookings/bots/challenge.py turns it into work.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

# User agents of programs, and of browsers without a window.
AUTOMATION = re.compile(
    r"headless|phantomjs|selenium|webdriver|puppeteer|playwright|scrapy|bot\b|spider|python-|aiohttp|httpx|curl/|wget/"
    r"|go-http-client|libwww|java/|node-fetch|axios|undici",
    re.IGNORECASE,
)
HALF_LIFE_SECONDS = 3600  # in this time counts fall by half
BURST_SECONDS = 1.0
BURST_POINTS = {1: 0.0, 2: 0.0, 3: 3.0, 4: 5.0}  # by the number of attempts within BURST_SECONDS
MAX_BURST_POINTS = 8.0  # for more of them
MAX_DEVIATION = 0.05  # of regular intervals, relative to their mean; people's is about ten times that
REGULAR_POINTS = {3: 4.0, 4: 8.0}  # by the number of regular intervals
MIN_INTERVALS_AT_ADDRESS = 7  # with fewer, intervals at an address can be regular by chance
HOUSEHOLD_SIZE = 4  # so many accounts at one address are no signal
MAX_ACCOUNT_POINTS = 3.0  # a mobile network puts thousands behind one address
MIN_WASTED_AT_ADDRESS = 10  # fewer wasted holds at an address are no signal, whatever their share


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about an attempt to hold seats, its buyer and their IP address.

    Counts that are floats halve every hour. Times are in seconds since 1970, newest first.
    """

    wasted: float = 0.0  # holds of the buyer that expired or were cancelled
    snipes: float = 0.0  # attempts so soon after seats became free that no person can have seen them
    unanswered: float = 0.0  # challenges that the buyer did not solve
    times: Sequence[float] = ()  # of the buyer's latest attempts, including this one
    accounts: int = 0  # at the buyer's address within the last hour
    address_attempts: float = 0.0  # attempts from the address that were not refused
    address_wasted: float = 0.0  # holds from the address that expired or were cancelled
    address_times: Sequence[float] = ()  # of the latest attempts from the address
    from_page: bool = True  # the result of `comes_from_page`
    agent: str = ""  # the header User-Agent


class Signal(NamedTuple):
    """A signal: its points, and the reason as a text for the buyer."""

    points: float
    reason: str


def signals_of(facts: Facts) -> list[Signal]:
    """Return the signals that are present, strongest first."""
    found = [Signal(points(facts), reason) for points, reason in SIGNALS]
    return sorted((signal for signal in found if signal.points > 0), reverse=True)


def faded(facts: Facts, seconds: float) -> Facts:
    """Return what the facts will be after `seconds` without another attempt.

    The counts of the address stay as they are.
    """
    factor = 0.5 ** (seconds / HALF_LIFE_SECONDS)
    return replace(
        facts,
        wasted=facts.wasted * factor,
        snipes=facts.snipes * factor,
        unanswered=facts.unanswered * factor,
        times=(),
        address_times=(),
    )


def comes_from_page(environ: Mapping[str, Any]) -> bool:
    """Return whether the headers say that one of our pages sent the request.

    Apps that use the API don't send these headers, so their absence means little.
    """
    return environ.get("HTTP_SEC_FETCH_SITE") == "same-origin" and bool(environ.get("HTTP_REFERER"))


def _wasted(facts: Facts) -> float:
    """Return 1, 3, 6, 10 … points for 1, 2, 3, 4 … wasted holds: each costs more than the one before."""
    return facts.wasted * (facts.wasted + 1) / 2


def _burst(facts: Facts) -> float:
    recent = sum(1 for at in facts.times if facts.times[0] - at < BURST_SECONDS)
    return BURST_POINTS.get(recent, MAX_BURST_POINTS) if recent else 0.0


def _regular(facts: Facts) -> float:
    """Return points if the latest intervals between attempts are regular: more points for more intervals."""
    intervals = _intervals(facts.times)
    for number in sorted(REGULAR_POINTS, reverse=True):
        if len(intervals) >= number and _are_regular(intervals[:number]):
            return REGULAR_POINTS[number]
    return 0.0


def _sniping(facts: Facts) -> float:
    """Return 4 points for each snipe after the first, which may be chance."""
    return max(0.0, 4.0 * (facts.snipes - 1))


def _unanswered(facts: Facts) -> float:
    """Return 2 points for each unsolved challenge after the first, whose solution may be on the way."""
    return max(0.0, 2.0 * (facts.unanswered - 1))


def _many_accounts(facts: Facts) -> float:
    return (
        min(MAX_ACCOUNT_POINTS, math.log2(facts.accounts / HOUSEHOLD_SIZE)) if facts.accounts > HOUSEHOLD_SIZE else 0.0
    )


def _wasted_at_address(facts: Facts) -> float:
    """Return points if more than HOUSEHOLD_SIZE accounts share an IP address and at least 80% of its holds went unpaid.

    There are none below MIN_WASTED_AT_ADDRESS unpaid holds. People who share an address pay for many of their holds;
    the accounts of one program pay for hardly any.
    """
    many = facts.accounts > HOUSEHOLD_SIZE and facts.address_wasted >= MIN_WASTED_AT_ADDRESS
    return 4.0 if many and facts.address_wasted >= 0.8 * facts.address_attempts else 0.0


def _regular_at_address(facts: Facts) -> float:
    intervals = _intervals(facts.address_times)
    return 4.0 if len(intervals) >= MIN_INTERVALS_AT_ADDRESS and _are_regular(intervals) else 0.0


def _program(facts: Facts) -> float:
    return 1.0 if not facts.agent or AUTOMATION.search(facts.agent) else 0.0


def _without_page(facts: Facts) -> float:
    return 0.0 if facts.from_page else 0.5


def _intervals(times: Sequence[float]) -> list[float]:
    return [later - earlier for later, earlier in pairwise(times)]


def _are_regular(intervals: Sequence[float]) -> bool:
    """Return whether the standard deviation of the intervals is at most MAX_DEVIATION of their mean.

    Does not use `statistics.pstdev`: its exact fractions take longer than the rest of a hold.
    """
    mean = math.fsum(intervals) / len(intervals)
    return (
        math.sqrt(math.fsum((interval - mean) ** 2 for interval in intervals) / len(intervals)) <= MAX_DEVIATION * mean
    )


SIGNALS: list[tuple[Callable[[Facts], float], str]] = [
    (_wasted, "several of your reservations ended unpaid or were cancelled"),
    (_burst, "requests came faster than people click"),
    (_regular, "requests came at perfectly regular intervals"),
    (_sniping, "seats were requested the moment they became free"),
    (_unanswered, "earlier checks were left unsolved"),
    (_many_accounts, "many accounts use your network address"),
    (_wasted_at_address, "nearly all reservations from your network address end unpaid"),
    (_regular_at_address, "requests from your network address come at perfectly regular intervals"),
    (_program, "requests come from a program"),
    (_without_page, "seats were requested without opening the event's page"),
]
