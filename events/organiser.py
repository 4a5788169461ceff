"""Who is behind an event, as buyers see it."""

from typing import NamedTuple

from events.models import Event


class Organiser(NamedTuple):
    """Who answers buyers' questions about an event. `email` is "" if nobody has confirmed an address."""

    name: str
    email: str


def organiser_of(event: Event) -> Organiser:
    """Return the organiser of an event, which must be loaded with its seller.

    The address is the one that the seller shows to buyers, or else the one they sign in with. It counts only once the
    seller has confirmed the latter: before, it may be somebody else's, and buyers must not be sent there.
    """
    return Organiser(event.seller.public_name, event.seller.reply_address)
