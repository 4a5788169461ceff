"""URLs of the buyer's live feed, with and without a trailing slash."""

from bookings.live.streams import BookingStream
from realtime.routes import route

streams = [route(r"^api/booking/event/(?P<event_id>[0-9]{1,18})/sse/?$", BookingStream.as_asgi("event_id"))]
