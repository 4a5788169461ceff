"""Publish changes of seats to the viewers of an event."""

from typing import Any, NamedTuple

from realtime.publish import publish


class SeatsChanged(NamedTuple):
    """One committed change of one subsection: the seats at `positions` now have `status`.

    Counts and `version` are those after the change. `from_version` is the version before it: one less, or several
    less if one message reports the end of several holds.
    """

    event_id: int
    subsection_id: int
    from_version: int
    version: int
    available: int
    reserved: int
    sold: int
    blocked: int
    status: str
    positions: list[int]
    at: str  # RFC 3339, by the database's clock

    def message(self) -> dict[str, Any]:
        """Return the message for the channel layer."""
        return self._asdict()


def event_group(event_id: int) -> str:
    """Return the name of the group to which changes of an event's seats are published."""
    return f"event.{event_id}"


def publish_seats(change: SeatsChanged) -> None:
    """Publish a change to the event's group. Call it after the commit.

    Without Redis the message is lost; subscribers then read the change from the database within a second.
    """
    publish(event_group(change.event_id), change.message())
