"""How late the emails about accounts are, for health checks and metrics.

These emails are Celery tasks, and no rows as those about bookings are. Redis notes each task from when it is enqueued
until it has ended, with the time from which it is due. A Redis that loses its data loses the tasks, too.
"""

import time
from contextlib import suppress
from typing import Any

from celery.states import RETRY
from django.utils.dateparse import parse_datetime

from core.mail import Backlog
from core.redis import RedisUnavailable, client

KINDS = {
    "accounts.tasks.send_verification_mail": "verification",
    "accounts.tasks.send_password_reset_mail": "password_reset",
    "accounts.tasks.send_email_change_mails": "email_change",
    "accounts.tasks.send_email_changed_mail": "email_changed",
    "accounts.tasks.send_account_deleted_mail": "account_deleted",
    "accounts.tasks.send_idle_account_mail": "idle_account",
}
DUE = "account_mails:due"  # a sorted set of "kind:task id" by the Unix time from which the task is due
RETRIED = "account_mails:retried"  # the set of those that the mail server has not taken yet
FORGET_SECONDS = 24 * 3600  # a task that is this late was lost, such as by a broker that was emptied


def backlogs() -> dict[str, Backlog]:
    """Return the backlog of each kind. Raises RedisUnavailable."""
    now = time.time()
    pipeline = client().pipeline(transaction=False)
    pipeline.zrangebyscore(DUE, now - FORGET_SECONDS, "+inf", withscores=True)
    pipeline.smembers(RETRIED)
    due, retried = pipeline.execute()
    known = {member.decode(): now - since for member, since in due}
    tried = {member.decode() for member in retried} & known.keys()
    return {kind: _backlog(kind, known, tried) for kind in KINDS.values()}


def _backlog(kind: str, waiting: dict[str, float], retried: set[str]) -> Backlog:
    of_kind = [member for member in waiting if member.startswith(f"{kind}:")]
    return Backlog(
        oldest_seconds=max([0.0, *(waiting[member] for member in of_kind)]),
        retried=sum(member in retried for member in of_kind),
    )


def note_enqueued(sender: str = "", headers: dict[str, Any] | None = None, **kwargs: object) -> None:
    """Note that a task which sends an email is enqueued, for now or for its next attempt."""
    if sender not in KINDS or not headers:
        return
    eta = parse_datetime(headers["eta"]) if headers.get("eta") else None
    now = time.time()
    member = f"{KINDS[sender]}:{headers['id']}"
    with suppress(RedisUnavailable):
        pipeline = client().pipeline(transaction=False)
        pipeline.zadd(DUE, {member: eta.timestamp() if eta else now})
        if headers.get("retries"):
            pipeline.sadd(RETRIED, member)
        pipeline.zremrangebyscore(DUE, "-inf", now - FORGET_SECONDS)
        pipeline.execute()


def note_ended(task_id: str = "", task: Any = None, state: str = "", **kwargs: object) -> None:
    """Forget a task that has ended: its email is sent, or was given up."""
    kind = KINDS.get(getattr(task, "name", ""))
    if kind is None or state == RETRY:
        return
    with suppress(RedisUnavailable):
        pipeline = client().pipeline(transaction=False)
        pipeline.zrem(DUE, f"{kind}:{task_id}")
        pipeline.srem(RETRIED, f"{kind}:{task_id}")
        pipeline.execute()
