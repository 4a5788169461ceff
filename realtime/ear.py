"""Listening to the channel layer: one channel for the whole process, and proof that it still hears.

Judged by effect: once a second a message is sent to the own channel. When nothing at all was heard for a while
(Redis restarted, a connection that died without a word), everything is set up anew.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import structlog
from channels.layers import get_channel_layer

log = structlog.get_logger(__name__)

Message = dict[str, Any]

DEAF_SECONDS = 3.0  # of silence, though every second brings at least the own message
PATIENCE = 0.5  # seconds to wait for Redis; everything works without it, only later
RETRY_SECONDS = 0.5


class Ear:
    """Hears the wanted groups and hands each message on. Needs `listen` running and `check` called once a second."""

    def __init__(self, heard: Callable[[Message], None]) -> None:
        self._heard = heard
        self._layer: Any = get_channel_layer()
        self._channel: str | None = None
        self._listening = asyncio.Event()
        self._wanted: set[str] = set()
        self._subscribed: set[str] = set()
        self._settling = asyncio.Lock()

    async def want(self, group: str) -> None:
        """From now on hears the group; returns when it does, or after `PATIENCE` if Redis is away."""
        self._wanted.add(group)
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._listening.wait()
        await self._settle(group)

    async def forget(self, group: str) -> None:
        """No longer hears the group."""
        self._wanted.discard(group)
        await self._settle(group)

    async def check(self) -> None:
        """Speaks to itself, and makes up for subscriptions that failed."""
        if self._channel is None:
            return
        with suppress(Exception):  # the silence that follows is what counts
            async with asyncio.timeout(PATIENCE):
                await self._layer.send(self._channel, {"type": "echo"})
        for group in self._wanted ^ self._subscribed:
            if not await self._settle(group):
                break

    async def tell(self, group: str, message: Message) -> None:
        """Sends to all who hear the group, in every process and in this one; may be lost."""
        with suppress(Exception):
            async with asyncio.timeout(PATIENCE):
                await self._layer.group_send(group, {**message, "group": group})

    async def listen(self) -> None:
        """Hears for ever, whatever happens to Redis."""
        while True:
            try:
                await self._listen_until_deaf()
            except Exception as error:
                log.warning("live_feed_deaf", reason=repr(error))
            self._channel = None
            self._listening.clear()
            self._subscribed.clear()
            with suppress(Exception):
                await self._layer.flush()
            await asyncio.sleep(RETRY_SECONDS)

    async def _listen_until_deaf(self) -> None:
        async with asyncio.timeout(DEAF_SECONDS):
            self._channel = await self._layer.new_channel()
            for group in list(self._wanted):
                await self._settle(group)
        self._listening.set()
        while True:
            async with asyncio.timeout(DEAF_SECONDS):
                message = await self._layer.receive(self._channel)
            self._hand_on(message)

    def _hand_on(self, message: Message) -> None:
        try:
            self._heard(message)
        except Exception:
            log.exception("news_not_understood")

    async def _settle(self, group: str) -> bool:
        """Makes the subscription what is wanted by now; one at a time, so that the last word counts."""
        if self._channel is None:
            return False
        try:
            async with asyncio.timeout(PATIENCE), self._settling:
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
