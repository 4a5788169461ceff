"""The microcache: one rendering at a time per key, no response older than allowed, and a bounded size."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import pytest

from core.errors import Overloaded
from events.catalog.microcache import CachedResponse, MicroCache

THREADS = 8
LONG_SECONDS = 60.0  # longer than anything here takes


@pytest.fixture
def new_cache() -> Callable[..., MicroCache]:
    def make(**limits: Any) -> MicroCache:
        return MicroCache(**{"life": LONG_SECONDS, "wait": LONG_SECONDS, "entries": 10, "size": 1_000_000, **limits})

    return make


class SlowRenderer:
    """Renders responses; each rendering waits until the test sets `go_on`."""

    def __init__(self) -> None:
        self.arguments: list[CachedResponse | None] = []  # the cached response, at each rendering
        self.busy = threading.Lock()
        self.started = threading.Event()
        self.go_on = threading.Event()

    def render(self, cached: CachedResponse | None) -> CachedResponse:
        assert self.busy.acquire(blocking=False), "two renderings at once"
        try:
            self.arguments.append(cached)
            self.started.set()
            assert self.go_on.wait(LONG_SECONDS)
            return CachedResponse(str(len(self.arguments)), b"body")
        finally:
            self.busy.release()


def test_simultaneous_requests_share_one_rendering(new_cache: Callable[..., MicroCache]) -> None:
    cache, renderer = new_cache(), SlowRenderer()
    with ThreadPoolExecutor(THREADS) as pool:
        futures = [pool.submit(cache.get, "key", renderer.render) for _ in range(THREADS)]
        renderer.go_on.set()
    assert [future.result() for future in futures] == [CachedResponse("1", b"body")] * THREADS
    assert renderer.arguments == [None]


def test_a_rendering_that_started_too_early_does_not_serve_later_requests(
    new_cache: Callable[..., MicroCache],
) -> None:
    cache, renderer = new_cache(life=0), SlowRenderer()
    with ThreadPoolExecutor(2) as pool:
        early = pool.submit(cache.get, "key", renderer.render)
        assert renderer.started.wait(LONG_SECONDS)
        late = pool.submit(cache.get, "key", renderer.render)
        renderer.go_on.set()
    assert [early.result(), late.result()] == [CachedResponse("1", b"body"), CachedResponse("2", b"body")]


def test_one_key_is_never_rendered_twice_at_once(new_cache: Callable[..., MicroCache]) -> None:
    cache, renderer = new_cache(life=0), SlowRenderer()  # it asserts that
    with ThreadPoolExecutor(THREADS) as pool:
        futures = [pool.submit(cache.get, "key", renderer.render) for _ in range(10 * THREADS)]
        renderer.go_on.set()
    assert None not in [future.result() for future in futures]
    assert len(renderer.arguments) > 1


def test_the_render_function_gets_the_cached_response_and_may_return_it(new_cache: Callable[..., MicroCache]) -> None:
    cache, first = new_cache(life=0), CachedResponse("1", b"body")
    cache.get("key", lambda cached: first)
    assert cache.get("key", lambda cached: cached) is first


def test_none_is_not_cached(new_cache: Callable[..., MicroCache]) -> None:
    cache = new_cache()
    assert cache.get("key", lambda cached: None) is None
    assert cache.get("key", lambda cached: CachedResponse("2", b"body")) == CachedResponse("2", b"body")


def test_an_error_reaches_all_waiting_requests_and_the_next_request_renders_again(
    new_cache: Callable[..., MicroCache],
) -> None:
    cache, renderer = new_cache(), SlowRenderer()

    def fail(cached: CachedResponse | None) -> CachedResponse:
        renderer.render(cached)
        raise ConnectionError

    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(cache.get, "key", fail) for _ in range(2)]
        assert renderer.started.wait(LONG_SECONDS)
        renderer.go_on.set()
    assert [type(future.exception()) for future in futures] == [ConnectionError] * 2
    assert cache.get("key", lambda cached: CachedResponse("3", b"body")) == CachedResponse("3", b"body")


def test_no_request_waits_longer_than_the_limit(new_cache: Callable[..., MicroCache]) -> None:
    cache, renderer = new_cache(wait=0.01), SlowRenderer()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(cache.get, "key", renderer.render)
        assert renderer.started.wait(LONG_SECONDS)
        with pytest.raises(Overloaded):
            cache.get("key", renderer.render)
        renderer.go_on.set()
        wait([future])
    assert future.result() == CachedResponse("1", b"body")


def test_one_key_does_not_wait_for_another(new_cache: Callable[..., MicroCache]) -> None:
    cache, renderer = new_cache(), SlowRenderer()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(cache.get, "key", renderer.render)
        assert renderer.started.wait(LONG_SECONDS)
        assert cache.get("other key", lambda cached: CachedResponse("1", b"other body")) == CachedResponse(
            "1", b"other body"
        )
        renderer.go_on.set()


@pytest.mark.parametrize("limits", [{"entries": 2}, {"size": 2 * CachedResponse("", b"body").size}])
def test_the_oldest_response_is_dropped_when_the_cache_is_full(
    new_cache: Callable[..., MicroCache], limits: dict[str, int]
) -> None:
    cache = new_cache(**limits)
    for key in ("first", "second", "third"):
        cache.get(key, lambda cached: CachedResponse("1", b"body"))
    rendered_again: list[str] = []
    for key in ("third", "second", "first"):
        cache.get(key, lambda cached, key=key: rendered_again.append(key))  # type: ignore[misc]
    assert rendered_again == ["first"]


def test_a_response_that_is_too_large_is_returned_but_not_cached(new_cache: Callable[..., MicroCache]) -> None:
    cache = new_cache(size=3)
    assert cache.get("key", lambda cached: CachedResponse("1", b"body")) == CachedResponse("1", b"body")
    assert cache.get("key", lambda cached: cached) is None
