"""The live feed of buyers: news says only that something changed; what is told is read from the database."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil
from typing import Any, NamedTuple

from django.db.models import Q

from bookings.models import Booking
from bookings.serializers import booking_body, booking_tickets
from bookings.states import OPEN, BookingStatus
from events.clock import Now, database_now
from realtime.feed import Feed, Topic
from realtime.frames import socket_frame, stream_message

EXPIRING = timedelta(seconds=30)  # before the deadline a buyer is warned
# `updated_at` is set before the commit that shows it; every read looks back that far for late ones.
OVERLAP = timedelta(seconds=15)
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00Z")


class Question(NamedTuple):
    """Whose bookings that changed after when."""

    buyer_ids: list[int]
    since: datetime


class Answer(NamedTuple):
    """Bookings that changed or whose deadline is near, and when the database was asked, by its clock."""

    buyer_ids: list[int]
    bookings: list[Booking]
    at: datetime


class BuyerTopic(Topic):
    """One watched buyer. Viewers hear of the bookings of their subject, an event."""

    def __init__(self, buyer_id: int, since: datetime, told: dict[uuid.UUID, datetime]) -> None:
        super().__init__(buyer_id)
        self.since = since
        self.told = told  # booking: `updated_at` when it was last told
        self.warned: set[tuple[uuid.UUID, datetime]] = set()  # booking, deadline
        self.ended: set[tuple[uuid.UUID, datetime]] = set()  # the same; told without waiting for the sweep

    def learn(self, booking: Booking) -> None:
        """Tells what is new about a booking; each state once, older ones never.

        The end of a hold is told by the clock, so that neither a lost worker nor a lost Redis can delay it.
        """
        if booking.updated_at > self.told.get(booking.pk, EPOCH):
            self.told[booking.pk] = booking.updated_at
            self._tell(booking, updated_frame(booking), updated_message(booking))
        if booking.updated_at < self.told.get(booking.pk, EPOCH):
            return  # news has overtaken this read
        ends = booking.pk, booking.expires_at
        if booking.is_over and ends not in self.ended:
            self.ended.add(ends)
            self._tell(booking, updated_frame(booking), updated_message(booking))
        if is_expiring(booking) and ends not in self.warned:
            self.warned.add(ends)
            self._tell(booking, expiring_frame(booking), expiring_message(booking))

    def _tell(self, booking: Booking, frame: bytes, message: bytes) -> None:
        for viewers, data in ((self.sockets, frame), (self.streams, message)):
            for viewer in viewers:
                if viewer.subject == booking.event_id:
                    viewer.write(data)


class BuyerFeed(Feed[BuyerTopic]):
    """All watched buyers of this process."""

    def load(self, key: int) -> BuyerTopic:
        """See Feed. What changed before is not told; a stream begins with the open bookings instead."""
        since = database_now()
        recent = Booking.objects.filter(buyer_id=key, updated_at__gt=since - OVERLAP)
        return BuyerTopic(key, since, dict(recent.values_list("pk", "updated_at")))

    def hear(self, topic: BuyerTopic, message: dict[str, Any]) -> None:
        """News of a booking (bookings.news.BookingNews)."""
        self.hub.due(self, topic)

    def flush(self, topics: list[BuyerTopic]) -> None:
        """Looks up what was heard of, for all buyers at once."""
        self.hub.ask(self, topics)

    def question(self, topics: Iterable[BuyerTopic]) -> Question:
        """See Feed."""
        topics = list(topics)
        return Question([topic.key for topic in topics], min(topic.since for topic in topics) - OVERLAP)

    def read(self, question: Question) -> Answer:
        """See Feed."""
        at = database_now()
        expiring = Q(status=BookingStatus.PENDING_PAYMENT, expires_at__lte=Now() + EXPIRING)
        bookings = Booking.objects.for_display().filter(buyer_id__in=question.buyer_ids)
        changed = bookings.filter(Q(updated_at__gt=question.since) | expiring).order_by("updated_at")
        return Answer(question.buyer_ids, list(changed), at)

    def learn(self, answer: Answer) -> None:
        """See Feed."""
        for booking in answer.bookings:
            if booking.buyer_id in self.topics:
                self.topics[booking.buyer_id].learn(booking)
        for buyer_id in answer.buyer_ids:
            if buyer_id in self.topics:
                self.topics[buyer_id].since = max(answer.at, self.topics[buyer_id].since)


def bookings_to_begin_with(buyer_id: int, event_id: int, since: datetime | None) -> list[Booking]:
    """In a thread: the buyer's open bookings for the event, and those that changed after `since`; oldest first."""
    wanted = Q(status__in=OPEN)
    if since is not None:
        wanted |= Q(updated_at__gt=since - OVERLAP)
    bookings = Booking.objects.for_display().filter(buyer_id=buyer_id, event_id=event_id)
    return list(bookings.filter(wanted).order_by("updated_at"))


# --- Messages --------------------------------------------------------------------------------------


def is_expiring(booking: Booking) -> bool:
    """Whether its buyer has 30 seconds or less to pay, and still some."""
    return booking.status == BookingStatus.PENDING_PAYMENT and timedelta(0) < booking.left <= EXPIRING


def updated_frame(booking: Booking) -> bytes:
    """For the event's WebSocket."""
    return socket_frame({"type": "booking_updated", "booking": booking_body(booking)})


def expiring_frame(booking: Booking) -> bytes:
    """For the event's WebSocket."""
    return socket_frame({"type": "booking_expiring", **_ending(booking)})


def updated_message(booking: Booking) -> bytes:
    """For the buyer's stream."""
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
    """For the buyer's stream."""
    data = {"event_type": "booking_expiring", "event_id": booking.event_id, **_ending(booking)}
    return stream_message("booking_expiring", data, _id(booking))


def _ending(booking: Booking) -> dict[str, Any]:
    return {"booking_id": str(booking.pk), "seconds_left": ceil(booking.left.total_seconds())}


def _id(booking: Booking) -> str:
    """The time of the change in microseconds."""
    return str((booking.updated_at - EPOCH) // timedelta(microseconds=1))


def time_of(last_event_id: str | None) -> datetime | None:
    """The time in an id that a client claims to have got; None if it says nothing that can be used."""
    try:
        return EPOCH + timedelta(microseconds=int(last_event_id or ""))
    except (ValueError, OverflowError):
        return None
