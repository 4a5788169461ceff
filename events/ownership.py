"""Who may manage an event."""

from accounts.models import User
from core.errors import (
    NotFound,
    PermissionRefused,
)
from events.models import Event
from events.states import EventStatus


def may_manage(event: Event, user: User | None) -> bool:
    """Return whether `user` is the event's seller or an operator."""
    return user is not None and (user.pk == event.seller_id or user.is_superuser)


def lock_seller(seller_id: int) -> None:
    """Lock the seller's row, so that their account isn't deleted before the transaction ends.

    Call it last: everything else of the seller waits meanwhile. Raises PermissionRefused if the account is deleted or
    deactivated.
    """
    active = User.objects.select_for_update(of=("self",), no_key=True).filter(pk=seller_id, is_active=True)
    if active.only("pk").first() is None:
        raise PermissionRefused("The account of this event's seller is not active.")


def own_event(event_id: int, seller: User) -> Event:
    """Return the event if `seller` may manage it. Does not lock it.

    Raises NotFound if there is no such event or it is another seller's draft, PermissionRefused if it is another
    seller's event.
    """
    event = Event.objects.filter(pk=event_id).first()
    if event is None or (event.status == EventStatus.DRAFT and not may_manage(event, seller)):
        raise NotFound("There is no such event.")
    if not may_manage(event, seller):
        raise PermissionRefused("Only the event's seller can do this.")
    return event
