"""The live feed of buyers. Published messages only name what changed; what is sent is read from the database."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil
from typing import Any, NamedTuple

from django.db.models import Q

from bookings.holds.models import Booking
from bookings.holds.serializers import booking_body, booking_tickets
from bookings.states import OPEN, BookingStatus
from core.clock import Now, database_now
from realtime.feed import Feed, Topic
from realtime.frames import socket_frame, stream_message

EXPIRING = timedelta(seconds=30)  # before the deadline, when a buyer is warned
# `updated_at` is set before the commit that makes it visible, so every query looks back this far for late commits.
OVERLAP = timedelta(seconds=15)
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00Z")


class Query(NamedTuple):
    """Whose bookings to read, and since when they must have changed."""

    buyer_ids: list[int]
    since: datetime


class Result(NamedTuple):
    """Bookings that changed or whose deadline is near, and the database's time of the query."""

    buyer_ids: list[int]
    bookings: list[Booking]
    at: datetime


class BuyerTopic(Topic):
    """One watched buyer. A viewer receives the bookings for its subject, an event."""

    def __init__(self, buyer_id: int, since: datetime, sent: dict[uuid.UUID, datetime]) -> None:
        super().__init__(buyer_id)
        self.since = since
        self.sent = sent  # booking: `updated_at` as it was last sent
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
        """See Feed. The message (bookings.publish.BookingChanged) only says that there is something to read."""
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
    wanted = Q(status__in=OPEN)
    if since is not None:
        wanted |= Q(updated_at__gt=since - OVERLAP)
    bookings = Booking.objects.for_display().filter(buyer_id=buyer_id, event_id=event_id)
    return list(bookings.filter(wanted).order_by("updated_at"))


# --- Messages --------------------------------------------------------------------------------------


def is_expiring(booking: Booking) -> bool:
    """Return whether the buyer has 30 seconds or less left to pay, and still some."""
    return booking.status == BookingStatus.PENDING_PAYMENT and timedelta(0) < booking.left <= EXPIRING


def updated_frame(booking: Booking) -> bytes:
    """Return `booking_updated` for the event's WebSocket."""
    return socket_frame({"type": "booking_updated", "booking": booking_body(booking)})


def expiring_frame(booking: Booking) -> bytes:
    """Return `booking_expiring` for the event's WebSocket."""
    return socket_frame({"type": "booking_expiring", **_expiry(booking)})


def updated_message(booking: Booking) -> bytes:
    """Return `booking_updated` for the buyer's stream."""
    data = {
        "event_type": "booking_updated",
        "event_id": booking.event_id,
        "booking_id": str(booking.pk),
        "status": booking.shown_status,
        "tickets": booking_tickets(booking),
    }
    if booking.shown_failure:
        data["error_message"] = booking.shown_failure
    return stream_message("status_update", data, _id(booking))


def expiring_message(booking: Booking) -> bytes:
    """Return `booking_expiring` for the buyer's stream."""
    data = {"event_type": "booking_expiring", "event_id": booking.event_id, **_expiry(booking)}
    return stream_message("booking_expiring", data, _id(booking))


def _expiry(booking: Booking) -> dict[str, Any]:
    return {"booking_id": str(booking.pk), "seconds_left": ceil(booking.left.total_seconds())}


def _id(booking: Booking) -> str:
    """Return the time of the change in microseconds."""
    return str((booking.updated_at - EPOCH) // timedelta(microseconds=1))


def time_of(last_event_id: str | None) -> datetime | None:
    """Return the time in a message id that a client claims to have received; None if it is not usable."""
    try:
        return EPOCH + timedelta(microseconds=int(last_event_id or ""))
    except (ValueError, OverflowError):
        return None
