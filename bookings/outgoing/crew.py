"""Messages on their way, several at once: threads that only wait for receivers, and know nothing of the database."""

from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import chain
from types import TracebackType
from typing import Generic, NamedTuple, TypeVar

from bookings.outgoing.line import Answer, Line, NoAnswer

About = TypeVar("About")


class Errand(NamedTuple, Generic[About]):
    """A message on its way: over which line to which address, and what it is about."""

    line: Line
    url: str
    about: About


class Crew(Generic[About]):
    """So many messengers. A line is kept for the next message to the same address."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="webhook")
        self._under_way: dict[Future[Answer], Errand[About]] = {}
        self._kept: dict[str, list[Line]] = defaultdict(list)

    def __enter__(self) -> "Crew[About]":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._threads.shutdown()
        for line in chain((errand.line for errand in self._under_way.values()), *self._kept.values()):
            line.close()

    @property
    def free(self) -> int:
        """How many more messages can go."""
        return self._size - len(self._under_way)

    def send(self, url: str, body: bytes, headers: dict[str, str], *, about: About) -> None:
        """Sends a message; what became of it comes with `answers`. Only while somebody is free."""
        line = self._kept[url].pop() if self._kept[url] else Line(url)
        self._under_way[self._threads.submit(line.post, body, headers)] = Errand(line, url, about)

    def answers(self) -> Iterator[tuple[About, Answer | NoAnswer]]:
        """Waits for the next answer, and gives it with all others that have come; nothing if nothing is under way."""
        for future in wait(self._under_way, return_when=FIRST_COMPLETED).done:
            errand = self._under_way.pop(future)
            try:
                answer = future.result()
            except NoAnswer as silence:
                errand.line.close()
                yield errand.about, silence
            else:
                self._kept[errand.url].append(errand.line)
                yield errand.about, answer
