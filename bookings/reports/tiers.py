"""Divides the numbers of blocks whose seats belong to several tiers, which only blocks of a seating plan have."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db import connection

from bookings.states import SOLD, BookingStatus
from events.models import Event

SEATS = """
SELECT layout.subsection_id, layout.tiers[seat.tier + 1],
       count(*) FILTER (WHERE seat.letter = 's'),
       count(*) FILTER (WHERE seat.letter = 'r'),
       count(*) FILTER (WHERE seat.letter <> 'b')
FROM events_layout layout
JOIN events_subsection block ON block.id = layout.subsection_id
CROSS JOIN unnest(layout.tier_of, string_to_array(block.seat_status, NULL)) AS seat(tier, letter)
WHERE layout.event_id = %s AND layout.tier_of IS NOT NULL
GROUP BY layout.subsection_id, layout.tiers, seat.tier
ORDER BY layout.subsection_id, seat.tier
"""
# A seat has no tier if a later version of the plan no longer has its position: its booking was refunded before.
MONEY = """
SELECT booking.subsection_id, layout.tiers[layout.tier_of[seat.position + 1] + 1],
       sum(seat.price), coalesce(sum(seat.price) FILTER (WHERE booking.status = 'refunded'), 0)
FROM bookings_booking booking
JOIN events_layout layout USING (event_id, subsection_id)
CROSS JOIN unnest(
    booking.positions,
    coalesce(booking.seat_prices, array_fill(booking.unit_price, ARRAY[cardinality(booking.positions)]))
) AS seat(position, price)
WHERE booking.event_id = %s AND booking.status = ANY (%s) AND layout.tier_of IS NOT NULL
GROUP BY 1, 2
"""
PAID = [*SOLD, BookingStatus.REFUNDED.value]

Row = dict[str, Any]  # a subsection of the report, or the part of it that is of one tier


def divided_by_tier(event: Event, subsections: list[Row]) -> list[Row]:
    """Return the subsections of the report, with a row for each tier in place of one that has several.

    Money that went back without its seats (a part refunded outside of this shop, a payment that came too late) counts
    with the tier of the subsection, which is that of most of its seats. Runs two queries if the event is on a plan.
    """
    if event.plan_version_id is None:
        return subsections
    seats = _by_subsection(SEATS, [event.pk], "sold", "held", "in_sale")
    money = _by_subsection(MONEY, [event.pk, PAID], "gross", "refunded")
    return [row for each in subsections for row in _divided(each, seats[each["pk"]], money[each["pk"]])]


def _by_subsection(query: str, parameters: list[Any], *names: str) -> dict[int, dict[str | None, Row]]:
    """Return the numbers that a query gives, by subsection and tier."""
    found: dict[int, dict[str | None, Row]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        for subsection, tier, *numbers in cursor:
            found[subsection][tier] = dict(zip(names, map(int, numbers), strict=True))
    return found


def _divided(subsection: Row, seats: dict[str | None, Row], money: dict[str | None, Row]) -> Iterator[Row]:
    if not seats:
        yield subsection
        return
    for tier, counts in seats.items():
        amounts = money.get(tier, {"gross": 0, "refunded": 0})
        if tier == subsection["tier"]:
            others = [amount for other, amount in money.items() if other != tier and other in seats]
            amounts = {name: subsection[name] - sum(other[name] for other in others) for name in amounts}
        yield {**subsection, "tier": tier, **counts, **amounts}
