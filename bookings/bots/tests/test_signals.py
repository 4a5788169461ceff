"""What people do costs them nothing, what grabbers do is stopped within five attempts: stories, by a clock we drive.

Each test runs against the real Redis; only its time is made up. "Passes" means that no proof of work was asked for.
"""

import math
import random
import uuid
from collections.abc import Callable
from itertools import count

import pytest

from bookings.bots.attempt_store import Wasted, note_attempt, note_wasted
from bookings.bots.challenge import MOST_SECONDS, TRIES_PER_SECOND
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
    """Somebody at an address; a person at a browser unless it is said otherwise."""

    def __init__(self, address: str = "", *, agent: str = FIREFOX, from_page: bool = True) -> None:
        self.id = next(ids)
        self.why = ""
        page = {"HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_REFERER": "https://tickets.example/events/1"}
        self.environ = {
            "REMOTE_ADDR": address or f"10.0.{self.id // 250}.{self.id % 250}",
            "HTTP_USER_AGENT": agent,
            **(page if from_page else {}),
        }

    def costs(self, at: float) -> float:
        """Asks for seats; returns the seconds of work it takes, without end if it is refused."""
        try:
            refuse_bots(HoldAttempt(self.id, EVENT, self.environ), now=at)
        except ChallengeRequired as refusal:
            self.why = str(refusal)
            return refusal.extra["challenge"]["parameters"]["data"]["tries"] / TRIES_PER_SECOND
        except RefusedAsBot as refusal:
            self.why = str(refusal)
            return math.inf
        return 0.0

    def passes(self, at: float) -> bool:
        """Asks for seats; returns whether that takes nothing else."""
        return self.costs(at) == 0

    def wastes(self, at: float) -> None:
        """A hold of his ends unpaid, or he lets it go."""
        note_wasted([Wasted(self.id, EVENT)], now=at)


@pytest.fixture
def story() -> random.Random:
    """Chance, the same in every run."""
    return random.Random(46)


def attempts_until_stopped(attempt: Callable[[int], bool], most: int = 5) -> int:
    """How many attempts were made when one was stopped; fails if so many pass."""
    return next(number for number in range(1, most + 1) if not attempt(number))


# --- People ----------------------------------------------------------------------------------------------------------


def test_a_family_on_one_address_passes() -> None:
    token_family_id = [Buyer(HOME) for _ in range(4)]
    for number, member in enumerate(token_family_id * 3):
        assert member.passes(number * 17.3)
        if number % 3 == 0:
            member.wastes(number * 17.3 + 10)


def test_a_quick_fan_who_is_beaten_again_and_again_passes(story: random.Random) -> None:
    fan, now = Buyer(), 0.0
    for _ in range(12):
        assert fan.passes(now)
        now += story.uniform(0.7, 3)


def test_a_double_click_passes() -> None:
    fan = Buyer()
    assert fan.passes(0.0) and fan.passes(0.15)


def test_somebody_who_lets_three_holds_expire_in_an_evening_passes() -> None:
    guest = Buyer()
    for hour in (0.0, 0.5, 1.2):
        assert guest.passes(hour * HOUR)
        guest.wastes(hour * HOUR + 300)
    assert guest.passes(2 * HOUR)


def test_somebody_with_a_screen_reader_who_runs_out_of_time_three_times_passes() -> None:
    reader = Buyer()
    for number, start in enumerate((0.0, 11 * MINUTE, 25 * MINUTE)):
        assert reader.passes(start), number
        reader.wastes(start + 10 * MINUTE)
    assert reader.passes(40 * MINUTE)


def test_somebody_who_changes_his_mind_three_times_passes() -> None:
    guest = Buyer()
    for start in (0.0, 31.0, 80.0):
        assert guest.passes(start)
        guest.wastes(start + 12)
    assert guest.passes(140.0)


def test_a_mobile_network_behind_one_address_passes(story: random.Random) -> None:
    now = 0.0
    for _ in range(400):
        guest = Buyer(CARRIER)
        now += story.expovariate(1 / 2)
        assert guest.passes(now)
        if story.random() < 0.4:
            guest.wastes(now)
            assert guest.passes(now + story.uniform(20, 60))


def test_an_app_on_the_api_passes(story: random.Random) -> None:
    user, now = Buyer(agent="okhttp/5.1.0", from_page=False), 0.0
    for _ in range(3):
        assert user.passes(now)
        user.wastes(now + 30)
        now += story.uniform(40, 90)
    assert user.passes(now)


def test_a_lucky_first_click_on_a_released_seat_passes() -> None:
    Buyer().wastes(100.0)
    assert Buyer().passes(100.3)


# --- Grabbers --------------------------------------------------------------------------------------------------------


