"""A Daphne application that writes numbered frames without end, as fast as it can, to whoever connects."""

import asyncio
import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings")
django.setup()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from realtime.frames import socket_frame, stream_message  # noqa: E402
from realtime.routes import route  # noqa: E402
from realtime.sockets import Socket  # noqa: E402
from realtime.sse import Stream  # noqa: E402
from realtime.viewer import Viewer  # noqa: E402

SIZES = (10, 125, 126, 5_000, 65_535, 65_536, 200_000)


async def flood(viewer: Viewer, frame: Any) -> None:
    number = 0
    while viewer._wire is not None:
        viewer.write(frame(number, "x" * SIZES[number % len(SIZES)]))
        number += 1
        await asyncio.sleep(0 if viewer._wire is None or viewer._wire.unsent < viewer.subject else 0.01)


class FloodedSocket(Socket):
    async def opened(self) -> None:
        await flood(self, lambda number, text: socket_frame({"number": number, "text": text}))

    async def heard(self, frame: dict[str, Any]) -> None:
        pass


class FloodedStream(Stream):
    async def prepare(self) -> None:
        pass

    async def begin(self) -> None:
        await flood(self, lambda number, text: stream_message("flood", {"text": text}, str(number)))


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
