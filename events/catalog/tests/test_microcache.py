"""Ready answers: one maker at a time, never too old for who asks, and never too many."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import pytest

from core.errors import Overloaded
from events.catalog.microcache import MicroCache, Ready

CROWD = 8
LONG = 60.0  # seconds: nothing here takes as long


@pytest.fixture
def new_cache() -> Callable[..., MicroCache]:
    def make(**limits: Any) -> MicroCache:
        return MicroCache(**{"life": LONG, "wait": LONG, "entries": 10, "size": 1_000_000, **limits})

    return make


class Kitchen:
    """Makes answers, slowly: each waits until all who shall ask meanwhile have come."""

    def __init__(self) -> None:
        self.made: list[Ready | None] = []  # what was kept, each time
        self.busy = threading.Lock()
        self.asked = threading.Event()
        self.open = threading.Event()

    def make(self, kept: Ready | None) -> Ready:
        assert self.busy.acquire(blocking=False), "two at once"
        try:
            self.made.append(kept)
            self.asked.set()
            assert self.open.wait(LONG)
            return Ready(str(len(self.made)), b"soup")
        finally:
            self.busy.release()


def test_a_crowd_is_served_by_one_maker(new_cache: Callable[..., MicroCache]) -> None:
    cache, kitchen = new_cache(), Kitchen()
    with ThreadPoolExecutor(CROWD) as crowd:
        served = [crowd.submit(cache.get, "soup", kitchen.make) for _ in range(CROWD)]
        kitchen.open.set()
    assert [answer.result() for answer in served] == [Ready("1", b"soup")] * CROWD
    assert kitchen.made == [None]


def test_an_answer_that_was_begun_too_long_ago_is_not_for_those_who_ask_now(
    new_cache: Callable[..., MicroCache],
) -> None:
    cache, kitchen = new_cache(life=0), Kitchen()
    with ThreadPoolExecutor(2) as crowd:
        early = crowd.submit(cache.get, "soup", kitchen.make)
        assert kitchen.asked.wait(LONG)
        late = crowd.submit(cache.get, "soup", kitchen.make)
        kitchen.open.set()
    assert [early.result(), late.result()] == [Ready("1", b"soup"), Ready("2", b"soup")]


def test_of_one_key_two_are_never_made_at_once(new_cache: Callable[..., MicroCache]) -> None:
    cache, kitchen = new_cache(life=0), Kitchen()  # which says so if they are
    with ThreadPoolExecutor(CROWD) as crowd:
        served = [crowd.submit(cache.get, "soup", kitchen.make) for _ in range(10 * CROWD)]
        kitchen.open.set()
    assert None not in [answer.result() for answer in served]
    assert len(kitchen.made) > 1


def test_who_makes_gets_what_is_kept_and_may_give_it_back(new_cache: Callable[..., MicroCache]) -> None:
    cache, first = new_cache(life=0), Ready("1", b"soup")
    cache.get("soup", lambda kept: first)
    assert cache.get("soup", lambda kept: kept) is first


def test_what_is_nothing_for_all_is_not_kept(new_cache: Callable[..., MicroCache]) -> None:
    cache = new_cache()
    assert cache.get("soup", lambda kept: None) is None
    assert cache.get("soup", lambda kept: Ready("2", b"soup")) == Ready("2", b"soup")


def test_all_who_waited_hear_that_the_making_failed_and_the_next_tries_again(
    new_cache: Callable[..., MicroCache],
) -> None:
    cache, kitchen = new_cache(), Kitchen()

    def burn(kept: Ready | None) -> Ready:
        kitchen.make(kept)
        raise ConnectionError

    with ThreadPoolExecutor(2) as crowd:
        served = [crowd.submit(cache.get, "soup", burn) for _ in range(2)]
        assert kitchen.asked.wait(LONG)
        kitchen.open.set()
    assert [type(answer.exception()) for answer in served] == [ConnectionError] * 2
    assert cache.get("soup", lambda kept: Ready("3", b"soup")) == Ready("3", b"soup")


def test_nobody_waits_longer_than_the_limit(new_cache: Callable[..., MicroCache]) -> None:
    cache, kitchen = new_cache(wait=0.01), Kitchen()
    with ThreadPoolExecutor(1) as crowd:
        served = crowd.submit(cache.get, "soup", kitchen.make)
        assert kitchen.asked.wait(LONG)
        with pytest.raises(Overloaded):
            cache.get("soup", kitchen.make)
        kitchen.open.set()
        wait([served])
    assert served.result() == Ready("1", b"soup")


def test_one_key_does_not_wait_for_another(new_cache: Callable[..., MicroCache]) -> None:
    cache, kitchen = new_cache(), Kitchen()
    with ThreadPoolExecutor(1) as crowd:
        crowd.submit(cache.get, "soup", kitchen.make)
        assert kitchen.asked.wait(LONG)
        assert cache.get("bread", lambda kept: Ready("1", b"bread")) == Ready("1", b"bread")
        kitchen.open.set()


@pytest.mark.parametrize("limits", [{"entries": 2}, {"size": 2 * Ready("", b"soup").size}])
def test_the_oldest_goes_when_there_are_too_many(new_cache: Callable[..., MicroCache], limits: dict[str, int]) -> None:
    cache = new_cache(**limits)
    for key in ("first", "second", "third"):
        cache.get(key, lambda kept: Ready("1", b"soup"))
    again: list[str] = []
    for key in ("third", "second", "first"):
        cache.get(key, lambda kept, key=key: again.append(key))  # type: ignore[misc]
    assert again == ["first"]


def test_what_is_too_large_is_served_and_not_kept(new_cache: Callable[..., MicroCache]) -> None:
    cache = new_cache(size=3)
    assert cache.get("soup", lambda kept: Ready("1", b"soup")) == Ready("1", b"soup")
    assert cache.get("soup", lambda kept: kept) is None
