"""Subscribe to groups of the channel layer: one channel for the whole process, checked once a second.

The check is end to end: once a second the process sends a message to its own channel. If nothing arrives for a while
(Redis was restarted, or a connection broke without an error), all subscriptions are set up again.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import structlog
from channels.layers import get_channel_layer

log = structlog.get_logger(__name__)

Message = dict[str, Any]

DISCONNECTED_SECONDS = 3.0  # without any message, although the process sends itself one each second
TIMEOUT_SECONDS = 0.5  # for one call to Redis; without Redis updates are late, but nothing fails
RETRY_SECONDS = 0.5


class Subscriber:
    """Receives messages of the subscribed groups and passes each one to `on_message`.

    `run` must run as a task, and `check` must be called once a second.
    """

    def __init__(self, on_message: Callable[[Message], None]) -> None:
        self._on_message = on_message
        self._layer: Any = get_channel_layer()
        self._channel: str | None = None
        self._connected = asyncio.Event()
        self._wanted: set[str] = set()
        self._subscribed: set[str] = set()
        self._lock = asyncio.Lock()

    async def subscribe(self, group: str) -> None:
        """Subscribe to a group. Return when subscribed, or after `TIMEOUT_SECONDS` if Redis is unavailable.

        In the second case the subscription is made as soon as Redis is back.
        """
        self._wanted.add(group)
        with suppress(TimeoutError):
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await self._connected.wait()
        await self._update(group)

    async def unsubscribe(self, group: str) -> None:
        """Unsubscribe from a group."""
        self._wanted.discard(group)
        await self._update(group)

    async def check(self) -> None:
        """Send a message to this process itself, and retry subscribing and unsubscribing where that failed."""
        if self._channel is None:
            return
        with suppress(Exception):  # `run` notices that no message arrives
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await self._layer.send(self._channel, {"type": "echo"})
        for group in self._wanted ^ self._subscribed:
            if not await self._update(group):
                break

    async def send(self, group: str, message: Message) -> None:
        """Send a message to a group's subscribers in all processes, this one included. It may be lost."""
        with suppress(Exception):
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await self._layer.group_send(group, {**message, "group": group})

    async def run(self) -> None:
        """Receive messages for ever, and reconnect whenever the connection to Redis is lost."""
        while True:
            try:
                await self._receive_until_disconnected()
            except Exception as error:
                log.warning("subscriber_disconnected", reason=repr(error))
            self._channel = None
            self._connected.clear()
            self._subscribed.clear()
            with suppress(Exception):
                await self._layer.flush()
            await asyncio.sleep(RETRY_SECONDS)

    async def _receive_until_disconnected(self) -> None:
        async with asyncio.timeout(DISCONNECTED_SECONDS):
            self._channel = await self._layer.new_channel()
            for group in list(self._wanted):
                await self._update(group)
        self._connected.set()
        while True:
            async with asyncio.timeout(DISCONNECTED_SECONDS):
                message = await self._layer.receive(self._channel)
            self._dispatch(message)

    def _dispatch(self, message: Message) -> None:
        try:
            self._on_message(message)
        except Exception:
            log.exception("message_not_handled")

    async def _update(self, group: str) -> bool:
        """Subscribe to the group or unsubscribe from it, whichever is wanted now. Return whether that worked.

        The lock makes concurrent calls for one group run one after the other, so that the last one wins.
        """
        if self._channel is None:
            return False
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS), self._lock:
                if group in self._wanted and group not in self._subscribed:
                    await self._layer.group_add(group, self._channel)
                    self._subscribed.add(group)
                elif group not in self._wanted and group in self._subscribed:
                    self._subscribed.discard(group)
                    await self._layer.group_discard(group, self._channel)
        except Exception as error:
            log.warning("subscription_failed", group=group, reason=repr(error))
            return False
        return True
