"""Selectors for events and their subsections. Each function runs one or two queries; none takes a lock."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, JSONObject

from accounts.models import User
from core.errors import NotFound
from events.inventory.subsections import subsection_of
from events.models import Event, Layout, Subsection
from events.ownership import may_manage
from events.schedule import sold_now, still_on
from events.seating.names import layout_of, names_in
from events.seating.positions import seat_name
from events.states import ON_SALE, EventStatus, SeatStatus, SubsectionKind

COUNTS = ("available", "reserved", "sold", "blocked", "total")
# Columns of a row of `sections[]` as clients see it. The functions here add `blocked`, `accessible` if the subsection
# has wheelchair places, and `tiers` if its seats are of several.
PUBLIC_COLUMNS = (
    "section",
    "number",
    "kind",
    "tier",
    "price",
    "rows",
    "cols",
    "available",
    "reserved",
    "sold",
    "total",
    "version",
)
COLUMNS = (*PUBLIC_COLUMNS, "blocked", "accessible", "pk")

KIND = COLUMNS.index("kind")
DRAWN_BLOCKS = """
    SELECT s.id, ARRAY(SELECT l.names[position + 1] FROM unnest(s.accessible) AS position), l.tiers, l.tier_prices
    FROM events_subsection s JOIN events_layout l ON l.event_id = s.event_id AND l.subsection_id = s.id
    WHERE s.event_id = %s AND (s.accessible <> '{}' OR l.tiers IS NOT NULL)
"""

# Columns of a layout that say what the places are called and what they cost.
LAYOUT = ("names", "row_numbers", "seat_numbers", "tier_of", "tiers", "tier_prices")
STATUS_BY_LETTER = {status[0]: status for status in SeatStatus}


def visible_event(event_id: int, user: User | None, *, among: QuerySet[Event] | None = None) -> Event:
    """Return the event with this id if `user` may see it; looks only in `among`, if given.

    Raises NotFound if there is none, or if it is a draft and `user` is neither its seller nor an operator.
    """
    event = (Event.objects.all() if among is None else among).filter(pk=event_id).first()
    if event is None or (event.status == EventStatus.DRAFT and not may_manage(event, user)):
        raise NotFound("There is no such event.")
    return event


def events_on_offer() -> QuerySet[Event]:
    """Return the events of the public list: active, available and not over."""
    return Event.objects.filter(still_on(), is_active=True, status=EventStatus.AVAILABLE)


def events_on_show() -> QuerySet[Event]:
    """Return the events of the list page: available ones, and sold-out ones, whose seats may become free.

    An event that has begun is included only while late entry is possible. Pictures are read along.
    """
    return Event.objects.select_related("picture").filter(sold_now(), still_on(), is_active=True, status__in=ON_SALE)


def events_of_seller(seller_id: int, user: User | None) -> QuerySet[Event]:
    """Return a seller's events. Drafts and inactive events are included only for that seller and for operators."""
    events = Event.objects.filter(seller_id=seller_id)
    if user is not None and (user.pk == seller_id or user.is_superuser):
        return events
    return events.filter(is_active=True).exclude(status=EventStatus.DRAFT)


def with_prices(events: QuerySet[Event], *, price_min: int | None, price_max: int | None) -> QuerySet[Event]:
    """Return only the events that have a section with a price (minor units) in the range."""
    wanted = Q()
    if price_min is not None:
        wanted &= Q(price__gte=price_min)
    if price_max is not None:
        wanted &= Q(price__lte=price_max)
    return events.filter(pk__in=Subsection.objects.filter(wanted).values("event_id")) if wanted else events


def stats_of(event_ids: list[int]) -> dict[int, dict[str, int]]:
    """Return the number of seats of each event by status: {event id: {available, reserved, sold, blocked, total}}."""
    rows = Subsection.objects.filter(event_id__in=event_ids).order_by().values_list("event_id")
    summed = rows.annotate(*(Sum(name) for name in COUNTS))
    return {event_id: dict(zip(COUNTS, map(int, counts), strict=True)) for event_id, *counts in summed}


def with_stats(events: QuerySet[Event]) -> QuerySet[Event]:
    """Annotate the events with `stats` like those of `stats_of`, which are summed only for the events that are read.

    Their pictures are read along.
    """
    subsections = Subsection.objects.filter(event_id=OuterRef("pk")).order_by().values("event_id")
    events = events.select_related("picture")
    return events.annotate(stats=Subquery(subsections.values(stats=JSONObject(**{name: Sum(name) for name in COUNTS}))))


