"""What is published from sync code arrives where the channel layer's own public interface listens."""

import asyncio
import time

from channels.layers import get_channel_layer
from channels_redis.pubsub import RedisPubSubChannelLayer

from realtime.news import Publisher, publish, publish_many
from realtime.tests.servers import free_port


async def _heard(*messages: dict) -> list[dict]:
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add("event.1", channel)
    async with asyncio.timeout(5):
        for message in messages:
            await asyncio.to_thread(publish, "event.1", message)
        return [await layer.receive(channel) for _ in messages]


def test_a_published_message_arrives_at_the_group_with_its_name():
    heard = asyncio.run(_heard({"version": 7, "positions": [1, 2]}, {"text": "später"}))
    assert heard == [
        {"version": 7, "positions": [1, 2], "group": "event.1"},
        {"text": "später", "group": "event.1"},
    ]


def test_many_messages_arrive_at_their_groups_in_order():
    async def heard() -> list[dict]:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        for number in (1, 2):
            await layer.group_add(f"event.{number}", channel)
        news = [(f"event.{number % 2 + 1}", {"version": number}) for number in range(50)]
        async with asyncio.timeout(5):
            await asyncio.to_thread(publish_many, news)
            return [await layer.receive(channel) for _ in news]

    assert asyncio.run(heard()) == [{"version": n, "group": f"event.{n % 2 + 1}"} for n in range(50)]


def test_a_lost_redis_costs_the_first_publish_little_and_the_next_ones_nothing():
    layer = RedisPubSubChannelLayer(hosts=[f"redis://127.0.0.1:{free_port()}/0"], prefix="nobody")
    publisher = Publisher(layer)
    started = time.perf_counter()
    publisher.publish([("event.1", {})])
    first = time.perf_counter() - started
    for _ in range(1000):
        publisher.publish([("event.1", {})])
    assert first < 0.25
    assert time.perf_counter() - started - first < 0.1
