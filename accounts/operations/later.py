"""Work that others do after the answer."""

from typing import Any

from celery import current_app
from django.db import transaction


def later(task: str, **arguments: Any) -> None:
    """Enqueues `task` once the running transaction is committed, or at once without one.

    By name, because tasks are doors above the operations. Robust: what is committed stays a success when the broker
    is down (Celery's `delay_on_commit` would answer 500); the failure is logged.
    """

    def enqueue() -> None:  # no functools.partial: Django's report of a failure needs a __qualname__, else it is a 500
        current_app.signature(task, kwargs=arguments).delay()

    transaction.on_commit(enqueue, robust=True)
