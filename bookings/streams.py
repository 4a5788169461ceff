"""The door of a buyer's live feed: SSE /api/booking/event/{event_id}/sse (docs/live.md)."""

from accounts.models import User
from accounts.scopes import user_of
from bookings.feed import BuyerTopic, bookings_to_begin_with, time_of, updated_message
from events.reads import visible_event
from realtime.database import in_thread
from realtime.frames import COMMENT
from realtime.sse import Stream
from ticketing.errors import NotSignedIn


class BookingStream(Stream):
    """A buyer's bookings for one event, and his place in its queue."""

    __slots__ = ("user",)

    user: User

    @property
    def user_id(self) -> int:
        """Whose place in the queue is told."""
        return self.user.pk

    async def prepare(self) -> None:
        """Refuses who is not signed in, and events that are not there for him."""
        user = await in_thread(user_of, self.scope)
        if user is None:
            raise NotSignedIn("Sign in to follow your bookings.")
        await in_thread(visible_event, self.subject, user)
        self.user = user

    async def begin(self) -> None:
        """Joins first and reads then: what changes meanwhile is told by the topic, and not once more from here."""
        topic: BuyerTopic = await self.hub.open("buyer", self.user.pk)
        self.join(topic)
        since = time_of(self.last_event_id)
        joined = dict(topic.told)
        for booking in await in_thread(bookings_to_begin_with, self.user.pk, self.subject, since):
            if topic.told.get(booking.pk) == joined.get(booking.pk):
                self.write(updated_message(booking))
        self.write(COMMENT)
        self.join(await self.hub.open("queue", self.subject))
