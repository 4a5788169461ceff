"""Telling a group something from synchronous code, in well under 0.2 ms.

The channel layer's own `group_send` is a coroutine; wrapped for sync code it costs 2 ms and a connection each time
and can hang a process that is told to end. So the message is sent by a plain PUBLISH, written the way the layer
writes it: its serializer, its servers, its name of the group's channel. realtime/tests/test_news.py holds us to that.
"""

import time
from functools import cache
from typing import Any

import redis
import structlog
from channels.layers import get_channel_layer
from channels_redis.pubsub import RedisPubSubChannelLayer
from channels_redis.utils import decode_hosts
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger(__name__)

TIMEOUT = 0.2  # seconds a publish may wait for Redis
SILENCE = 1.0  # seconds without another try after a failure, so that a lost Redis slows nobody down


class Publisher:
    """Publishes to the groups of one channel layer. May be shared by threads and carried over a fork."""

    def __init__(self, layer: RedisPubSubChannelLayer) -> None:
        (host,) = decode_hosts(layer._kwargs["hosts"])  # one server: no sharding to imitate
        self._serialize = layer.serialize
        self._prefix = layer._kwargs["prefix"]
        self._silent_until = 0.0
        # One try more, at once: a connection that idled through a restart of Redis is replaced unnoticed.
        self._client = redis.Redis.from_url(
            host["address"],
            socket_timeout=TIMEOUT,
            socket_connect_timeout=TIMEOUT,
            retry=Retry(NoBackoff(), 1),
        )

    def publish(self, group: str, message: dict[str, Any]) -> None:
        """See `publish` below."""
        if time.monotonic() < self._silent_until:
            return
        try:
            self._client.publish(f"{self._prefix}__group__{group}", self._serialize({**message, "group": group}))
        except redis.RedisError as error:
            self._silent_until = time.monotonic() + SILENCE
            log.warning("news_lost", group=group, reason=str(error))


@cache
def _publisher() -> Publisher:
    return Publisher(get_channel_layer())


def publish(group: str, message: dict[str, Any]) -> None:
    """Sends `message` (what msgpack can carry) to everyone in `group`; call it after the commit, from sync code.

    The message arrives with the name of the group as `group`.
    It never raises and promises nothing: news is lost with Redis, and whoever listens compares versions with the
    database. A failure is logged; then nothing is tried for `SILENCE` seconds.
    """
    _publisher().publish(group, message)
