"""How messages get from synchronous code to the channel layer; here the portable way, with public interfaces only."""

import asyncio
import os
import threading
from collections.abc import Sequence
from typing import Any, Protocol

TIMEOUT_SECONDS = 0.2  # for one call of `send`

GroupMessage = tuple[str, dict[str, Any]]  # the group's name, and the message


class Sender(Protocol):
    """How messages get to Redis."""

    def send(self, messages: Sequence[GroupMessage]) -> None:
        """Send the messages in order, within `TIMEOUT_SECONDS`. Raises RedisError, OSError or TimeoutError."""


class LayerSender:
    """Sends with the channel layer's own `group_send`; works with any channel layer.

    One thread of the process runs the event loop that `group_send` needs. Costs a change of threads and Redis's reply
    for each call, several times what `RedisSender` costs.
    """

    def __init__(self, layer: Any) -> None:
        self._layer = layer
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._process = 0

    def send(self, messages: Sequence[GroupMessage]) -> None:
        """See Sender."""
        sent = asyncio.run_coroutine_threadsafe(self._send(messages), self._running_loop())
        try:
            sent.result(TIMEOUT_SECONDS)
        finally:
            sent.cancel()

    async def _send(self, messages: Sequence[GroupMessage]) -> None:
        for group, message in messages:
            await self._layer.group_send(group, message)

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        """Return this process's loop. A thread does not survive a fork, so a child process starts its own."""
        with self._lock:
            if self._loop is None or self._process != os.getpid():
                self._loop, self._process = asyncio.new_event_loop(), os.getpid()
                threading.Thread(target=self._loop.run_forever, name="publish", daemon=True).start()
            return self._loop
