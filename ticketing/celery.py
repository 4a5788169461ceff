"""The Celery application, and the heartbeats of beat and worker for /readyz."""

import os
import sys
import time

from celery import Celery
from celery.signals import beat_init, before_task_publish, setup_logging, task_postrun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings")
if "ONLY_IDLE_CORES" in os.environ and sys.platform == "linux":
    # The bulk mailer and its child processes run only while a core is idle.
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))

app = Celery("ticketing")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

HEARTBEAT_TASK = "bookings.holds.tasks.expire_holds"  # scheduled four times a second
HEARTBEAT_SECONDS = 60  # kept this long, so that a stopped process is distinguished from one that never ran


def beat_key(process: str) -> str:
    """Return the cache key of the last heartbeat (a Unix time) of `process`: "worker" or "beat"."""
    return f"heartbeat:{process}"


def _record_heartbeat(process: str) -> None:
    from django.core.cache import cache

    cache.set(beat_key(process), time.time(), HEARTBEAT_SECONDS)


@setup_logging.connect
def _keep_django_logging(**kwargs: object) -> None:
    """Do nothing: with a receiver connected, Celery adds no log handlers and levels of its own."""


@beat_init.connect
def _record_heartbeats_of_beat(**kwargs: object) -> None:
    """In the beat process, record a heartbeat whenever the heartbeat task is published."""

    @before_task_publish.connect(weak=False)
    def before_publish(sender: str = "", **kwargs: object) -> None:
        if sender == HEARTBEAT_TASK:
            _record_heartbeat("beat")


@task_postrun.connect
def _record_heartbeat_of_worker(task: object = None, **kwargs: object) -> None:
    if getattr(task, "name", "") == HEARTBEAT_TASK:
        _record_heartbeat("worker")
