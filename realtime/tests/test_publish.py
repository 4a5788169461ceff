"""What synchronous code publishes reaches subscribers that use the channel layer's public interface."""

import asyncio
import os
import time

import pytest
from channels.layers import get_channel_layer
from channels_redis.pubsub import RedisPubSubChannelLayer, RedisPubSubLoopLayer
from django.core.exceptions import ImproperlyConfigured
from redis.connection import Connection
from structlog.testing import capture_logs

from realtime.internals.channels_redis import RedisSender
from realtime.publish import Publisher, publish, publish_many, sender_for
from realtime.senders import LayerSender
from realtime.tests.servers import free_port


@pytest.fixture(params=["auto", "off"])
def publisher(request, settings, monkeypatch) -> Publisher:
    """The fast and the portable one, as what `publish` uses."""
    settings.REALTIME_FAST_TRANSPORT = request.param
    publisher = Publisher(get_channel_layer())
    assert isinstance(publisher._sender, RedisSender if request.param == "auto" else LayerSender)
    monkeypatch.setattr("realtime.publish._publisher", lambda: publisher)
    return publisher


async def _received(*messages: dict) -> list[dict]:
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add("event.1", channel)
    async with asyncio.timeout(5):
        for message in messages:
            await asyncio.to_thread(publish, "event.1", message)
        return [await layer.receive(channel) for _ in messages]


def test_a_published_message_arrives_at_the_group_with_its_name(publisher):
    received = asyncio.run(_received({"version": 7, "positions": [1, 2]}, {"text": "später"}))
    assert received == [
        {"version": 7, "positions": [1, 2], "group": "event.1"},
        {"text": "später", "group": "event.1"},
    ]


def test_many_messages_arrive_at_their_groups_in_order(publisher):
    async def received() -> list[dict]:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        for number in (1, 2):
            await layer.group_add(f"event.{number}", channel)
        messages = [(f"event.{number % 2 + 1}", {"version": number}) for number in range(50)]
        async with asyncio.timeout(5):
            await asyncio.to_thread(publish_many, messages)
            return [await layer.receive(channel) for _ in messages]

    assert asyncio.run(received()) == [{"version": n, "group": f"event.{n % 2 + 1}"} for n in range(50)]


def test_a_forked_process_publishes_as_well(publisher):
    async def received() -> list[dict]:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add("event.1", channel)
        await asyncio.to_thread(publish, "event.1", {"process": "parent"})
        if (child := os.fork()) == 0:
            publish("event.1", {"process": "child"})
            os._exit(0)
        await asyncio.to_thread(os.waitpid, child, 0)
        async with asyncio.timeout(5):
            return [await layer.receive(channel) for _ in range(2)]

    assert [message["process"] for message in asyncio.run(received())] == ["parent", "child"]


@pytest.mark.parametrize("mode", ["auto", "off"])
def test_a_lost_redis_costs_the_first_publish_little_and_the_next_ones_nothing(settings, mode):
    settings.REALTIME_FAST_TRANSPORT = mode
    layer = RedisPubSubChannelLayer(hosts=[f"redis://127.0.0.1:{free_port()}/0"], prefix="nobody")
    publisher = Publisher(layer)
    started = time.perf_counter()
    publisher.publish([("event.1", {})])
    first = time.perf_counter() - started
    assert publisher.is_paused
    for _ in range(1000):
        publisher.publish([("event.1", {})])
    assert first < 0.25
    assert time.perf_counter() - started - first < 0.1


@pytest.mark.parametrize(
    ("owner", "name"), [(RedisPubSubLoopLayer, "_get_group_channel_name"), (Connection, "can_read")]
)
def test_a_failed_self_check_chooses_the_channel_layer_itself_and_is_logged(monkeypatch, owner, name):
    for base in owner.__mro__:
        if name in vars(base):
            monkeypatch.delattr(base, name)
    with capture_logs() as logs:
        sender = sender_for(get_channel_layer())
    assert isinstance(sender, LayerSender)
    assert [(line["event"], line["part"]) for line in logs] == [("portable_fallback_used", "publisher")]
    assert name in logs[0]["reason"]


def test_a_layer_that_names_its_channels_differently_fails_the_self_check(monkeypatch, settings):
    monkeypatch.setattr(RedisPubSubLoopLayer, "_get_group_channel_name", lambda self, group: group)
    assert isinstance(sender_for(get_channel_layer()), LayerSender)
    settings.REALTIME_FAST_TRANSPORT = "on"
    with pytest.raises(ImproperlyConfigured, match="differently"):
        sender_for(get_channel_layer())


def test_another_channel_layer_is_published_to_by_its_own_interface():
    from channels.layers import InMemoryChannelLayer

    assert isinstance(sender_for(InMemoryChannelLayer()), LayerSender)
