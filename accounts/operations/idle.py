"""Deletes the accounts of buyers who have not signed in for IDLE_ACCOUNT_DAYS, a month after an email about it.

Accounts of sellers and operators stay, and so do those with something to come: the OBSTACLES of a deletion.
"""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from accounts.errors import AccountInUse
from accounts.models import User
from accounts.operations.deletion import delete_if
from core.clock import database_now
from core.enqueue import enqueue_on_commit
from core.transactions import retrying_transaction

log = structlog.get_logger(__name__)
WARNING_DAYS = 30  # between the email and the deletion
BATCH = 500  # accounts in one run; the next one, a day later, continues


def retire_idle_accounts() -> None:
    """Warn the people whose account will go, and delete the accounts of those who were warned and did not come back.

    Does nothing if IDLE_ACCOUNT_DAYS is 0. Logs how many there were of each.
    """
    if not settings.IDLE_ACCOUNT_DAYS:
        return
    warned, deleted = _warn(), _delete()
    if warned or deleted:
        log.info("idle_accounts_retired", warned=warned, deleted=deleted)


@retrying_transaction
def _warn() -> int:
    idle = _idle(settings.IDLE_ACCOUNT_DAYS - WARNING_DAYS)
    unwarned = idle.filter(Q(idle_warned_at=None) | Q(idle_warned_at__lt=F("seen_at"))).order_by("pk")
    ids = list(
        unwarned.select_for_update(of=("self",), no_key=True, skip_locked=True).values_list("pk", flat=True)[:BATCH]
    )
    User.objects.filter(pk__in=ids).update(idle_warned_at=Now())
    for user_id in ids:
        enqueue_on_commit("accounts.tasks.send_idle_account_mail", user_id=user_id)
    return len(ids)


def _delete() -> int:
    due = _due().order_by("idle_warned_at").values_list("pk", flat=True)[:BATCH]
    return sum(_is_deleted(user_id) for user_id in due)


def _is_deleted(user_id: int) -> bool:
    """Delete an account unless the person has come back meanwhile or something of theirs is to come."""
    try:
        return delete_if(user_id, lambda locked: _due().filter(pk=locked.pk).exists())
    except AccountInUse:
        return False


def _due() -> QuerySet[User]:
    warned = Q(idle_warned_at__gte=F("seen_at"), idle_warned_at__lt=_ago(WARNING_DAYS))
    return _idle(settings.IDLE_ACCOUNT_DAYS).filter(warned)


def _idle(days: int) -> QuerySet[User]:
    """Return the buyers who signed in, or signed up, more than so many days ago; `seen_at` is when."""
    buyers = User.objects.filter(is_active=True, role=User.Role.BUYER, is_staff=False, is_superuser=False)
    return buyers.annotate(seen_at=Coalesce("last_login", "created_at")).filter(seen_at__lt=_ago(days))


def _ago(days: int) -> datetime:
    return database_now() - timedelta(days=days)