def test_a_loop_that_holds_and_lets_expire_is_stopped(story: random.Random) -> None:
    grabber = Buyer(agent=SCRIPT, from_page=False)

    def attempt(number: int) -> bool:
        now = number * 6 * MINUTE + story.uniform(0, 30)
        if not grabber.passes(now):
            return False
        grabber.wastes(now + 5 * MINUTE)
        return True

    assert attempts_until_stopped(attempt) <= 5
    assert "several of your holds ended unpaid or were let go" in grabber.why


def test_holding_and_letting_go_costs_more_each_time() -> None:
    grabber, costs = Buyer(), []
    for number in range(8):
        costs.append(grabber.costs(number * 13.0 + number**2))
        grabber.wastes(number * 13.0 + number**2 + 5)
    asked = [cost for cost in costs if cost]
    assert costs.index(asked[0]) <= 4, costs
    assert asked == sorted(asked)
    assert asked[-1] > MOST_SECONDS


def test_a_loop_that_looks_like_a_person_is_stopped_too(story: random.Random) -> None:
    grabber = Buyer()

    def attempt(number: int) -> bool:
        now = number * 25 + story.uniform(0, 10)
        passed = grabber.passes(now)
        grabber.wastes(now + 8)
        return passed

    assert attempts_until_stopped(attempt) <= 5


def test_regular_intervals_are_stopped() -> None:
    grabber = Buyer()
    assert attempts_until_stopped(lambda number: grabber.passes(number * 2.0)) <= 5
    assert "requests came at perfectly regular intervals" in grabber.why


def test_several_attempts_within_a_second_are_stopped(story: random.Random) -> None:
    grabber = Buyer()
    times = sorted(story.uniform(0, 0.9) for _ in range(5))
    assert attempts_until_stopped(lambda number: grabber.passes(times[number - 1])) <= 5
    assert "requests came faster than people click" in grabber.why


def test_sniping_of_released_seats_is_stopped(story: random.Random) -> None:
    sniper = Buyer()

    def attempt(number: int) -> bool:
        freed = number * 40 + story.uniform(0, 20)
        Buyer().wastes(freed)
        return sniper.passes(freed + story.uniform(0.02, 0.2))

    assert attempts_until_stopped(attempt) <= 5
    assert "seats were asked for in the moment in which they became free" in sniper.why


def test_who_takes_seats_while_many_come_free_is_no_sniper(story: random.Random) -> None:
    fan, now = Buyer(), 0.0
    for _ in range(60):
        now += story.uniform(0.1, 0.4)
        Buyer().wastes(now)
    for _ in range(5):
        now += story.uniform(2, 9)
        for before in (1.0, 0.6, 0.2):
            Buyer().wastes(now - before)
        assert fan.passes(now)


def test_fifty_accounts_of_one_address_are_stopped_each_within_five_attempts(story: random.Random) -> None:
    farm = [Buyer(FARM, agent=SCRIPT, from_page=False) for _ in range(50)]
    made = dict.fromkeys(farm, 0)
    now = 0.0
    for _ in range(5):
        for grabber in farm:
            now += story.uniform(0.5, 2)
            if made[grabber] >= 0 and grabber.passes(now):
                made[grabber] += 1
                grabber.wastes(now + 1)
    assert max(made.values()) < 5
    assert sum(made.values()) / len(made) < 3, "together they are known sooner than one alone"


def test_fresh_accounts_at_the_address_of_a_farm_are_stopped_at_once() -> None:
    rhythm = [Buyer(FARM, agent=SCRIPT, from_page=False) for _ in range(40)]
    for number, grabber in enumerate(rhythm):
        grabber.costs(number * 0.5)
        grabber.wastes(number * 0.5 + 20)
    assert not Buyer(FARM, agent=SCRIPT, from_page=False).passes(20.0)


def test_what_happened_fades() -> None:
    grabber = Buyer()
    for number in range(6):
        grabber.wastes(number * 20.0)
    assert grabber.costs(130.0) > 1
    assert grabber.passes(2 * HOUR)


def test_who_leaves_challenges_unsolved_pays_for_it() -> None:
    grabber = Buyer()
    for number in range(5):
        grabber.wastes(number * 1.0)
    costs = [grabber.costs(60 + number**1.5 * 7) for number in range(8)]
    assert costs[-1] > MOST_SECONDS > costs[0]


def test_a_solution_is_counted_once() -> None:
    solution = uuid.uuid4().hex
    first, second = (
        note_attempt(buyer_id=1, event_id=1, address="a", solution=solution, solution_seconds=60).solved
        for _ in range(2)
    )
    assert (first, second) == (True, False)


@pytest.mark.parametrize(
    "agent", [SCRIPT, "curl/8.5", "Mozilla/5.0 … HeadlessChrome/149.0", "Scrapy/2.13", "Go-http-client/2.0"]
)
def test_programs_that_say_so_are_known(agent: str) -> None:
    assert AUTOMATION.search(agent)


@pytest.mark.parametrize("agent", [FIREFOX, "okhttp/5.1.0", "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)"])
def test_browsers_and_apps_are_not_taken_for_programs(agent: str) -> None:
    assert not AUTOMATION.search(agent)