def offers_of(event_ids: list[int]) -> dict[int, dict[str, int]]:
    """Return `stats_of` with the additional key `price_from`, in minor units, for each event.

    It is the lowest price of the free seats, or of all seats if none is free.
    """
    rows = Subsection.objects.filter(event_id__in=event_ids).order_by().values_list("event_id")
    price_from = Coalesce(Min("price", filter=Q(available__gt=0)), Min("price"))
    summed = rows.annotate(*(Sum(name) for name in COUNTS), price_from=price_from)
    return {
        event_id: dict(zip((*COUNTS, "price_from"), map(int, numbers), strict=True)) for event_id, *numbers in summed
    }


def sum_counts(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Return the `stats` of an event from its section rows (with `blocked`)."""
    return {name: sum(row[name] for row in rows) for name in COUNTS}


def section_rows(event_id: int) -> list[dict[str, Any]]:
    """Return the rows of `sections[]`, in the order of the seating configuration, each with `blocked` as well.

    Runs one query; two if the event is put on with a seating plan.
    """
    return _rows(event_id, Subsection.objects.filter(event_id=event_id).values_list(*COLUMNS))


def section_row(subsection: Subsection) -> dict[str, Any]:
    """Return the row of one subsection as in `sections[]`, with `blocked` as well. Runs a query for a drawn block."""
    return subsection_row(subsection, layout_of(subsection))


def subsection_row(subsection: Subsection, layout: Layout | None) -> dict[str, Any]:
    """Return the row of one subsection like `section_row`, with the layout of a drawn block."""
    names = names_in(subsection, layout).names(subsection.accessible)
    tiers = list(zip(layout.tiers or (), layout.tier_prices or (), strict=True)) if layout else None
    return _row(tuple(getattr(subsection, name) for name in COLUMNS), names, tiers)


def subsection_with_layout(event_id: int, section: str, number: int) -> tuple[Subsection, Layout | None]:
    """Return a subsection and, for a drawn block, its layout with the lists of LAYOUT. Raises NotFound.

    Both are read in one statement, so that they are as of one moment: another version of the seating plan may be taken
    over at any time.
    """
    layouts = Layout.objects.filter(event_id=OuterRef("event_id"), subsection_id=OuterRef("pk"))
    lists = Subquery(layouts.values(lists=JSONObject(**{name: name for name in LAYOUT})))
    subsection: Any = subsection_of(event_id, section, number, among=Subsection.objects.annotate(lists=lists))
    layout = Layout(event_id=event_id, subsection_id=subsection.pk, **subsection.lists) if subsection.lists else None
    return subsection, layout


def seat_map(event_id: int) -> list[dict[str, Any]]:
    """Return all section rows with `seats`: one letter (a r s b) per seat in row order. Queries like `section_rows`."""
    found = list(Subsection.objects.filter(event_id=event_id).values_list(*COLUMNS, "seat_status"))
    rows = _rows(event_id, [values[:-1] for values in found])
    return [row | {"seats": values[-1]} for row, values in zip(rows, found, strict=True)]


def _rows(event_id: int, found: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    found = list(found)
    is_drawn = any(values[KIND] == SubsectionKind.DRAWN for values in found)
    drawn = _drawn_blocks(event_id) if is_drawn else {}
    return [_row(values, *drawn.get(values[-1], (None, None))) for values in found]


def _drawn_blocks(event_id: int) -> dict[int, tuple[list[str], list[tuple[str, int]] | None]]:
    """Return names of wheelchair places, and (category, price) if there are several, by the id of the drawn block.

    Blocks that have neither are left out, so that the lists of large plans are not read.
    """
    with connection.cursor() as cursor:
        cursor.execute(DRAWN_BLOCKS, [event_id])
        return {id: (names, tiers and list(zip(tiers, prices, strict=True))) for id, names, tiers, prices in cursor}


def _row(values: tuple[Any, ...], names: list[str] | None, tiers: list[tuple[str, int]] | None) -> dict[str, Any]:
    *shown, accessible, _ = values
    row = dict(zip(COLUMNS, shown, strict=False))
    if accessible:
        row["accessible"] = names or [seat_name(position, row["cols"]) for position in accessible]
    if tiers:
        row["tiers"] = [{"tier": tier, "price": price} for tier, price in tiers]
    return {"section": row["section"], "subsection": row.pop("number"), **row}
