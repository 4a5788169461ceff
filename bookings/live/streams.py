"""Endpoint of a buyer's live feed: SSE /api/booking/event/{event_id}/sse (docs/live.md)."""

from accounts.scopes import visitor_of
from accounts.sign_ins import SignIn
from bookings.live.feed import BuyerTopic, initial_bookings
from bookings.live.messages import time_of, updated_message
from core.errors import NotSignedIn
from events.catalog.selectors import visible_event
from events.live.sign_in_feed import watch_sign_in
from realtime.database import in_thread
from realtime.frames import COMMENT
from realtime.sse import Stream


class BookingStream(Stream):
    """A buyer's bookings for one event, and their place in its queue."""

    __slots__ = ("sign_in",)

    sign_in: SignIn

    async def prepare(self) -> None:
        """Check that the caller is signed in and may see the event. Raises NotSignedIn, NotFound."""
        user, sign_in = await in_thread(visitor_of, self.scope)
        if sign_in is None:
            raise NotSignedIn("Sign in to follow your bookings.")
        await in_thread(visible_event, self.subject, user)
        self.sign_in = sign_in

    async def begin(self) -> None:
        """Join the buyer's topic, send their bookings, then join the event's queue.

        The topic sends a booking that changes while the bookings are read, so that booking is left out here.
        """
        await watch_sign_in(self)
        buyer_id = self.sign_in.user_id
        topic: BuyerTopic = await self.hub.open("buyer", buyer_id)
        self.join(topic)
        since = time_of(self.last_event_id)
        sent = dict(topic.sent)
        for booking in await in_thread(initial_bookings, buyer_id, self.subject, since):
            if topic.sent.get(booking.pk) == sent.get(booking.pk):
                self.write(updated_message(booking))
        self.write(COMMENT)
        self.join(await self.hub.open("queue", self.subject))
