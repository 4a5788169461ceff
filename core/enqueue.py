"""Enqueue Celery tasks on commit: how an operation starts work that must not happen if it is rolled back.

An attempt of `core.transactions.retrying_transaction` that is rolled back enqueues nothing, so a repeated operation
enqueues its tasks once.
"""

from typing import Any

from celery import current_app
from django.db import transaction


def enqueue_on_commit(task: str, **arguments: Any) -> None:
    """Enqueue a Celery task after the running transaction commits, or at once if there is none.

    `task` is the task's name, because tasks import operations and not the other way round; `arguments` are the task's
    keyword arguments. If the broker is down, the failure is logged and the caller still succeeds, since its transaction
    is committed. (With Celery's `delay_on_commit`, the caller would get an error, and the response would be a 500.)
    """

    def enqueue() -> None:  # not a partial: to log a failure, Django needs its __qualname__
        current_app.signature(task, kwargs=arguments).delay()

    transaction.on_commit(enqueue, robust=True)
