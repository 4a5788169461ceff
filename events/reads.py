"""What is shown of events. Each function is one or two statements; none takes a lock."""

import hashlib
from typing import Any

import orjson
from django.db.models import Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, JSONObject

from accounts.models import User
from events.models import Event, Subsection
from events.positions import seat_name
from events.states import EventStatus, SeatStatus
from ticketing.errors import NotFound

COUNTS = ("available", "reserved", "sold", "blocked", "total")
# Of a row as clients see it. One read here has `blocked` as well, and `accessible` where the block has such places.
ROW = ("section", "number", "tier", "price", "rows", "cols", "available", "reserved", "sold", "total", "version")
COLUMNS = (*ROW, "blocked", "accessible")

STATUS_OF_LETTER = {status[0]: status for status in SeatStatus}


def visible_event(event_id: int, user: User | None, *, among: QuerySet[Event] | None = None) -> Event:
    """The event; NotFound if there is none, or a draft and `user` is neither its seller nor an operator."""
    event = (Event.objects.all() if among is None else among).filter(pk=event_id).first()
    if event is None or (event.status == EventStatus.DRAFT and not may_manage(event, user)):
        raise NotFound("There is no such event.")
    return event


def may_manage(event: Event, user: User | None) -> bool:
    """Whether this is the event's seller or an operator."""
    return user is not None and (user.pk == event.seller_id or user.is_superuser)


def events_on_offer() -> QuerySet[Event]:
    """What the public list shows."""
    return Event.objects.filter(is_active=True, status=EventStatus.AVAILABLE)


def events_on_show() -> QuerySet[Event]:
    """What the page of events shows: those on sale, and those sold out, whose seats may come back."""
    return Event.objects.filter(is_active=True, status__in=[EventStatus.AVAILABLE, EventStatus.SOLD_OUT])


def events_of_seller(seller_id: int, user: User | None) -> QuerySet[Event]:
    """A seller's events; drafts and inactive ones only for that seller and operators."""
    events = Event.objects.filter(seller_id=seller_id)
    if user is not None and (user.pk == seller_id or user.is_superuser):
        return events
    return events.filter(is_active=True).exclude(status=EventStatus.DRAFT)


def with_prices(events: QuerySet[Event], *, price_min: int | None, price_max: int | None) -> QuerySet[Event]:
    """Only events that have a section with a price (minor units) in the range."""
    wanted = Q()
    if price_min is not None:
        wanted &= Q(price__gte=price_min)
    if price_max is not None:
        wanted &= Q(price__lte=price_max)
    return events.filter(pk__in=Subsection.objects.filter(wanted).values("event_id")) if wanted else events


def stats_of(event_ids: list[int]) -> dict[int, dict[str, int]]:
    """Seats of each event by state: {event_id: {available, reserved, sold, blocked, total}}."""
    rows = Subsection.objects.filter(event_id__in=event_ids).order_by().values_list("event_id")
    summed = rows.annotate(*(Sum(name) for name in COUNTS))
    return {event_id: dict(zip(COUNTS, map(int, counts), strict=True)) for event_id, *counts in summed}


def with_stats(events: QuerySet[Event]) -> QuerySet[Event]:
    """With `stats` as of `stats_of`, in the same statement: summed only for the rows that are shown."""
    blocks = Subsection.objects.filter(event_id=OuterRef("pk")).order_by().values("event_id")
    return events.annotate(stats=Subquery(blocks.values(stats=JSONObject(**{name: Sum(name) for name in COUNTS}))))


def offers_of(event_ids: list[int]) -> dict[int, dict[str, int]]:
    """`stats_of` with `price_from`: of the cheapest seat left (minor units), or of all where none is left."""
    rows = Subsection.objects.filter(event_id__in=event_ids).order_by().values_list("event_id")
    price_from = Coalesce(Min("price", filter=Q(available__gt=0)), Min("price"))
    summed = rows.annotate(*(Sum(name) for name in COUNTS), price_from=price_from)
    return {
        event_id: dict(zip((*COUNTS, "price_from"), map(int, numbers), strict=True)) for event_id, *numbers in summed
    }


def sum_counts(rows: list[dict[str, Any]]) -> dict[str, int]:
    """`stats` of an event from its section rows (with `blocked`)."""
    return {name: sum(row[name] for row in rows) for name in COUNTS}


def section_rows(event_id: int) -> list[dict[str, Any]]:
    """The rows of `sections[]`, in the order of the configuration, each with `blocked` as well."""
    blocks = Subsection.objects.filter(event_id=event_id).values_list(*COLUMNS)
    return [_row(values) for values in blocks]


def subsection_of(event_id: int, section: str, number: int) -> Subsection:
    """One block of an event by its names. Raises NotFound."""
    block = Subsection.objects.filter(event_id=event_id, section=section, number=number).first()
    if block is None:
        raise NotFound("This event has no such block.")
    return block


def block_row(block: Subsection) -> dict[str, Any]:
    """The row of one block as in `sections[]`, with `blocked` as well."""
    return _row(tuple(getattr(block, name) for name in COLUMNS))


def block_with_seats(event_id: int, section: str, number: int) -> tuple[Subsection, list[SeatStatus]]:
    """A block and the state of each of its seats from the front left, of one moment. Raises NotFound."""
    block = subsection_of(event_id, section, number)
    return block, [STATUS_OF_LETTER[letter] for letter in block.seat_status]


def seat_map(event_id: int) -> list[dict[str, Any]]:
    """All section rows with `seats`: one letter (a r s b) per seat in row order."""
    blocks = Subsection.objects.filter(event_id=event_id).values_list(*COLUMNS, "seat_status")
    return [_row(values[:-1]) | {"seats": values[-1]} for values in blocks]


def with_marks(events: QuerySet[Event]) -> QuerySet[Event]:
    """With what rises or changes when any block of the event does: versions only rise, so their sum does."""
    return events.annotate(versions=Sum("subsections__version"), prices=Sum("subsections__price"))


def event_tag(event: Event) -> str:
    """Another one after every committed change of the event (from `with_marks`), its seats or its prices."""
    return _digest([*_columns(event), event.versions, event.prices])  # type: ignore[attr-defined]


def page_tag(events: list[Event], count: int) -> str:
    """Another one if anything in a page of `count` events (from `with_stats`) is."""
    return _digest([count, *([*_columns(event), event.stats] for event in events)])  # type: ignore[attr-defined]


def _columns(event: Event) -> list[Any]:
    return [getattr(event, field.attname) for field in Event._meta.concrete_fields]


def _digest(values: list[Any]) -> str:
    content = orjson.dumps(values, default=str)  # a sum is a Decimal
    return hashlib.blake2s(content, digest_size=12).hexdigest()


def _row(values: tuple[Any, ...]) -> dict[str, Any]:
    *shown, accessible = values
    row = dict(zip(COLUMNS, shown, strict=False))
    if accessible:
        row["accessible"] = [seat_name(position, row["cols"]) for position in accessible]
    return {"section": row["section"], "subsection": row.pop("number"), **row}
