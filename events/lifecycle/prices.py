"""Changes the prices of an event: of its sections or, with a seating plan, of the categories of its seats."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from events.models import Event, Layout, Subsection

# A block's price is the lowest of its seats.
WRITE_CATEGORIES = """
    WITH layout AS (
        UPDATE events_layout SET tier_prices = ARRAY(
            SELECT coalesce((%(prices)s::jsonb ->> tier)::integer, price)
            FROM unnest(tiers, tier_prices) AS t (tier, price)
        )
        WHERE event_id = %(event)s AND tiers && %(names)s::varchar[]
        RETURNING subsection_id, tier_prices
    )
    UPDATE events_subsection s SET price = coalesce(
        (SELECT min(price) FROM layout, unnest(tier_prices) AS price WHERE layout.subsection_id = s.id),
        (%(prices)s::jsonb ->> s.tier)::integer
    )
    WHERE s.event_id = %(event)s AND s.id = ANY (%(subsections)s)
"""


def lock_priced(event: Event, names: Collection[str]) -> None:
    """Lock the subsections with seats of these sections or categories, in the order of their ids, like everywhere."""
    list(_priced(event, names).select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk"))


def write_prices(event: Event, prices: Mapping[str, int]) -> None:
    """Write new prices ({section or category: minor units}) to the subsections, and to the event without saving it.

    The caller holds the locks of `lock_priced`.
    """
    if event.plan_version_id is None:
        _write_sections(event, prices)
    elif prices:
        _write_categories(event, prices)


def _priced(event: Event, names: Collection[str]) -> QuerySet[Subsection]:
    subsections = Subsection.objects.filter(event_id=event.pk)
    if event.plan_version_id is None:
        return subsections.filter(section__in=names)
    several = Layout.objects.filter(event_id=event.pk, subsection_id=OuterRef("pk"))
    return subsections.filter(Q(tier__in=names) | Exists(several.filter(tiers__overlap=list(names))))


def _write_sections(event: Event, prices: Mapping[str, int]) -> None:
    sections = {section["name"]: section for section in event.seating_config["sections"]}
    for name, price in prices.items():
        sections[name]["price"] = price
        Subsection.objects.filter(event_id=event.pk, section=name).update(price=price)


def _write_categories(event: Event, prices: Mapping[str, int]) -> None:
    event.seating_config["prices"] |= prices
    subsections = list(_priced(event, prices).values_list("pk", flat=True))
    parameters: dict[str, Any] = {
        "event": event.pk,
        "prices": json.dumps(prices),
        "names": list(prices),
        "subsections": subsections,
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE_CATEGORIES, parameters)
