"""The stage of the sale: a worker in the same process, and a gateway that nobody has given up on."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from celery import current_app

from accounts.models import User
from bookings.payments.gateways import breaker
from bookings.states import WANTED_KINDS
from bookings.webhooks.endpoints import add_endpoint
from bookings.webhooks.tests.receiver import Receiver, receiver
from core.redis import client
from events.models import Event


@pytest.fixture(autouse=True)
def closed_breaker() -> None:
    """Cards that never answer, in one test, are no reason to leave the gateway alone in the next."""
    breaker.breaker_of("mock").close()


@pytest.fixture
def eager() -> Iterator[None]:
    """What is enqueued runs at once, in this process."""
    current_app.loader.import_default_modules()  # a task that is known by name only would go to the broker
    current_app.conf.task_always_eager = True
    yield
    current_app.conf.task_always_eager = False


@pytest.fixture
def worker(eager: None, django_capture_on_commit_callbacks: Any) -> Callable[[], Any]:
    """`with worker():` runs what was enqueued inside, at its end."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def waiting_room(new_event: Callable[..., Event]) -> Event:
    """An event whose waiting room is on: 60 a minute, 500 at once; nobody waits, and none has ever waited there."""
    forget_queues()
    return new_event(waiting_room_on=True)


def forget_queues() -> None:
    """As a Redis that was lost and came back empty."""
    for key in client().scan_iter("queue:*"):
        client().delete(key)


@pytest.fixture
def bot_challenge(settings: Any, state_redis: redis.Redis) -> None:
    """Bots are looked for, and of nobody is anything known."""
    settings.BOT_CHALLENGE = True


@pytest.fixture
def webhook_server(settings: Any) -> Iterator[Receiver]:
    """A running web server for webhooks, not yet added as an endpoint."""
    settings.WEBHOOK_PRIVATE_ADDRESSES = True
    with receiver() as server:
        yield server


@pytest.fixture
def carols_server(webhook_server: Receiver, carol: User) -> Receiver:
    """Carol's web server, an endpoint for all types of webhooks about her events."""
    add_endpoint(seller=carol, url=webhook_server.url, kinds=WANTED_KINDS)
    return webhook_server
