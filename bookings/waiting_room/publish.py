"""Publishes that buyers were admitted from an event's queue. Subscribers read everybody's new position themselves."""

from realtime.feed import group_name
from realtime.publish import publish

FEED = "queue"


def publish_admission(event_id: int, number: int) -> None:
    """Publish that `number` buyers were admitted. Call it after the commit. The message may be lost."""
    publish(group_name(FEED, event_id), {"admitted": number})
