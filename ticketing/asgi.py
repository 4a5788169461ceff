"""The ASGI application, served by Daphne: WebSocket and server-sent events.

It also serves all other URLs, but slower than the WSGI application.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings")
os.environ.setdefault("DB_POOL", "on")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import re_path  # noqa: E402

import bookings.live.routing  # noqa: E402
import events.live.routing  # noqa: E402
from realtime.routes import route  # noqa: E402
from realtime.sockets import no_such_socket  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": URLRouter(
            [*events.live.routing.streams, *bookings.live.routing.streams, re_path(r"", django_application)]  # type: ignore[arg-type]
        ),
        "websocket": URLRouter([*events.live.routing.sockets, route(r"", no_such_socket)]),
    }
)
