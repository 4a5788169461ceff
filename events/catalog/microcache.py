"""Keeps finished answers for milliseconds, so that thousands of readers at once cost one query and one compression.

Each process has its own, and nothing invalidates it. It stays correct because an answer serves only requests that
arrive within `life` of the moment it was read, however long making it took, and because answers under one key are made
one at a time.
"""

import gzip
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field

from core.errors import Overloaded

# Of a map of 50,000 seats, a random half of them taken: level 1 makes 12.6 kB in 0.4 ms, 4 10.0 kB in 0.8 ms, 6 (the
# usual one) 9.2 kB in 3.6 ms.
GZIP_LEVEL = 4


@dataclass(frozen=True, slots=True)
class Ready:
    """A body in both forms, and the tag of what it was made of."""

    tag: str
    body: bytes
    packed: bytes = field(init=False)  # gzip

    def __post_init__(self) -> None:
        object.__setattr__(self, "packed", gzip.compress(self.body, GZIP_LEVEL, mtime=0))

    @property
    def size(self) -> int:
        """Bytes of memory, about."""
        return len(self.body) + len(self.packed)


# Gets what is kept, perhaps out of date, and gives it back if it is still right. None: there is nothing to keep.
Make = Callable[[Ready | None], Ready | None]


@dataclass(frozen=True, slots=True)
class _Kept:
    ready: Ready
    read_at: float


class _Making(Future[Ready | None]):
    """An answer that somebody is making. What is in it was read after `read_at`."""

    def __init__(self, read_at: float) -> None:
        super().__init__()
        self.read_at = read_at


class MicroCache:
    """At most `entries` answers of `size` bytes together; those go first that were not made or renewed for longest.

    `life` and `wait` are seconds: how old an answer may be when it is asked for, and how long to wait for its maker.
    """

    def __init__(self, *, life: float, wait: float, entries: int, size: int) -> None:
        self._life, self._wait, self._entries, self._size = life, wait, entries, size
        self._lock = threading.Lock()
        self._kept: dict[Hashable, _Kept] = {}  # in the order of their making
        self._making: dict[Hashable, _Making] = {}
        self._bytes = 0

    def get(self, key: Hashable, make: Make) -> Ready | None:
        """The answer under this key: kept, or being made by another, or made here.

        Raises Overloaded if another's making takes too long, and to all who wait for it what the making raises.
        """
        asked_at = time.monotonic()
        while True:
            with self._lock:
                kept = self._kept.get(key)
                if kept is not None and self._counts(kept.read_at, asked_at):
                    return kept.ready
                theirs = self._making.get(key)
                if theirs is None:
                    mine = self._making[key] = _Making(time.monotonic())
            if theirs is None:
                return self._made(key, mine, make, kept)
            ready = self._await(theirs, asked_at)
            if self._counts(theirs.read_at, asked_at):
                return ready

    def _counts(self, read_at: float, asked_at: float) -> bool:
        return read_at >= asked_at - self._life

    def _await(self, making: _Making, asked_at: float) -> Ready | None:
        try:
            return making.result(timeout=max(0.0, asked_at + self._wait - time.monotonic()))
        except TimeoutError:
            raise Overloaded from None

    def _made(self, key: Hashable, making: _Making, make: Make, kept: _Kept | None) -> Ready | None:
        try:
            ready = make(None if kept is None else kept.ready)
        except BaseException as error:
            self._end(key, None, making)
            making.set_exception(error)
            raise
        self._end(key, ready, making)
        making.set_result(ready)
        return ready

    def _end(self, key: Hashable, ready: Ready | None, making: _Making) -> None:
        with self._lock:
            del self._making[key]
            self._drop(key)
            if ready is not None:
                self._kept[key] = _Kept(ready, making.read_at)
                self._bytes += ready.size
            while self._bytes > self._size or len(self._kept) > self._entries:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        dropped = self._kept.pop(key, None)
        self._bytes -= dropped.ready.size if dropped is not None else 0
