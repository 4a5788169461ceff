"""Publish messages to groups from synchronous code, after the commit.

Publishing never raises and guarantees nothing: without Redis messages are lost, and subscribers find out from the
database within a second what they missed.
"""

import time
from collections.abc import Sequence
from functools import cache, partial
from typing import Any

import redis
import structlog
from channels.layers import get_channel_layer

from realtime import internals
from realtime.internals import channels_redis
from realtime.senders import GroupMessage, LayerSender, Sender

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 1.0  # after a failure, so that a lost Redis slows down no request


class Publisher:
    """Publishes to the groups of one channel layer, and pauses after a failure. May be shared by threads."""

    def __init__(self, layer: Any) -> None:
        self._sender = sender_for(layer)
        self._paused_until = 0.0

    def publish(self, messages: Sequence[GroupMessage]) -> None:
        """Send (group, message) pairs, each message with its group's name added as `group`. Does nothing while paused.

        If Redis can't be reached, this logs a warning and pauses for PAUSE_SECONDS; the messages are lost.
        """
        if self.is_paused:
            return
        try:
            self._sender.send([(group, {**message, "group": group}) for group, message in messages])
        except (redis.RedisError, OSError, TimeoutError) as error:
            self._paused_until = time.monotonic() + PAUSE_SECONDS
            log.warning("publish_failed", groups=[group for group, _ in messages[:3]], reason=str(error))

    @property
    def is_paused(self) -> bool:
        """Whether publishing failed less than PAUSE_SECONDS ago, so that nothing is sent now."""
        return time.monotonic() < self._paused_until


def sender_for(layer: Any) -> Sender:
    """Return a RedisSender if REALTIME_FAST_TRANSPORT allows it and its self-check passes, else a LayerSender.

    See `realtime.internals`.
    """
    part = "publisher"
    if internals.wanted(part) and internals.usable(part, partial(channels_redis.find_problem, layer)):
        return channels_redis.RedisSender(layer)
    return LayerSender(layer)


@cache
def _publisher() -> Publisher:
    return Publisher(get_channel_layer())


def publish(group: str, message: dict[str, Any]) -> None:
    """Send a message (of values that msgpack can encode) to all subscribers of a group.

    Subscribers receive it with the group's name as `group`. Call it after the commit, from synchronous code. A failure
    is logged, and nothing is sent for `PAUSE_SECONDS` after it.
    """
    publish_many([(group, message)])


def publish_many(messages: Sequence[GroupMessage]) -> None:
    """Send several (group, message) pairs at once, such as those of one commit; otherwise like `publish`."""
    _publisher().publish(messages)


def is_paused() -> bool:
    """Return whether publishing failed less than PAUSE_SECONDS ago, so that nothing is sent now."""
    return _publisher().is_paused
