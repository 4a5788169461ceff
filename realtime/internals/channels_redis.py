"""Publish to a group of channels_redis by a plain PUBLISH, in less than 0.1 ms. Uses internals of channels_redis 4.3.

The channel layer's own `group_send` is a coroutine, which synchronous code has to hand to an event loop. So the message
is written the way the layer writes it: with the layer's serializer, to its server, to the Redis channel of the group.

A client object of redis-py costs four times what its connection costs, and waits for a reply that is not needed. So
each thread has a connection of its own, and the replies to one PUBLISH are read before the next.
"""

import os
import threading
from collections.abc import Sequence
from typing import Any

import redis
from channels_redis.pubsub import RedisPubSubChannelLayer, RedisPubSubLoopLayer
from channels_redis.utils import decode_hosts
from redis.connection import Connection, parse_url

from realtime.senders import TIMEOUT_SECONDS, GroupMessage


class _ThreadState(threading.local):
    """A thread's connection, the id of the process that made it, and the number of replies not read yet."""

    connection: Connection | None = None
    process = 0
    unread = 0


class RedisSender:
    """A sender that publishes to the groups of one channel layer. Threads may share it, and it works after a fork."""

    def __init__(self, layer: RedisPubSubChannelLayer) -> None:
        (host,) = decode_hosts(layer._kwargs["hosts"])  # one server: sharding is not imitated
        self._serialize = layer.serialize
        self._prefix = layer._kwargs["prefix"]
        self._state = _ThreadState()
        timeouts = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}
        self._options = parse_url(host["address"]) | timeouts
        self._connection_class: type[Connection] = self._options.pop("connection_class", Connection)

    def send(self, messages: Sequence[GroupMessage]) -> None:
        """Publish all messages together, without waiting for the replies. Raises redis.RedisError."""
        commands = [("PUBLISH", self.channel_of(group), self._serialize(message)) for group, message in messages]
        connection = self._connected()
        connection.send_packed_command(connection.pack_commands(commands))
        self._state.unread = len(commands)

    def channel_of(self, group: str) -> str:
        """Return the layer's name for the group's Redis channel."""
        return f"{self._prefix}__group__{group}"

    def _connected(self) -> Connection:
        """Return this thread's connection, with no reply left to read.

        A connection that broke since its last use is closed; redis-py opens it again to send the next command.
        """
        state = self._state
        if state.connection is None or state.process != os.getpid():
            state.connection, state.process, state.unread = self._connection_class(**self._options), os.getpid(), 0
        try:
            for _ in range(state.unread):
                state.connection.read_response()
            # Something to read without a command means that Redis closed the connection.
            if state.connection.is_connected and state.connection.can_read():
                state.connection.disconnect()
        except redis.RedisError:
            state.connection.disconnect()
        state.unread = 0
        return state.connection


def find_problem(layer: Any) -> str | None:
    """Return how the channel layer or redis-py differs from what this module assumes; None if they don't differ."""
    if not isinstance(layer, RedisPubSubChannelLayer):
        return f"the channel layer is a {type(layer).__name__}"
    own = RedisPubSubLoopLayer(channel_layer=layer, **layer._kwargs)
    if RedisSender(layer).channel_of("event.1") != own._get_group_channel_name("event.1"):
        return "the layer names the channels of groups differently"
    needed = ("pack_commands", "send_packed_command", "read_response", "can_read", "is_connected", "disconnect")
    missing = [name for name in needed if not hasattr(Connection, name)]
    return f"redis-py's Connection has no {missing[0]}" if missing else None
