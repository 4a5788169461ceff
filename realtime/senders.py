"""Senders, which pass messages from synchronous code to the channel layer: the interface and the portable one.

The fast one is in realtime.internals.channels_redis.
"""

import asyncio
import os
import threading
from collections.abc import Sequence
from typing import Any, Protocol

TIMEOUT_SECONDS = 0.2  # for one call of LayerSender.send, or one socket operation of RedisSender

GroupMessage = tuple[str, dict[str, Any]]  # the group's name, and the message


class Sender(Protocol):
    """An object that passes messages to groups of the channel layer."""

    def send(self, messages: Sequence[GroupMessage]) -> None:
        """Send the messages in order. Raises RedisError, OSError or TimeoutError.

        No single wait for Redis is longer than `TIMEOUT_SECONDS`.
        """


class LayerSender:
    """The portable sender: it calls the channel layer's own `group_send`, so it works with any channel layer.

    One thread of the process runs the event loop that `group_send` needs. Each call changes to that thread and waits
    for Redis's replies, which costs several times what `RedisSender` costs.
    """

    def __init__(self, layer: Any) -> None:
        self._layer = layer
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._process = 0

    def send(self, messages: Sequence[GroupMessage]) -> None:
        """Send the messages one after the other. Raises TimeoutError if that takes longer than `TIMEOUT_SECONDS`."""
        sent = asyncio.run_coroutine_threadsafe(self._send(messages), self._running_loop())
        try:
            sent.result(TIMEOUT_SECONDS)
        finally:
            sent.cancel()

    async def _send(self, messages: Sequence[GroupMessage]) -> None:
        for group, message in messages:
            await self._layer.group_send(group, message)

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        """Return this process's event loop, starting it if needed: its thread does not survive a fork."""
        with self._lock:
            if self._loop is None or self._process != os.getpid():
                self._loop, self._process = asyncio.new_event_loop(), os.getpid()
                threading.Thread(target=self._loop.run_forever, name="publish", daemon=True).start()
            return self._loop
