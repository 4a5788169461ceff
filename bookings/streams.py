"""The door of a buyer's live feed: SSE /api/booking/event/{event_id}/sse (docs/live.md)."""

from accounts.scopes import visitor_of
from accounts.sign_ins import SignIn
from bookings.feed import BuyerTopic, bookings_to_begin_with, time_of, updated_message
from events.reads import visible_event
from events.sign_ins import watch_sign_in
from realtime.database import in_thread
from realtime.frames import COMMENT
from realtime.sse import Stream
from ticketing.errors import NotSignedIn


class BookingStream(Stream):
    """A buyer's bookings for one event, and his place in its queue."""

    __slots__ = ("sign_in",)

    sign_in: SignIn

    async def prepare(self) -> None:
        """Refuses who is not signed in, and events that are not there for him."""
        user, sign_in = await in_thread(visitor_of, self.scope)
        if sign_in is None:
            raise NotSignedIn("Sign in to follow your bookings.")
        await in_thread(visible_event, self.subject, user)
        self.sign_in = sign_in

    async def begin(self) -> None:
        """Joins first and reads then: what changes meanwhile is told by the topic, and not once more from here."""
        await watch_sign_in(self)
        buyer_id = self.sign_in.user_id
        topic: BuyerTopic = await self.hub.open("buyer", buyer_id)
        self.join(topic)
        since = time_of(self.last_event_id)
        joined = dict(topic.told)
        for booking in await in_thread(bookings_to_begin_with, buyer_id, self.subject, since):
            if topic.told.get(booking.pk) == joined.get(booking.pk):
                self.write(updated_message(booking))
        self.write(COMMENT)
        self.join(await self.hub.open("queue", self.subject))
