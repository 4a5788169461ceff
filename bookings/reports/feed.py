"""The live feed of the sales report: sent to the seller on connecting and whenever it changed, at most once a second.

It reads only the database, so it works the same without Redis. Each second, it reads a marker of each watched event (a
cheap indicator of changes), and then only the reports whose marker has changed or that are MAX_AGE_SECONDS old.
"""

from collections.abc import Iterable
from datetime import timedelta
from time import monotonic
from typing import Any, NamedTuple

from django.db.models import Sum

from bookings.checkin.models import CheckIn
from bookings.reports.sales_report import sales_report
from events.models import Event
from realtime.feed import Feed, Topic
from realtime.frames import socket_frame

PACE = timedelta(hours=1)  # the span of `velocity` in a frame; the API returns the whole day
# Some changes don't change the marker and are sent this late: a payment after its seats were lost, or a hold that has
# expired but is not swept yet.
MAX_AGE_SECONDS = 15


class Marker(NamedTuple):
    """A cheap indicator that changes with nearly everything that changes the report."""

    status: str
    versions: int  # sum of the versions of the event's subsections, which only rise
    check_in: int  # id of the last check-in of any event


class Report(NamedTuple):
    """A report as it was sent, and when reading it began (seconds of `monotonic`)."""

    began: float
    marker: Marker
    frame: bytes


Known = dict[int, Report | None]  # by event id


class AnalyticsTopic(Topic):
    """The report of one event, and its viewers: users who may see the report (events.live.streams)."""

    def __init__(self, event_id: int) -> None:
        super().__init__(event_id)
        self.report: Report | None = None
        self.up_to_date: set[Any] = set()  # viewers that have received the report

    def apply(self, report: Report) -> None:
        """Replace the report, unless the current one was read later; send it to viewers without its content."""
        known = self.report
        if known is not None and report.began < known.began:
            return
        self.report = report
        if known is None or report.frame != known.frame:
            self.up_to_date = set()
        self.send()

    def send(self) -> None:
        """Send the report to viewers that have not received it yet."""
        if self.report is None:
            return
        for viewer in self.sockets - self.up_to_date:
            viewer.write(self.report.frame)
        self.up_to_date = set(self.sockets)


class AnalyticsFeed(Feed[AnalyticsTopic]):
    """All watched reports of this process."""

    def load(self, key: int) -> AnalyticsTopic:
        """Return the topic of an event, without a report; the hub has the report read directly after."""
        return AnalyticsTopic(key)

    def handle(self, topic: AnalyticsTopic, message: dict[str, Any]) -> None:
        """Do nothing: no messages are published about reports. They would be as frequent as changes of seats."""

    def query(self, topics: Iterable[AnalyticsTopic]) -> Known:
        """Return the current report of each topic, by event id; None for a report that has not been read."""
        return {topic.key: topic.report for topic in topics}

    def fetch(self, query: Known) -> dict[int, Report]:
        """Read the reports that may differ from those in `query`; return them by event id."""
        began = monotonic()
        events = Event.objects.filter(pk__in=query).only("status").annotate(versions=Sum("subsections__version"))
        check_in = CheckIn.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        markers = {event: Marker(event.status, int(event.versions or 0), check_in) for event in events}
        return {
            event.pk: Report(began, marker, report_frame(event))
            for event, marker in markers.items()
            if is_due(query[event.pk], marker, began)
        }

    def apply(self, result: dict[int, Report]) -> None:
        """Pass each report to its topic, which sends it."""
        for event_id, report in result.items():
            if event_id in self.topics:
                self.topics[event_id].apply(report)

    def flush(self, topics: list[AnalyticsTopic]) -> None:
        """Do nothing: reports are sent when they are applied."""

    def every_second(self, second: int) -> None:
        """Send each topic's current report to viewers that have joined since it was sent."""
        for topic in self.topics.values():
            topic.send()


def is_due(known: Report | None, marker: Marker, now: float) -> bool:
    """Return whether an event's report must be read: it never was, its marker has changed, or it is too old.

    `known` is the report that was read last; `now` is a time of `monotonic`.
    """
    return known is None or known.marker != marker or now - known.began >= MAX_AGE_SECONDS


def report_frame(event: Event) -> bytes:
    """Return the frame for the event's WebSocket: the sales report, with `velocity` of the last hour, and status."""
    report = sales_report(event, pace=PACE)
    return socket_frame({"type": "analytics", "event_id": event.pk, "status": event.status, **report})
