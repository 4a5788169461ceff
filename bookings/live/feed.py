"""The live feed of buyers. A published message only says that a booking changed; the feed then reads the booking."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Q

from bookings.holds.models import Booking
from bookings.live.messages import (
    EPOCH,
    EXPIRING,
    expiring_frame,
    expiring_message,
    is_expiring,
    updated_frame,
    updated_message,
)
from bookings.states import OPEN, BookingStatus
from core.clock import Now, database_now
from realtime.feed import Feed, Topic

# `updated_at` is set before the commit that makes it visible, so every query looks back this far for late commits.
OVERLAP = timedelta(seconds=15)


class Query(NamedTuple):
    """The ids of the buyers whose bookings to read, and the time after which the bookings must have changed."""

    buyer_ids: list[int]
    since: datetime


class Result(NamedTuple):
    """The result of a `Query`: bookings that changed or whose deadline is near, and the database's time of reading."""

    buyer_ids: list[int]
    bookings: list[Booking]
    at: datetime


class BuyerTopic(Topic):
    """One buyer, and the viewers (open connections) that watch their bookings, each for one event: its `subject`."""

    def __init__(self, buyer_id: int, since: datetime, sent: dict[uuid.UUID, datetime]) -> None:
        super().__init__(buyer_id)
        self.since = since
        self.sent = sent  # by booking: its `updated_at` when it was last sent
        self.warned: set[tuple[uuid.UUID, datetime]] = set()  # (booking, deadline) whose warning was sent
        self.ended: set[tuple[uuid.UUID, datetime]] = set()  # (booking, deadline) whose end was sent before the sweep

    def apply(self, booking: Booking) -> None:
        """Send viewers what is new about a booking: each state once, and none that is older than the last one sent.

        The warning before a deadline and the end of a hold are sent by the time left, before the sweep ends the hold.
        So neither a lost worker nor a lost Redis delays them.
        """
        if booking.updated_at > self.sent.get(booking.pk, EPOCH):
            self.sent[booking.pk] = booking.updated_at
            self._send(booking, updated_frame(booking), updated_message(booking))
        if booking.updated_at < self.sent.get(booking.pk, EPOCH):
            return  # a later query has already been applied
        deadline = booking.pk, booking.expires_at
        if booking.is_over and deadline not in self.ended:
            self.ended.add(deadline)
            self._send(booking, updated_frame(booking), updated_message(booking))
        if is_expiring(booking) and deadline not in self.warned:
            self.warned.add(deadline)
            self._send(booking, expiring_frame(booking), expiring_message(booking))

    def _send(self, booking: Booking, frame: bytes, message: bytes) -> None:
        for viewers, data in ((self.sockets, frame), (self.streams, message)):
            for viewer in viewers:
                if viewer.subject == booking.event_id:
                    viewer.write(data)


class BuyerFeed(Feed[BuyerTopic]):
    """All watched buyers of this process."""

    def load(self, key: int) -> BuyerTopic:
        """Return the topic of a buyer. It sends changes from now on; a stream begins with the open bookings."""
        since = database_now()
        recent = Booking.objects.filter(buyer_id=key, updated_at__gt=since - OVERLAP)
        return BuyerTopic(key, since, dict(recent.values_list("pk", "updated_at")))

    def handle(self, topic: BuyerTopic, message: dict[str, Any]) -> None:
        """Schedule a flush: the message (bookings.publish.BookingChanged) only says that a booking changed."""
        self.hub.schedule_flush(self, topic)

    def flush(self, topics: list[BuyerTopic]) -> None:
        """Have the changed bookings of all these buyers read together and sent."""
        self.hub.refresh(self, topics)

    def query(self, topics: Iterable[BuyerTopic]) -> Query:
        """Return the buyers of these topics, and the earliest time after which their bookings may have changed."""
        topics = list(topics)
        return Query([topic.key for topic in topics], min(topic.since for topic in topics) - OVERLAP)

    def fetch(self, query: Query) -> Result:
        """Read the bookings that changed, and the holds whose deadline is near or has passed."""
        at = database_now()
        expiring = Q(status=BookingStatus.PENDING_PAYMENT, expires_at__lte=Now() + EXPIRING)
        bookings = Booking.objects.for_display().filter(buyer_id__in=query.buyer_ids)
        changed = bookings.filter(Q(updated_at__gt=query.since) | expiring).order_by("updated_at")
        return Result(query.buyer_ids, list(changed), at)

    def apply(self, result: Result) -> None:
        """Send the bookings to their buyers' viewers; the next query starts at the time of this one."""
        for booking in result.bookings:
            if booking.buyer_id in self.topics:
                self.topics[booking.buyer_id].apply(booking)
        for buyer_id in result.buyer_ids:
            if buyer_id in self.topics:
                self.topics[buyer_id].since = max(result.at, self.topics[buyer_id].since)


def initial_bookings(buyer_id: int, event_id: int, since: datetime | None) -> list[Booking]:
    """Return the buyer's open bookings for the event and, if `since` is given, those changed after it.

    In the order of their last change. Bookings changed up to OVERLAP before `since` are included, too.
    """
    condition = Q(status__in=OPEN)
    if since is not None:
        condition |= Q(updated_at__gt=since - OVERLAP)
    bookings = Booking.objects.for_display().filter(buyer_id=buyer_id, event_id=event_id)
    return list(bookings.filter(condition).order_by("updated_at"))
