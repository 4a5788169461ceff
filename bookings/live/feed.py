"""The live feed of buyers. A published message only says that a booking changed; it is read from the database."""

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
    """The buyers whose bookings to read, and the time since when they must have changed."""

    buyer_ids: list[int]
    since: datetime


class Result(NamedTuple):
    """Bookings that changed or whose deadline is near, and the database's time of the query."""

    buyer_ids: list[int]
    bookings: list[Booking]
    at: datetime


class BuyerTopic(Topic):
    """One watched buyer. A viewer receives the bookings of the event that is its `subject`."""

    def __init__(self, buyer_id: int, since: datetime, sent: dict[uuid.UUID, datetime]) -> None:
        super().__init__(buyer_id)
        self.since = since
        self.sent = sent  # by booking: its `updated_at` when it was last sent
        self.warned: set[tuple[uuid.UUID, datetime]] = set()  # (booking, deadline) whose warning was sent
        self.ended: set[tuple[uuid.UUID, datetime]] = set()  # (booking, deadline) whose end was sent before the sweep

    def apply(self, booking: Booking) -> None:
        """Send what is new about a booking: each state once, and never an older one.

        The end of a hold is sent by the clock, so that neither a lost worker nor a lost Redis delays it.
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
        """See Feed. Earlier changes are not sent; a stream begins with the open bookings instead."""
        since = database_now()
        recent = Booking.objects.filter(buyer_id=key, updated_at__gt=since - OVERLAP)
        return BuyerTopic(key, since, dict(recent.values_list("pk", "updated_at")))

    def handle(self, topic: BuyerTopic, message: dict[str, Any]) -> None:
        """See Feed. The message (bookings.publish.BookingChanged) only says that a booking changed."""
        self.hub.schedule_flush(self, topic)

    def flush(self, topics: list[BuyerTopic]) -> None:
        """See Feed. Reads what changed for all these buyers at once."""
        self.hub.refresh(self, topics)

    def query(self, topics: Iterable[BuyerTopic]) -> Query:
        """See Feed."""
        topics = list(topics)
        return Query([topic.key for topic in topics], min(topic.since for topic in topics) - OVERLAP)

    def fetch(self, query: Query) -> Result:
        """See Feed."""
        at = database_now()
        expiring = Q(status=BookingStatus.PENDING_PAYMENT, expires_at__lte=Now() + EXPIRING)
        bookings = Booking.objects.for_display().filter(buyer_id__in=query.buyer_ids)
        changed = bookings.filter(Q(updated_at__gt=query.since) | expiring).order_by("updated_at")
        return Result(query.buyer_ids, list(changed), at)

    def apply(self, result: Result) -> None:
        """See Feed."""
        for booking in result.bookings:
            if booking.buyer_id in self.topics:
                self.topics[booking.buyer_id].apply(booking)
        for buyer_id in result.buyer_ids:
            if buyer_id in self.topics:
                self.topics[buyer_id].since = max(result.at, self.topics[buyer_id].since)


def initial_bookings(buyer_id: int, event_id: int, since: datetime | None) -> list[Booking]:
    """Return the buyer's open bookings for the event, and those changed after `since`; oldest first."""
    condition = Q(status__in=OPEN)
    if since is not None:
        condition |= Q(updated_at__gt=since - OVERLAP)
    bookings = Booking.objects.for_display().filter(buyer_id=buyer_id, event_id=event_id)
    return list(bookings.filter(condition).order_by("updated_at"))
