"""Telling groups something from synchronous code, in well under 0.1 ms.

The channel layer's own `group_send` is a coroutine; wrapped for sync code it costs 2 ms and a connection each time
and can hang a process that is told to end. So the message is sent by a plain PUBLISH, written the way the layer
writes it: its serializer, its servers, its name of the group's channel. realtime/tests/test_news.py holds us to that.

A client of redis-py costs four times what its connection costs, and waits for an answer that says nothing here. So
each thread has a connection, and the answers to one PUBLISH are read before the next.
"""

import os
import threading
import time
from collections.abc import Sequence
from functools import cache
from typing import Any

import redis
import structlog
from channels.layers import get_channel_layer
from channels_redis.pubsub import RedisPubSubChannelLayer
from channels_redis.utils import decode_hosts
from redis.connection import Connection, parse_url

log = structlog.get_logger(__name__)

TIMEOUT = 0.2  # seconds a publish may wait for Redis
SILENCE = 1.0  # seconds without another try after a failure, so that a lost Redis slows nobody down

News = tuple[str, dict[str, Any]]  # a group and what it is told


class Line(threading.local):
    """A thread's connection, the process it belongs to, and the answers that were not read yet."""

    connection: Connection | None = None
    process = 0
    unread = 0


class Publisher:
    """Publishes to the groups of one channel layer. May be shared by threads and carried over a fork."""

    def __init__(self, layer: RedisPubSubChannelLayer) -> None:
        (host,) = decode_hosts(layer._kwargs["hosts"])  # one server: no sharding to imitate
        self._serialize = layer.serialize
        self._prefix = layer._kwargs["prefix"]
        self._silent_until = 0.0
        self._line = Line()
        self._options = parse_url(host["address"]) | {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT}
        self._make: type[Connection] = self._options.pop("connection_class", Connection)

    def publish(self, news: Sequence[News]) -> None:
        """See `publish_many` below."""
        if self.is_silent:
            return
        try:
            self._send([("PUBLISH", *self._written(group, message)) for group, message in news])
        except redis.RedisError as error:
            self._silent_until = time.monotonic() + SILENCE
            log.warning("news_lost", groups=[group for group, _ in news[:3]], reason=str(error))

    @property
    def is_silent(self) -> bool:
        """Whether it has just failed and does not try."""
        return time.monotonic() < self._silent_until

    def _written(self, group: str, message: dict[str, Any]) -> tuple[str, bytes]:
        """Channel and message as the layer writes them."""
        return f"{self._prefix}__group__{group}", self._serialize({**message, "group": group})

    def _send(self, commands: Sequence[tuple[str | bytes, ...]]) -> None:
        connection = self._connected()
        connection.send_packed_command(connection.pack_commands(commands))
        self._line.unread = len(commands)

    def _connected(self) -> Connection:
        """This thread's connection, with nothing left to be read; a new one if it broke since it was used."""
        line = self._line
        if line.connection is None or line.process != os.getpid():
            line.connection, line.process, line.unread = self._make(**self._options), os.getpid(), 0
        try:
            for _ in range(line.unread):
                line.connection.read_response()
            if line.connection.is_connected and line.connection.can_read():  # what was not asked for is the end
                line.connection.disconnect()
        except redis.RedisError:
            line.connection.disconnect()
        line.unread = 0
        return line.connection


@cache
def _publisher() -> Publisher:
    return Publisher(get_channel_layer())


def publish(group: str, message: dict[str, Any]) -> None:
    """Sends `message` (what msgpack can carry) to everyone in `group`; call it after the commit, from sync code.

    The message arrives with the name of the group as `group`.
    It never raises and promises nothing: news is lost with Redis, and whoever listens compares versions with the
    database. A failure is logged; then nothing is tried for `SILENCE` seconds.
    """
    publish_many([(group, message)])


def publish_many(news: Sequence[News]) -> None:
    """The same for many messages at once: for what one commit has to tell many groups."""
    _publisher().publish(news)


def is_silent() -> bool:
    """Whether news is withheld for a moment, after Redis has failed to take some."""
    return _publisher().is_silent
