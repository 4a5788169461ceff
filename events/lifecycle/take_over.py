"""Takes over another version of a seating plan: the event's blocks become those of the new version.

Blocks in which nothing changes that matters to those who have seats stay as they are, with their sales, versions and
history. The others get new places, as long as nobody holds or has bought any of theirs.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection

from core.errors import BadInput, InvalidState
from core.text.formatting import join_names
from events.inventory.seats import change_many
from events.lifecycle.place import keep_version, set_plan
from events.lifecycle.rows import block_house_seats, copy_tickets, write_layouts
from events.models import Event, Layout, Subsection, Ticket
from events.pricing import check_prices
from events.seating.drawn import DrawnBlock, used_categories
from events.seating.plan_choice import (
    PlanSeating,
    check_categories,
    read_version,
    refuse_large_tables,
    venue_of_version,
)
from events.seating.prices import prices_of
from events.states import ChangeKind, PlaceKind, SeatStatus, SubsectionKind

# What a ticket says, where its seat is and what it costs. A block in which one of these changes gets new places.
PLACES = ("kind", "tier", "rows", "cols", "total")
LAYOUT = ("names", "row_numbers", "seat_numbers", "tiers", "tier_of", "table_starts", "table_sizes")
# How the best seats are found, and what buyers are told of a place before they pick it. It changes under seats that are
# held or sold, too: a booking keeps the kinds and notes of its places.
NEIGHBOURS = (
    *("cells", "width", "closest", "companions", "restricted", "notes"),
    *("run_starts", "run_sizes", "run_gaps", "run_letters", "run_tables"),
)
# Functions that return those of some subsections (their ids) with bookings in them: (id, whether one is still being
# processed). Apps in higher layers add theirs in AppConfig.ready.
BOOKED: list[Callable[[Collection[int]], dict[int, bool]]] = []

MAX_NAMED = 20  # blocks in one message
APPEND_REPLANNED = """
    INSERT INTO events_seatchange (event_id, subsection_id, version, kind, positions, at)
    SELECT event_id, id, version, 'replanned', ARRAY(SELECT generate_series(0, total - 1)), clock_timestamp()
    FROM events_subsection WHERE event_id = %s AND id = ANY (%s)
"""


@dataclass(slots=True)
class Difference:
    """What the new version makes of the event's blocks; `changed` and `retuned` with the present subsection."""

    added: list[DrawnBlock] = field(default_factory=list)
    changed: list[tuple[DrawnBlock, Subsection]] = field(default_factory=list)
    retuned: list[tuple[DrawnBlock, Subsection]] = field(default_factory=list)
    removed: list[Subsection] = field(default_factory=list)


def take_over(event: Event, version_id: int, prices: dict[str, int]) -> None:
    """Take over a version of a seating plan. The caller has locked the event's row, and saves the event.

    `prices` has the prices of categories that the event doesn't have yet. Those of the others change on their own only,
    so that nobody changes them by accident with a list of all categories.

    1. Lock the version and all subsections of the event.
    2. Check that it is a version of a plan of the event's venue, that each category with places has a price that can be
       charged, and that nothing is held or sold in the blocks that change.
    3. Replace, add and remove blocks. Seats that were blocked stay blocked if the new block has seats of their name,
       with the others at tables that are sold as a whole; house seats are blocked. Each replaced block gets a new
       version and a row in the audit log.

    A request that waits for its seats counts as a sale. One that comes meanwhile waits, and then gets seats of the new
    version or is refused. Raises BadInput, and InvalidState with the blocks that can't change.
    """
    keep_version(version_id)
    present = prices_of(event.seating_config)
    seating = _seating(event, version_id, present, prices)
    subsections = lock_blocks(event)
    layouts = {layout.subsection_id: layout for layout in Layout.objects.filter(event_id=event.pk)}
    difference = _difference(list(seating.blocks()), subsections, layouts)
    _check_unused(difference)

    set_plan(event, seating)
    _remove(difference.removed)
    _replace(event, difference.changed, layouts)
    _retune(difference.retuned)
    _add(event, difference.added)


