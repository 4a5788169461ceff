"""A task of a worker that died goes to another one soon after the visibility timeout, over the real broker."""

import subprocess
import sys
import time
import uuid
from typing import Any

from django.conf import settings
from kombu.asynchronous import Hub
from kombu.connection import Connection
from kombu.entity import Queue
from kombu.message import Message

VISIBILITY_TIMEOUT = 1  # seconds, instead of ten minutes
SHORTER = 20  # the interval between two searches for lost messages is shorter by this factor
TAKE_AND_DIE = """
import os, sys
from kombu import Connection

with Connection(sys.argv[1]) as connection:
    connection.SimpleQueue(sys.argv[2]).get(timeout=10)
    os._exit(9)
"""


def options(**changes: Any) -> dict[str, Any]:
    found = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    interval = found["unacked_restore_interval"] / SHORTER
    return {**found, "visibility_timeout": VISIBILITY_TIMEOUT, "unacked_restore_interval": interval, **changes}


def seconds_until_it_comes_back(transport_options: dict[str, Any]) -> float:
    """Let a process take a message and die; return how long another consumer waits for it in a worker's event loop."""
    url, name = settings.CELERY_BROKER_URL, f"test-{uuid.uuid4()}"
    with Connection(url, transport_options=transport_options) as connection:
        connection.SimpleQueue(name).put("a task")
        taken = subprocess.run([sys.executable, "-c", TAKE_AND_DIE, url, name], check=False)
        assert taken.returncode == 9
        died, arrived = time.monotonic(), list[str]()

        def take(body: str, message: Message) -> None:
            message.ack()
            arrived.append(body)

        with connection.Consumer([Queue(name)], callbacks=[take]):
            hub = Hub()
            connection.register_with_event_loop(hub)
            while not arrived and time.monotonic() < died + 20:
                hub.run_once()
            hub.close()
        assert arrived == ["a task"]
        return time.monotonic() - died


def test_a_dead_workers_task_comes_back_at_the_next_search() -> None:
    assert seconds_until_it_comes_back(options()) < VISIBILITY_TIMEOUT + 2.5


def test_without_the_option_it_comes_back_at_the_tenth_search() -> None:
    default = options()
    del default["unacked_restore_throttle"]
    assert seconds_until_it_comes_back(default) > VISIBILITY_TIMEOUT + 2.5
