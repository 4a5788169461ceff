"""Adding, changing and removing venues."""

from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import User
from core.errors import BadInput, NotFound
from core.transactions import retrying_transaction
from events.errors import VenueInUse
from events.lifecycle.change import write_change
from events.models import Event
from events.schedule import still_on
from events.states import EventStatus
from events.venue_models import Venue
from events.venues.plan_use import lock_and_find_use
from events.zones import check_place_zone

NO_SUCH_VENUE = "You have no such venue."
COORDINATES = ("latitude", "longitude")


def own_venue(venue_id: int, seller: User) -> Venue:
    """Return the venue if it is the seller's, or anybody's for an operator. Raises NotFound."""
    venue: Venue | None = venues_of(seller).filter(pk=venue_id).first()
    if venue is None:
        raise NotFound(NO_SUCH_VENUE)
    return venue


def venues_of(seller: User) -> Any:
    """Return the venues of a seller, or all of them for an operator."""
    return Venue.objects.all() if seller.is_superuser else Venue.objects.filter(seller=seller)


@retrying_transaction
def add_venue(*, seller: User, **fields: Any) -> Venue:
    """Add a venue of the seller; `fields` are its columns. Raises BadInput."""
    venue = Venue(seller=seller, **fields)
    _check_coordinates(venue)
    _check_zone(venue.time_zone)
    venue.save(force_insert=True)
    return venue


@retrying_transaction
def change_venue(*, venue_id: int, seller: User, **fields: Any) -> Venue:
    """Change the given fields of a venue, and keep the others.

    1. Lock the venue.
    2. If its zone changes, check that no event is still to take place there: tickets with its times have been printed.
    3. Write the venue. Events that are still to take place, and have its name, get the new one, each as `change_event`
       does it, so that people who have seats read of it.

    Raises NotFound, VenueInUse, BadInput.
    """
    venue = _locked(venue_id, seller)
    old_name = venue.name
    upcoming = _upcoming(venue)
    if fields.get("time_zone", venue.time_zone) != venue.time_zone:
        _check_zone(fields["time_zone"])
        if upcoming.exists():
            raise VenueInUse("Events are still to take place there, so its time zone can't be changed.")
    for name, value in fields.items():
        setattr(venue, name, value)
    _check_coordinates(venue)
    venue.save()
    if venue.name != old_name:
        for event_id in upcoming.filter(venue_name=old_name).order_by("pk").values_list("pk", flat=True):
            write_change(event_id, venue_name=venue.name)
    return venue


@retrying_transaction
def remove_venue(*, venue_id: int, seller: User) -> None:
    """Remove a venue in which no event was ever put on, with its seating plans. Raises NotFound, VenueInUse.

    An event that has moved to another venue may still use one of the plans.
    """
    venue = _locked(venue_id, seller)
    if venue.events.exists():
        raise VenueInUse("It has events, so it can't be removed.")
    if lock_and_find_use(venue.plans.all()):
        raise VenueInUse("Events use its seating plans, so it can't be removed.")
    venue.delete()


def _locked(venue_id: int, seller: User) -> Venue:
    """Return the seller's venue with a lock on its row. Raises NotFound, also if it was removed at the same moment."""
    venue: Venue | None = venues_of(seller).select_for_update(of=("self",)).filter(pk=venue_id).first()
    if venue is None:
        raise NotFound(NO_SUCH_VENUE)
    return venue


def _check_coordinates(venue: Venue) -> None:
    """Raise BadInput if one coordinate is known and the other isn't."""
    missing = [name for name in COORDINATES if getattr(venue, name) is None]
    if len(missing) == 1:
        raise BadInput.field(missing[0], "Latitude and longitude need each other.", "required")


def _check_zone(name: str) -> None:
    try:
        check_place_zone(name)
    except ValidationError as error:
        raise BadInput.field("time_zone", str(error.message), "unknown") from None


def _upcoming(venue: Venue) -> Any:
    return Event.objects.filter(still_on(), venue=venue).exclude(
        status__in=(EventStatus.CANCELLED, EventStatus.COMPLETED)
    )
