"""Where an event takes place: a venue of its seller, or a name alone; and the zone of the clock there."""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import connection

from core.errors import BadInput
from events.models import Event
from events.seating.plan_choice import PlanChoice, PlanSeating
from events.venue_models import Venue
from events.zones import check_place_zone

PLACE = ("venue_id", "venue_name", "time_zone")  # fields that say where an event takes place


def lock_venue(venue_id: int | None) -> None:
    """Lock a venue's row, so that it isn't renamed, moved to another zone or removed meanwhile.

    Venues are locked before events.
    """
    if venue_id is not None:
        list(Venue.objects.select_for_update(no_key=True).filter(pk=venue_id).values_list("pk"))


def apply_place(event: Event, sent: Collection[str]) -> None:
    """Complete and check the place of an event; `sent` names the fields of PLACE that are new.

    An event in a venue has the venue's zone and, unless another name was sent, its name. Raises BadInput for a venue of
    somebody else, for a zone that is none, and for one that isn't the venue's.
    """
    if "time_zone" in sent and event.venue_id is None:
        _check_zone(event)
    if event.venue_id is None or not {"venue_id", "time_zone"} & set(sent):
        return
    venue = Venue.objects.filter(pk=event.venue_id, seller_id=event.seller_id).first()
    if venue is None:
        raise BadInput.field("venue_id", "The seller has no such venue.", "unknown")
    if "time_zone" in sent and event.time_zone != venue.time_zone:
        raise BadInput.field("time_zone", f"The clock at this venue is that of {venue.time_zone}.")
    event.time_zone = venue.time_zone
    if "venue_name" not in sent:
        event.venue_name = venue.name


def keep_version(version_id: int) -> None:
    """Lock a plan version, so that it isn't removed: the foreign key is checked only at the end of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM events_planversion WHERE id = %s FOR KEY SHARE", [version_id])


def _check_zone(event: Event) -> None:
    """Raise BadInput unless a place can have the event's zone, or the event has it already."""
    try:
        check_place_zone(event.time_zone)
    except ValidationError as error:
        if Event.objects.filter(pk=event.pk, time_zone=event.time_zone).exists():
            return
        raise BadInput.field("time_zone", str(error.message), "unknown") from None


def apply_plan(event: Event, choice: PlanChoice) -> PlanSeating:
    """Set the plan version of an event whose place is set and whose venue is locked; return its seating.

    Raises BadInput if the version isn't the seller's, is of another venue or doesn't have these categories, and if a
    table that is sold as a whole has more seats than a booking may have.
    """
    keep_version(choice.plan_version_id)
    seating = choice.laid_out(event.seller_id)
    if event.venue_id != seating.version.plan.venue_id:
        raise BadInput.field("venue_id", "The seating plan is of another venue.")
    seating.check_tables(event.max_tickets_per_booking)
    set_plan(event, seating)
    return seating


def set_plan(event: Event, seating: PlanSeating) -> None:
    """Set the columns of an event that say with which plan and prices it is put on, without saving it."""
    event.plan_version = seating.version
    event.geometry_digest = seating.version.digest
    event.seating_config = seating.config