def lock_blocks(event: Event) -> list[Subsection]:
    """Lock all subsections of an event, in the order of their ids, like everywhere; return them.

    They may go, so no request may be accepted in them meanwhile: FOR UPDATE waits for the foreign keys of new bookings.
    """
    return list(Subsection.objects.select_for_update(of=("self",)).filter(event_id=event.pk).order_by("pk"))


def check_whole_tables(event: Event) -> None:
    """Raise BadInput if a table that is sold as a whole has more seats than a booking of the event may have."""
    layouts = Layout.objects.filter(event_id=event.pk, table_sizes__len__gt=0)
    largest = max((max(sizes) for sizes in layouts.values_list("table_sizes", flat=True)), default=0)
    refuse_large_tables(largest, event.max_tickets_per_booking)


def _seating(event: Event, version_id: int, present: dict[str, int], prices: dict[str, int]) -> PlanSeating:
    """Return the version with the prices of its categories. Raises BadInput."""
    if event.plan_version_id is None:
        raise BadInput.field("plan_version", "This event isn't put on with a seating plan.")
    if venue_of_version(version_id, event.seller_id, field="plan_version") != event.venue_id:
        raise BadInput.field("plan_version", "This is a plan of another venue.")
    _check_new(prices, present)
    version, plan = read_version(version_id, max_seats=settings.MAX_SEATS_PER_EVENT)
    used = used_categories(plan)
    known = {name: price for name, price in present.items() if name in used} | prices
    check_categories(plan, known, "prices")
    check_prices({f"prices.{name}": price for name, price in prices.items()}, event.currency)
    seating = PlanSeating(version, plan, {name: known[name] for name in used})
    seating.check_tables(event.max_tickets_per_booking)
    return seating


def _check_new(prices: dict[str, int], present: dict[str, int]) -> None:
    """Raise BadInput that names each category of the event with another price than it has."""
    detail = "The event has this category already. Change its price before or after the take-over."
    changed = [name for name, price in prices.items() if price != present.get(name, price)]
    if changed:
        raise BadInput([BadInput.problem(f"prices.{name}", detail, "not_new") for name in changed])


def _difference(blocks: list[DrawnBlock], subsections: list[Subsection], layouts: dict[int, Layout]) -> Difference:
    difference = Difference()
    present = {(each.section, each.number): each for each in subsections}
    for block in blocks:
        subsection = present.pop((block.block.section, block.block.number), None)
        if subsection is None:
            difference.added.append(block)
            continue
        old, new = layouts.get(subsection.pk), _new_layout(block, subsection)
        if not _is_equal(subsection, block.new_subsection(subsection.event_id), PLACES) or not _is_equal(
            old, new, LAYOUT
        ):
            difference.changed.append((block, subsection))
        elif not _is_equal(old, new, NEIGHBOURS) or subsection.accessible != block.positions(PlaceKind.WHEELCHAIR):
            difference.retuned.append((block, subsection))
    difference.removed = list(present.values())
    return difference


def _is_equal(one: object, other: object, names: Collection[str]) -> bool:
    """Return whether two objects have the same values; None has no values."""
    return all(getattr(one, name, None) == getattr(other, name, None) for name in names)


def _new_layout(block: DrawnBlock, subsection: Subsection) -> Layout | None:
    return block.new_layout(subsection) if block.block.kind == SubsectionKind.DRAWN else None


def _check_unused(difference: Difference) -> None:
    """Raise InvalidState with the blocks that would have to change although they have sales, or go with a history."""
    changed = [*(subsection for _, subsection in difference.changed), *difference.removed]
    booked = _booked([subsection.pk for subsection in changed])
    sold = [each for each in changed if each.reserved or each.sold or booked.get(each.pk)]
    if sold:
        raise InvalidState(f"Seats are held or sold in blocks that change in this version: {_named(sold)}.")
    kept = [each for each in difference.removed if each.version or each.pk in booked]
    if kept:
        raise InvalidState(
            f"This version lacks blocks that can't go: {_named(kept)}. Seats of theirs were held, sold or blocked, and "
            "what happened to a seat is kept for good. Leave these blocks in the plan, and block their seats instead."
        )


