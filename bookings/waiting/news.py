"""What is told of an event's queue: that it has moved. Who stands where, is looked up."""

from realtime.feed import group_of
from realtime.news import publish

FEED = "queue"


def announce_admission(event_id: int, number: int) -> None:
    """Tells the event's queue that so many were let in; call it after the commit. May be lost."""
    publish(group_of(FEED, event_id), {"admitted": number})
