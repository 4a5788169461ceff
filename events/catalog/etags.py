"""ETags of an event and of a page of events, computed from the rows that the response is rendered from."""

import hashlib
from typing import Any

import orjson
from django.db.models import QuerySet, Sum

from events.models import Event
from events.pictures.shown import picture_of


def with_tag_sums(events: QuerySet[Event]) -> QuerySet[Event]:
    """Annotate the events with `versions` and `prices`, sums over their subsections, which `event_tag` needs.

    Versions only rise, so their sum changes with every change of a seat. Seller, venue and picture are read along,
    because the event's page and body show them.
    """
    return events.select_related("seller", "venue", "picture").annotate(
        versions=Sum("subsections__version"), prices=Sum("subsections__price")
    )


def event_tag(event: Event) -> str:
    """Return an ETag that differs after every committed change of the event and of what is shown with it.

    That is its seats, prices, venue, picture and organizer. The event must come from `with_tag_sums`.
    """
    organizer = (event.seller.public_name, event.seller.shown_email)
    changed = event.venue and event.venue.updated_at
    return _digest([*_columns(event), *organizer, changed, event.versions, event.prices])  # type: ignore[attr-defined]


def page_tag(events: list[Event], count: int) -> str:
    """Return an ETag that differs if anything on a page of the list differs.

    The events must come from `selectors.with_stats`; `count` is the number of events on all pages.
    """
    return _digest([count, *([*_columns(event), event.stats] for event in events)])  # type: ignore[attr-defined]


def tag_headers(tag: str) -> dict[str, str]:
    """Return the headers of a response that clients revalidate each time.

    The ETag is weak, because the body may be compressed.
    """
    return {"ETag": f'W/"{tag}"', "Cache-Control": "no-cache"}


def _columns(event: Event) -> list[Any]:
    """Return the columns of the event, and those of its picture that can change."""
    picture = picture_of(event)
    shown = None if picture is None else (picture.key, picture.alt)
    return [*(getattr(event, field.attname) for field in Event._meta.concrete_fields), shown]


def _digest(values: list[Any]) -> str:
    content = orjson.dumps(values, default=str)  # a sum is a Decimal
    return hashlib.blake2s(content, digest_size=12).hexdigest()
