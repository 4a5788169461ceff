"""The live feed of the seller's report: once when he comes, then whenever it has changed, at most once a second.

It is read from the database alone, so it is as live without Redis. Most seconds are one look at the marks of all
watched events; only where a mark has moved is the report made anew.
"""

from collections.abc import Iterable
from datetime import timedelta
from time import monotonic
from typing import Any, NamedTuple

from django.db.models import Sum

from bookings.analytics import sales_report
from bookings.models import CheckIn
from events.models import Event
from realtime.feed import Feed, Topic
from realtime.frames import socket_frame

PACE = timedelta(hours=1)  # that a frame's `velocity` goes back; the day is there to be fetched
# What moves no mark is seen that late: money that came too late for its seats, the end of a hold that nobody swept.
AGAIN_SECONDS = 15


class Mark(NamedTuple):
    """Moves with (nearly) everything that moves the report; cheap to read."""

    status: str
    versions: int  # the sum of the blocks': versions only rise
    check_in: int  # the last one, of whatever event


class Reading(NamedTuple):
    """A report as it was told, and when it was begun to be read (seconds of `monotonic`)."""

    began: float
    mark: Mark
    frame: bytes


Known = dict[int, Reading | None]  # by event


class AnalyticsTopic(Topic):
    """The report of one event. Only who may see it joins (events.streams)."""

    def __init__(self, event_id: int) -> None:
        super().__init__(event_id)
        self.reading: Reading | None = None
        self.told: set[Any] = set()  # the viewers that know it

    def learn(self, reading: Reading) -> None:
        """Keeps the later of two readings, and tells it if it says something else."""
        known = self.reading
        if known is not None and reading.began < known.began:
            return
        self.reading = reading
        if known is None or reading.frame != known.frame:
            self.told = set()
        self.tell()

    def tell(self) -> None:
        """Tells it to those who don't know it yet."""
        if self.reading is None:
            return
        for viewer in self.sockets - self.told:
            viewer.write(self.reading.frame)
        self.told = set(self.sockets)


class AnalyticsFeed(Feed[AnalyticsTopic]):
    """All watched reports of this process."""

    def load(self, key: int) -> AnalyticsTopic:
        """See Feed. The hub asks at once for what there is to tell."""
        return AnalyticsTopic(key)

    def hear(self, topic: AnalyticsTopic, message: dict[str, Any]) -> None:
        """See Feed. There is no news of reports: each would come as often as seats change."""

    def question(self, topics: Iterable[AnalyticsTopic]) -> Known:
        """See Feed."""
        return {topic.key: topic.reading for topic in topics}

    def read(self, question: Known) -> dict[int, Reading]:
        """See Feed. Only what may have changed."""
        began = monotonic()
        events = Event.objects.filter(pk__in=question).only("status").annotate(versions=Sum("subsections__version"))
        check_in = CheckIn.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        marks = {event: Mark(event.status, int(event.versions or 0), check_in) for event in events}
        return {
            event.pk: Reading(began, mark, report_frame(event))
            for event, mark in marks.items()
            if is_due(question[event.pk], mark, began)
        }

    def learn(self, answer: dict[int, Reading]) -> None:
        """See Feed."""
        for event_id, reading in answer.items():
            if event_id in self.topics:
                self.topics[event_id].learn(reading)

    def flush(self, topics: list[AnalyticsTopic]) -> None:
        """See Feed. Nothing is ever due: what is told, is told when it is learnt."""

    def beat(self, second: int) -> None:
        """Who has come since then is told what the others know."""
        for topic in self.topics.values():
            topic.tell()


def is_due(known: Reading | None, mark: Mark, now: float) -> bool:
    """Whether the report may say something else than what is known of it."""
    return known is None or known.mark != mark or now - known.began >= AGAIN_SECONDS


def report_frame(event: Event) -> bytes:
    """For the event's WebSocket: the report of the last hour, and the event's status."""
    report = sales_report(event, pace=PACE)
    return socket_frame({"type": "analytics", "event_id": event.pk, "status": event.status, **report})
