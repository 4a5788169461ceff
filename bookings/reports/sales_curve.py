"""The sales curve of an event: seats sold by minutes since sales began, to compare events with each other."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import accumulate
from math import ceil
from typing import Any

from django.db.models import Case, F, Max, Min, Q, QuerySet, Sum, When

from core.clock import period_start
from events.models import Event, SeatChange
from events.states import ChangeKind

MAX_POINTS = 500
MINUTE = timedelta(minutes=1)


def sales_curve(event: Event) -> dict[str, Any]:
    """Return `{event_id, name, began_at, points: [{minute, sold}]}`, in two queries.

    `began_at` is the event's start of sales, or its first hold if no start was set; None if there is neither.
    `sold` is the number of seats sold, minus refunded ones, `minute` minutes after `began_at`. A minute without a
    change has no point. There are at most `MAX_POINTS` points: in a long sale each covers several minutes.
    """
    changes = SeatChange.objects.filter(subsection__event=event).order_by()
    moves = Q(kind__in=[ChangeKind.PAID, ChangeKind.REFUNDED])
    found = changes.aggregate(held=Min("at", filter=Q(kind=ChangeKind.HELD)), last=Max("at", filter=moves))
    began = event.sales_start_at or found["held"]
    points = _points(changes.filter(moves), began, found["last"]) if began and found["last"] else []
    return {"event_id": event.pk, "name": event.name, "began_at": began, "points": points}


def _points(moves: QuerySet[SeatChange], began: datetime, last: datetime) -> list[dict[str, int]]:
    minutes = max(1, (last - began) // MINUTE + 1)
    step = ceil(minutes / MAX_POINTS)
    seats = F("positions__len")
    net = Sum(Case(When(kind=ChangeKind.PAID, then=seats), default=-seats))
    parts = moves.values_list(period_start(step * MINUTE, began)).annotate(net=net)
    changed: Counter[int] = Counter()
    for start, seats_added in parts:
        # Seats sold before the start of sales, which was moved afterwards, count as sold in the first minute.
        changed[max(0, (start - began) // (step * MINUTE))] += seats_added
    ordered = sorted(changed)
    sold = accumulate(changed[part] for part in ordered)
    return [{"minute": (part + 1) * step, "sold": total} for part, total in zip(ordered, sold, strict=True)]
