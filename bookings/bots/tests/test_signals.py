"""People hold seats without a proof of work; scalpers' programs are stopped within five attempts.

Each test uses the real Redis, but sets the time. "Passes" means that no proof of work was required.
"""

import math
import random
import uuid
from collections.abc import Callable
from itertools import count

import pytest

from bookings.bots.attempt_store import WastedHold, record_attempt, record_wasted_holds
from bookings.bots.challenge import MAX_SECONDS, TRIES_PER_SECOND
from bookings.bots.guard import refuse_bots
from bookings.bots.hold_attempt import HoldAttempt
from bookings.bots.signals import AUTOMATION
from bookings.errors import ChallengeRequired, RefusedAsBot

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SCRIPT = "python-requests/2.34.2"
HOME, CARRIER, FARM = "198.51.100.1", "198.51.100.2", "203.0.113.7"
MINUTE, HOUR = 60.0, 3600.0
EVENT = 1
ids = count(1)

pytestmark = pytest.mark.usefixtures("bot_challenge")


class Buyer:
    """A buyer at a network address; by default a person with a browser."""

    def __init__(self, address: str = "", *, agent: str = FIREFOX, from_page: bool = True) -> None:
        self.id = next(ids)
        self.reason = ""
        page = {"HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_REFERER": "https://tickets.example/events/1"}
        self.environ = {
            "REMOTE_ADDR": address or f"10.0.{self.id // 250}.{self.id % 250}",
            "HTTP_USER_AGENT": agent,
            **(page if from_page else {}),
        }

    def seconds_of_work(self, at: float) -> float:
        """Request seats; return the seconds of work that it takes, or infinity if it is refused."""
        try:
            refuse_bots(HoldAttempt(self.id, EVENT, self.environ), now=at)
        except ChallengeRequired as error:
            self.reason = str(error)
            return error.extra["challenge"]["parameters"]["data"]["tries"] / TRIES_PER_SECOND
        except RefusedAsBot as error:
            self.reason = str(error)
            return math.inf
        return 0.0

    def passes(self, at: float) -> bool:
        """Request seats; return whether that takes no work."""
        return self.seconds_of_work(at) == 0

    def wastes_hold(self, at: float) -> None:
        """Record that a hold of the buyer expired or was cancelled."""
        record_wasted_holds([WastedHold(self.id, EVENT)], now=at)


@pytest.fixture
def dice() -> random.Random:
    """Random numbers, the same in every run."""
    return random.Random(46)


def attempts_until_stopped(attempt: Callable[[int], bool], maximum: int = 5) -> int:
    """Return the number of the first attempt that is stopped; fails if `maximum` attempts pass."""
    return next(number for number in range(1, maximum + 1) if not attempt(number))


# --- People ----------------------------------------------------------------------------------------------------------


def test_a_family_on_one_address_passes() -> None:
    family = [Buyer(HOME) for _ in range(4)]
    for number, member in enumerate(family * 3):
        assert member.passes(number * 17.3)
        if number % 3 == 0:
            member.wastes_hold(number * 17.3 + 10)


def test_a_quick_fan_who_tries_many_times_passes(dice: random.Random) -> None:
    fan, now = Buyer(), 0.0
    for _ in range(12):
        assert fan.passes(now)
        now += dice.uniform(0.7, 3)


def test_a_double_click_passes() -> None:
    fan = Buyer()
    assert fan.passes(0.0) and fan.passes(0.15)


def test_a_buyer_whose_three_holds_expire_in_an_evening_passes() -> None:
    guest = Buyer()
    for hour in (0.0, 0.5, 1.2):
        assert guest.passes(hour * HOUR)
        guest.wastes_hold(hour * HOUR + 300)
    assert guest.passes(2 * HOUR)


def test_a_screen_reader_user_who_runs_out_of_time_three_times_passes() -> None:
    reader = Buyer()
    for number, start in enumerate((0.0, 11 * MINUTE, 25 * MINUTE)):
        assert reader.passes(start), number
        reader.wastes_hold(start + 10 * MINUTE)
    assert reader.passes(40 * MINUTE)


def test_a_buyer_who_cancels_three_holds_passes() -> None:
    guest = Buyer()
    for start in (0.0, 31.0, 80.0):
        assert guest.passes(start)
        guest.wastes_hold(start + 12)
    assert guest.passes(140.0)


def test_a_mobile_network_behind_one_address_passes(dice: random.Random) -> None:
    now = 0.0
    for _ in range(400):
        guest = Buyer(CARRIER)
        now += dice.expovariate(1 / 2)
        assert guest.passes(now)
        if dice.random() < 0.4:
            guest.wastes_hold(now)
            assert guest.passes(now + dice.uniform(20, 60))


def test_an_app_on_the_api_passes(dice: random.Random) -> None:
    user, now = Buyer(agent="okhttp/5.1.0", from_page=False), 0.0
    for _ in range(3):
        assert user.passes(now)
        user.wastes_hold(now + 30)
        now += dice.uniform(40, 90)
    assert user.passes(now)


def test_a_lucky_first_click_on_a_released_seat_passes() -> None:
    Buyer().wastes_hold(100.0)
    assert Buyer().passes(100.3)


# --- Scalpers --------------------------------------------------------------------------------------------------------


