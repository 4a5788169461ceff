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