def _booked(subsection_ids: Collection[int]) -> dict[int, bool]:
    """Return the subsections in which bookings were ever made: {id: whether one of them is being processed}."""
    return {id: is_open for find in BOOKED for id, is_open in find(subsection_ids).items()}


def _named(subsections: Collection[Subsection]) -> str:
    return join_names([str(subsection) for subsection in subsections], MAX_NAMED)


def _remove(subsections: Collection[Subsection]) -> None:
    ids = [subsection.pk for subsection in subsections]
    for model in (Ticket, Layout):
        model.objects.filter(subsection_id__in=ids).delete()
    Subsection.objects.filter(pk__in=ids).delete()


def _replace(event: Event, changed: list[tuple[DrawnBlock, Subsection]], layouts: dict[int, Layout]) -> None:
    """Give subsections new places, all of them available, and then block those that were blocked or are the house's."""
    if not changed:
        return
    ids = [subsection.pk for _, subsection in changed]
    blocked = {subsection: _still_blocked(block, subsection, layouts) for block, subsection in changed}
    Ticket.objects.filter(event_id=event.pk, subsection_id__in=ids).delete()
    Layout.objects.filter(event_id=event.pk, subsection_id__in=ids).delete()
    for block, subsection in changed:
        _overwrite(subsection, block.new_subsection(event.pk))
    write_layouts(changed)
    copy_tickets([subsection for _, subsection in changed])
    with connection.cursor() as cursor:
        cursor.execute(APPEND_REPLANNED, [event.pk, ids])
    change_many({subsection: positions for subsection, positions in blocked.items() if positions}, ChangeKind.BLOCKED)


def _still_blocked(block: DrawnBlock, subsection: Subsection, layouts: dict[int, Layout]) -> list[int]:
    """Return the positions in the new block that are to be blocked."""
    house = block.positions(PlaceKind.HOUSE)
    old, new = layouts.get(subsection.pk), _new_layout(block, subsection)
    if old is None or new is None:
        return house
    letters = zip(old.names, subsection.seat_status, strict=True)
    names = {name for name, letter in letters if letter == SeatStatus.BLOCKED[0]}
    blocked = {*house, *(position for position, name in enumerate(new.names) if name in names)}
    for start, size in new.whole_tables():  # nobody could buy one of which a seat is blocked
        if not blocked.isdisjoint(range(start, start + size)):
            blocked.update(range(start, start + size))
    return sorted(blocked)


def _overwrite(subsection: Subsection, new: Subsection) -> None:
    """Write the columns of the new subsection; the present one keeps its id, and its version rises."""
    for name in ("kind", "tier", "price", "rows", "cols", "total", "available", "seat_status", "accessible"):
        setattr(subsection, name, getattr(new, name))
    subsection.blocked = 0
    subsection.version += 1
    subsection.save()


def _retune(retuned: list[tuple[DrawnBlock, Subsection]]) -> None:
    """Write what changes under seats that are held or sold, too."""
    for block, subsection in retuned:
        layout = block.new_layout(subsection)
        Layout.objects.filter(event_id=subsection.event_id, subsection_id=subsection.pk).update(
            **{name: getattr(layout, name) for name in NEIGHBOURS}
        )
        subsection.accessible = block.positions(PlaceKind.WHEELCHAIR)
        subsection.save(update_fields=["accessible"])


def _add(event: Event, blocks: list[DrawnBlock]) -> None:
    subsections = Subsection.objects.bulk_create([block.new_subsection(event.pk) for block in blocks])
    pairs = list(zip(blocks, subsections, strict=True))
    write_layouts(pairs)
    copy_tickets(subsections)
    block_house_seats(pairs)