def test_a_program_that_lets_holds_expire_is_stopped(dice: random.Random) -> None:
    scalper = Buyer(agent=SCRIPT, from_page=False)

    def attempt(number: int) -> bool:
        now = number * 6 * MINUTE + dice.uniform(0, 30)
        if not scalper.passes(now):
            return False
        scalper.wastes_hold(now + 5 * MINUTE)
        return True

    assert attempts_until_stopped(attempt) <= 5
    assert "several of your reservations ended unpaid or were cancelled" in scalper.reason


def test_each_cancelled_hold_makes_the_next_one_more_work() -> None:
    scalper, costs = Buyer(), []
    for number in range(8):
        costs.append(scalper.seconds_of_work(number * 13.0 + number**2))
        scalper.wastes_hold(number * 13.0 + number**2 + 5)
    challenged = [cost for cost in costs if cost]
    assert costs.index(challenged[0]) <= 4, costs
    assert challenged == sorted(challenged)
    assert challenged[-1] > MAX_SECONDS


def test_a_program_that_looks_like_a_person_is_stopped_too(dice: random.Random) -> None:
    scalper = Buyer()

    def attempt(number: int) -> bool:
        now = number * 25 + dice.uniform(0, 10)
        passed = scalper.passes(now)
        scalper.wastes_hold(now + 8)
        return passed

    assert attempts_until_stopped(attempt) <= 5


def test_regular_intervals_are_stopped() -> None:
    scalper = Buyer()
    assert attempts_until_stopped(lambda number: scalper.passes(number * 2.0)) <= 5
    assert "requests came at perfectly regular intervals" in scalper.reason


def test_several_attempts_within_a_second_are_stopped(dice: random.Random) -> None:
    scalper = Buyer()
    times = sorted(dice.uniform(0, 0.9) for _ in range(5))
    assert attempts_until_stopped(lambda number: scalper.passes(times[number - 1])) <= 5
    assert "requests came faster than people click" in scalper.reason


def test_sniping_of_released_seats_is_stopped(dice: random.Random) -> None:
    sniper = Buyer()

    def attempt(number: int) -> bool:
        freed = number * 40 + dice.uniform(0, 20)
        Buyer().wastes_hold(freed)
        return sniper.passes(freed + dice.uniform(0.02, 0.2))

    assert attempts_until_stopped(attempt) <= 5
    assert "seats were requested the moment they became free" in sniper.reason


def test_taking_seats_while_many_become_free_is_not_sniping(dice: random.Random) -> None:
    fan, now = Buyer(), 0.0
    for _ in range(60):
        now += dice.uniform(0.1, 0.4)
        Buyer().wastes_hold(now)
    for _ in range(5):
        now += dice.uniform(2, 9)
        for before in (1.0, 0.6, 0.2):
            Buyer().wastes_hold(now - before)
        assert fan.passes(now)


def test_fifty_accounts_at_one_address_are_each_stopped_within_five_attempts(dice: random.Random) -> None:
    farm = [Buyer(FARM, agent=SCRIPT, from_page=False) for _ in range(50)]
    made = dict.fromkeys(farm, 0)
    now = 0.0
    for _ in range(5):
        for scalper in farm:
            now += dice.uniform(0.5, 2)
            if made[scalper] >= 0 and scalper.passes(now):
                made[scalper] += 1
                scalper.wastes_hold(now + 1)
    assert max(made.values()) < 5
    assert sum(made.values()) / len(made) < 3, "many accounts together are stopped sooner than one alone"


def test_fresh_accounts_at_the_address_of_a_farm_are_stopped_at_once() -> None:
    accounts = [Buyer(FARM, agent=SCRIPT, from_page=False) for _ in range(40)]
    for number, scalper in enumerate(accounts):
        scalper.seconds_of_work(number * 0.5)
        scalper.wastes_hold(number * 0.5 + 20)
    assert not Buyer(FARM, agent=SCRIPT, from_page=False).passes(20.0)


def test_points_fade_with_time() -> None:
    scalper = Buyer()
    for number in range(6):
        scalper.wastes_hold(number * 20.0)
    assert scalper.seconds_of_work(130.0) > 1
    assert scalper.passes(2 * HOUR)


def test_unsolved_challenges_make_the_next_one_more_work() -> None:
    scalper = Buyer()
    for number in range(5):
        scalper.wastes_hold(number * 1.0)
    costs = [scalper.seconds_of_work(60 + number**1.5 * 7) for number in range(8)]
    assert costs[-1] > MAX_SECONDS > costs[0]


def test_a_solution_is_counted_once() -> None:
    solution = uuid.uuid4().hex
    first, second = (
        record_attempt(buyer_id=1, event_id=1, address="a", solution=solution, solution_seconds=60).solved
        for _ in range(2)
    )
    assert (first, second) == (True, False)


@pytest.mark.parametrize(
    "agent", [SCRIPT, "curl/8.5", "Mozilla/5.0 … HeadlessChrome/149.0", "Scrapy/2.13", "Go-http-client/2.0"]
)
def test_user_agents_of_programs_are_recognised(agent: str) -> None:
    assert AUTOMATION.search(agent)


@pytest.mark.parametrize("agent", [FIREFOX, "okhttp/5.1.0", "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)"])
def test_user_agents_of_browsers_and_apps_are_not(agent: str) -> None:
    assert not AUTOMATION.search(agent)
