"""What is told of a change of seats, and to which group."""

from typing import Any, NamedTuple

from realtime.news import publish


class SeatNews(NamedTuple):
    """One committed change of one block: `positions` are now `status`; counts and version are those after it.

    `from_version` is the version before it: one less, or several where the ends of several holds are told as one.
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
        """As it travels over the channel layer."""
        return self._asdict()


def event_group(event_id: int) -> str:
    """The group in which everything about an event's seats is told."""
    return f"event.{event_id}"


def announce(news: SeatNews) -> None:
    """Tells the event's group. May be lost with Redis; readers find out by the version within a second."""
    publish(event_group(news.event_id), news.message())
