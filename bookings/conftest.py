"""Fixtures of the bookings app: a worker in the same process, a waiting room, a webhook server."""

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
    """Close the gateway's circuit breaker, so that failures in one test don't affect the next."""
    breaker.breaker_of("mock").close()


@pytest.fixture
def eager() -> Iterator[None]:
    """Run enqueued tasks at once, in this process."""
    current_app.loader.import_default_modules()  # a task that is not registered would be sent to the broker
    current_app.conf.task_always_eager = True
    yield
    current_app.conf.task_always_eager = False


@pytest.fixture
def worker(eager: None, django_capture_on_commit_callbacks: Any) -> Callable[[], Any]:
    """Return a context manager that runs, at its end, the tasks that were enqueued inside."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def waiting_room(new_event: Callable[..., Event]) -> Event:
    """An event with an empty waiting room that admits 60 buyers per minute, 500 at once."""
    forget_queues()
    return new_event(waiting_room_on=True)


def forget_queues() -> None:
    """Delete all queues, as if Redis had lost its data."""
    for key in client().scan_iter("queue:*"):
        client().delete(key)


@pytest.fixture
def bot_challenge(settings: Any, state_redis: redis.Redis) -> None:
    """Switch the bot check on, with no attempts recorded."""
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
