"""An ASGI application that sends numbered frames without end, as fast as it can, to each client.

`FLOOD_BREAK_TWISTED=1` removes an attribute of Twisted that the fast transport needs, as a new version might.
`FLOOD_PAUSE` is a pause in seconds after each frame.
"""

import asyncio
import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings")
django.setup()

if os.environ.get("FLOOD_BREAK_TWISTED"):
    from realtime.tests.broken_twisted import break_twisted

    break_twisted()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from realtime.frames import socket_frame, stream_message  # noqa: E402
from realtime.routes import route  # noqa: E402
from realtime.sockets import Socket  # noqa: E402
from realtime.sse import Stream  # noqa: E402
from realtime.viewer import Viewer  # noqa: E402

PAUSE = float(os.environ.get("FLOOD_PAUSE", "0"))
SIZES = (10, 125, 126, 5_000, 65_535, 65_536, 200_000)


async def flood(viewer: Viewer, frame: Any) -> None:
    number = 0
    while viewer._transport is not None:
        viewer.write(frame(number, "x" * SIZES[number % len(SIZES)]))
        number += 1
        await asyncio.sleep(PAUSE if viewer._transport is None or viewer._transport.unsent < viewer.subject else 0.01)


class Flooded:
    """Sends in a separate task until the client has gone."""

    flooding: asyncio.Task[None]

    def leave(self) -> None:
        self.flooding.cancel()


class FloodedSocket(Flooded, Socket):
    async def opened(self) -> None:
        self.flooding = self.hub.start(flood(self, lambda n, text: socket_frame({"number": n, "text": text})))

    async def received(self, frame: dict[str, Any]) -> None:
        pass


class FloodedStream(Flooded, Stream):
    async def prepare(self) -> None:
        pass

    async def begin(self) -> None:
        self.flooding = self.hub.start(flood(self, lambda n, text: stream_message("flood", {"text": text}, str(n))))


async def healthy(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


# /flood/{n}: pauses while more than n bytes are unsent.
application = ProtocolTypeRouter(
    {
        "http": URLRouter([route(r"^flood/(?P<n>\d+)$", FloodedStream.as_asgi("n")), route(r"", healthy)]),
        "websocket": URLRouter([route(r"^flood/(?P<n>\d+)$", FloodedSocket.as_asgi("n"))]),
    }
)
