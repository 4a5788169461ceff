"""Creates an event with its subsections and all its tickets."""

from collections.abc import Callable
from typing import Any

from accounts.models import User
from core.transactions import retrying_transaction
from events.lifecycle.dates import DATES, check_dates
from events.lifecycle.place import PLACE, apply_place, apply_plan, lock_venue
from events.lifecycle.publication import check_may_publish
from events.lifecycle.rows import block_house_seats, copy_tickets, ignore_progress, write_layouts
from events.models import DEFAULT_CURRENCY, Event, Subsection
from events.ownership import lock_seller
from events.pricing import check_seating_prices
from events.seating.configuration import Seating
from events.seating.plan_choice import PlanChoice, PlanSeating, venue_of_version
from events.states import EventStatus
from events.wall_clocks import set_wall_clocks


@retrying_transaction
def create_event(*, seller: User, seating: Seating | PlanChoice, draft: bool = False, **fields: Any) -> Event:
    """Create an event, its subsections and all its tickets in one transaction.

    `fields` are the other columns of Event. With a seating plan, the venue is that of the plan by default, and house
    seats are blocked. The event is on sale at once, unless `draft` is true. Raises BadInput if its dates contradict
    each other, its place or plan isn't the seller's or its prices can't be charged; AddressNotConfirmed;
    PermissionRefused if the seller's account has been deleted.
    """
    return write_event(seller=seller, seating=seating, draft=draft, **fields)


def write_event(
    *,
    seller: User,
    seating: Seating | PlanChoice,
    draft: bool = False,
    on_progress: Callable[[int], None] = ignore_progress,
    **fields: Any,
) -> Event:
    """Create an event like `create_event`, in the caller's transaction.

    `on_progress` is called after every SEATS_PER_COPY seats with the number of seats written so far.

    The tickets are written with COPY; the column's default makes them available. The trigger on tickets does not run on
    inserts, because the subsections are created with their counts.
    """
    check_seating_prices(seating, fields.get("currency", DEFAULT_CURRENCY))
    if not draft:
        check_may_publish(seller)
    if isinstance(seating, PlanChoice):
        fields["venue_id"] = fields.get("venue_id") or venue_of_version(
            seating.plan_version_id, seller.pk, field="seating_config.plan_version"
        )
    event = Event(
        seller=seller,
        seating_config=seating.config,
        status=EventStatus.DRAFT if draft else EventStatus.AVAILABLE,
        **fields,
    )
    lock_venue(event.venue_id)
    apply_place(event, fields.keys() & PLACE)
    check_dates(event)
    set_wall_clocks(event, DATES)
    if isinstance(seating, PlanChoice):
        _write_drawn(event, apply_plan(event, seating), on_progress)
    else:
        event.save(force_insert=True)
        _write_grids(event, seating, on_progress)
    lock_seller(seller.pk)
    return event


def _write_grids(event: Event, seating: Seating, on_progress: Callable[[int], None]) -> None:
    subsections = Subsection.objects.bulk_create(seating.new_subsections(event.pk), batch_size=1_000)
    copy_tickets(subsections, on_progress)


def _write_drawn(event: Event, seating: PlanSeating, on_progress: Callable[[int], None]) -> None:
    event.save(force_insert=True)
    blocks = list(seating.blocks())
    subsections = Subsection.objects.bulk_create((block.new_subsection(event.pk) for block in blocks), batch_size=1_000)
    write_layouts(zip(blocks, subsections, strict=True))
    copy_tickets(subsections, on_progress)
    block_house_seats(zip(blocks, subsections, strict=True))
