"""Emails about accounts are measured as those about bookings are: from the broker to a real worker."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import current_app
from celery.contrib.testing.worker import start_worker
from django.core.mail import EmailMessage
from django.test import Client

from accounts import late_mails, tasks
from accounts.models import User
from core.redis import client as redis_client
from ticketing.embedded import processes
from ticketing.tests.test_metrics import samples

QUEUE = "late-account-emails"  # read by the worker of these tests only
TASK = "accounts.tasks.send_password_reset_mail"
SMTP = "django.core.mail.backends.smtp.EmailBackend"
LABELS = frozenset({("rank", "awaited"), ("kind", "password_reset")})

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_backlog() -> None:
    redis_client().delete(late_mails.DUE, late_mails.RETRIED)


@pytest.fixture
def enqueue(alice: User) -> Iterator[Callable[[], str]]:
    """A function that enqueues the email with which Alice sets a new password, and returns the task's id."""
    task = current_app.signature(TASK, kwargs={"email": alice.email})
    yield lambda: str(task.apply_async(queue=QUEUE).id)
    with current_app.connection_for_write() as connection:
        connection.default_channel.queue_purge(QUEUE)


def wait(seconds: float) -> None:
    """Make the emails wait as if they had been enqueued earlier."""
    waiting: Any = redis_client().zrange(late_mails.DUE, 0, -1, withscores=True)
    for member, since in waiting:
        redis_client().zadd(late_mails.DUE, {member: since - seconds})


def work() -> Any:
    """Run a worker in this process while the `with` block runs."""
    return start_worker(current_app, queues=[QUEUE], perform_ping_check=False, pool="solo", shutdown_timeout=20)


def figures(client: Client) -> tuple[float, float]:
    said = samples(client)
    return said["ticketing_oldest_due_email_seconds", LABELS], said["ticketing_retried_emails", LABELS]


def test_each_task_that_sends_an_email_has_a_kind() -> None:
    assert {name for name in dir(tasks) if name.startswith("send_")} == {
        name.rpartition(".")[2] for name in late_mails.KINDS
    }


def test_an_email_that_no_worker_takes_is_late_until_it_is_sent(
    client: Client, enqueue: Callable[[], str], mailoutbox: list[EmailMessage]
) -> None:
    assert figures(client) == (0, 0)
    enqueue()
    wait(100)
    oldest, retried = figures(client)
    assert (round(oldest, -1), retried) == (100, 0)
    assert client.get("/readyz").json()["emails"].startswith("late: the oldest has waited for")
    with work():
        assert processes.wait_for(lambda: figures(client) == (0, 0), 20)
    assert len(mailoutbox) == 1
    assert client.get("/readyz").json()["emails"] == "ok"


def test_an_email_that_the_mail_server_does_not_take_is_retried(
    client: Client, enqueue: Callable[[], str], settings: Any
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", 1
    enqueue()
    with work():
        assert processes.wait_for(lambda: figures(client)[1] == 1, 20)
    assert client.get("/readyz").json()["emails"].startswith("late: ")


def test_a_lost_task_is_forgotten_after_a_day(client: Client, enqueue: Callable[[], str]) -> None:
    enqueue()
    wait(late_mails.FORGET_SECONDS + 1)
    assert figures(client) == (0, 0)


def test_without_redis_only_emails_about_bookings_are_named(client: Client, use_redis: Any) -> None:
    use_redis("redis://127.0.0.1:1/0")
    kinds = {dict(labels)["kind"] for name, labels in samples(client) if name == "ticketing_retried_emails"}
    assert "confirmation" in kinds
    assert not kinds & set(late_mails.KINDS.values())
