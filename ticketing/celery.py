"""The Celery application, and the two heartbeats that /readyz looks at."""

import os
import sys
import time

from celery import Celery
from celery.signals import beat_init, before_task_publish, setup_logging, task_postrun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings")
if "ONLY_IDLE_CORES" in os.environ and sys.platform == "linux":
    # The process `letters` and its children: they start and work when nobody else wants to.
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))

app = Celery("ticketing")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

HEARTBEAT_TASK = "bookings.tasks.expire_holds"  # scheduled four times a second, so its age is the system's pulse
HEARTBEAT_SECONDS = 60  # kept that long, so that a stopped process is seen as stopped and not as unknown


def beat_key(process: str) -> str:
    """Cache key under which `process` ("worker" or "beat") leaves the time of its last sign of life."""
    return f"heartbeat:{process}"


def _leave_sign_of_life(process: str) -> None:
    from django.core.cache import cache

    cache.set(beat_key(process), time.time(), HEARTBEAT_SECONDS)


@setup_logging.connect
def _leave_logging_to_the_settings(**kwargs: object) -> None:
    """That somebody listens keeps Celery from adding handlers and levels of its own."""


@beat_init.connect
def _listen_to_own_messages(**kwargs: object) -> None:
    """Only in the beat process: what it publishes is its sign of life."""

    @before_task_publish.connect(weak=False)
    def sent(sender: str = "", **kwargs: object) -> None:
        if sender == HEARTBEAT_TASK:
            _leave_sign_of_life("beat")


@task_postrun.connect
def _task_ran(task: object = None, **kwargs: object) -> None:
    if getattr(task, "name", "") == HEARTBEAT_TASK:
        _leave_sign_of_life("worker")
