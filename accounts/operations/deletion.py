"""Deletion of an account: the person disappears, what they bought and sold stays in the books."""

import json
from collections.abc import Callable

from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.db.models import Value
from django.db.models.functions import Now, Replace

from accounts.errors import AccountInUse, AccountObstacle
from accounts.models import Session, User
from accounts.operations.credentials import check_password
from core.enqueue import enqueue_on_commit
from core.errors import BadInput
from core.transactions import retrying_transaction

DELETED_NAME = "Deleted user"

# Functions that return why a user can't be deleted yet, and functions that remove what other apps know of the person;
# both run in the transaction that deletes. Apps in higher layers add theirs in AppConfig.ready.
OBSTACLES: list[Callable[[User], list[AccountObstacle]]] = []
ON_ACCOUNT_DELETED: list[Callable[[User], None]] = []


def delete_account(*, user: User, current_password: str) -> None:
    """Remove the person from the account: name, address and password; end all sign-ins. It can't be undone.

    1. Lock the user's row, and check that the password is still the one that was given.
    2. Check that nothing of theirs is still to come: OBSTACLES.
    3. Call ON_ACCOUNT_DELETED, and overwrite name, address and password. The database revokes their tokens.
    4. Enqueue a last email to the former address.

    The row remains, because bookings, payments and events refer to it. Whatever would be an obstacle locks the same
    row before it commits, and is refused once the account is inactive: holds (`bookings_hold`), and events that are
    created or go on sale (`events.ownership.lock_seller`). Raises `BadInput` for `current_password`, `AccountInUse`.
    """
    check_password(user, current_password)
    if user.is_superuser:
        raise AccountInUse([{"kind": "operator", "id": str(user.pk), "name": "You are an operator."}])
    if not delete_if(user.pk, lambda locked: locked.password == user.password):
        raise BadInput.field("current_password", "The password has changed in the meantime.")


@retrying_transaction
def delete_if(user_id: int, is_still_meant: Callable[[User], bool]) -> bool:
    """Delete an account if that is still meant once its row is locked; return whether it was. Raises AccountInUse."""
    user = _lock(user_id)
    if not is_still_meant(user):
        return False

    obstacles = [obstacle for find in OBSTACLES for obstacle in find(user)]
    if obstacles:
        raise AccountInUse(obstacles)

    for on_deleted in ON_ACCOUNT_DELETED:
        on_deleted(user)
    enqueue_on_commit("accounts.tasks.send_account_deleted_mail", email=user.email)
    _overwrite(user)
    Session.objects.filter(user_id=user.pk).delete()
    user.stream_tickets.all().delete()
    user.token_families.all().delete()
    return True


def _lock(user_id: int) -> User:
    return User.objects.select_for_update(of=("self",), no_key=True).get(pk=user_id)


def _overwrite(user: User) -> None:
    User.objects.filter(pk=user.pk).update(
        email=f"deleted-{user.pk}@deleted.invalid",  # a reserved domain: nobody can ever receive mail there
        pending_email="",
        name=DELETED_NAME,
        organizer_name="",
        contact_email="",
        password=make_password(None),
        is_active=False,
        is_staff=False,
        is_verified=False,
        last_login=None,
        deleted_at=Now(),
    )
    _overwrite_admin_log(user)


def _overwrite_admin_log(user: User) -> None:
    """Remove the address from the admin's log: of the account, and of rows named by it, such as gate staff."""
    users = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk))
    users.update(object_repr=DELETED_NAME)
    LogEntry.objects.filter(object_repr=user.email).update(object_repr=DELETED_NAME)
    quoted, removed = json.dumps(user.email), json.dumps(DELETED_NAME)
    mentions = LogEntry.objects.filter(change_message__contains=quoted)
    mentions.update(change_message=Replace("change_message", Value(quoted), Value(removed)))
