"""Fixtures of accounts: clients, tokens, and a worker in the same process."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from celery import current_app
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import TokenFamily, User
from accounts.tokens import TokenPair


@pytest.fixture
def anyone() -> APIClient:
    """A client that is not signed in."""
    return APIClient()


@pytest.fixture
def browser(alice: User) -> APIClient:
    """Alice's browser, signed in with a cookie."""
    client = APIClient()
    client.force_login(alice)
    return client


@pytest.fixture
def family(alice: User) -> TokenFamily:
    """A token family of Alice, as issue_tokens creates it, but without hashing a password."""
    return alice.token_families.create(refresh_jti=uuid4(), expires_at=timezone.now() + timedelta(days=14))


@pytest.fixture
def pair(alice: User, family: TokenFamily) -> TokenPair:
    """The newest tokens of that family."""
    return tokens.pair_of(alice, family)


@pytest.fixture
def bearer() -> Callable[[str], APIClient]:
    """A function that returns a client with this access token."""

    def client_with(token: str) -> APIClient:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return client

    return client_with


@pytest.fixture
def worker(django_capture_on_commit_callbacks: Any) -> Iterator[Callable[[], Any]]:
    """`with worker():` runs the tasks enqueued inside it, in this process, when it ends."""
    current_app.loader.import_default_modules()  # a task that isn't registered would be sent to the broker
    current_app.conf.task_always_eager = True
    yield lambda: django_capture_on_commit_callbacks(execute=True)
    current_app.conf.task_always_eager = False


@pytest.fixture
def together() -> Callable[..., list[Any]]:
    """Call a function from several threads at once; return what each call returned or raised."""

    def run(call: Callable[[], Any], times: int) -> list[Any]:
        start = Barrier(times)

        def run_one() -> Any:
            start.wait(10)
            try:
                return call()
            except Exception as error:
                return error
            finally:
                connection.close()

        with ThreadPoolExecutor(times) as threads:
            return [each.result() for each in [threads.submit(run_one) for _ in range(times)]]

    return run
