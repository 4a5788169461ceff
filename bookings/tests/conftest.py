"""The stage of the sale: a worker in the same process, and a gateway that nobody has given up on."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import current_app

from bookings.gateways import breaker


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
