"""URL patterns of an event's live feed, with and without a trailing slash."""

from events.live.streams import EventSocket, EventStream
from realtime.routes import route

sockets = [route(r"^ws/event/(?P<event_id>[0-9]{1,18})/?$", EventSocket.as_asgi("event_id"))]
streams = [route(r"^api/event/(?P<event_id>[0-9]{1,18})/sse/?$", EventStream.as_asgi("event_id"))]
