"""Who may put events on sale: sellers whose email address is confirmed, so that buyers can reach them."""

from django.conf import settings

from accounts.models import User
from core.clock import database_now
from events.errors import AddressNotConfirmed
from events.models import Event
from events.states import EventStatus

OVER = "By its dates this event is over. Correct them first, then publish it."


def must_confirm(event: Event) -> bool:
    """Return whether this is a draft that waits for its seller to confirm their email address."""
    return event.status == EventStatus.DRAFT and not event.seller.is_verified


def obstacle_to_publishing(event: Event) -> str:
    """Return why a draft can't be published in the seller admin, as sentences; "" if it can or is no draft."""
    if must_confirm(event):
        return f"The email address {event.seller.email} is not confirmed yet."
    return OVER if event.status == EventStatus.DRAFT and is_over_now(event) else ""


def is_over_now(event: Event) -> bool:
    """Return whether the event is over by its dates and the database's clock."""
    return event.over_at is not None and event.over_at <= database_now()


def check_may_publish(seller: User) -> None:
    """Raise AddressNotConfirmed if the seller's address is not confirmed and CONFIRMED_SELLERS_ONLY is on."""
    if settings.CONFIRMED_SELLERS_ONLY and not seller.is_verified:
        raise AddressNotConfirmed
