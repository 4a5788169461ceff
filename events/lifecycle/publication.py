"""Who may put events on sale: sellers whose email address is confirmed, so that buyers can reach them."""

from django.conf import settings

from accounts.models import User
from events.errors import AddressNotConfirmed
from events.models import Event
from events.states import EventStatus


def obstacle_to_publishing(event: Event) -> str:
    """Return why a draft can't be published in the seller admin, as a sentence; "" if it can or is no draft."""
    unconfirmed = event.status == EventStatus.DRAFT and not event.seller.is_verified
    return AddressNotConfirmed.detail if unconfirmed else ""


def check_may_publish(seller: User) -> None:
    """Raise AddressNotConfirmed if the seller's address is not confirmed and CONFIRMED_SELLERS_ONLY is on."""
    if settings.CONFIRMED_SELLERS_ONLY and not seller.is_verified:
        raise AddressNotConfirmed
