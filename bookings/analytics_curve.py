"""How many seats an event had sold after so many minutes of its sale: what two events are compared by."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import accumulate
from math import ceil
from typing import Any

from django.db.models import Case, F, Max, Min, Q, QuerySet, Sum, When

from events.clock import part_of_time
from events.models import Event, SeatChange
from events.states import ChangeKind

MOST_POINTS = 500
MINUTE = timedelta(minutes=1)


def sales_curve(event: Event) -> dict[str, Any]:
    """`{event_id, name, began_at, points: [{minute, sold}]}`, in two statements.

    `sold` are the seats sold, less those given back, by `minute` minutes after `began_at`: the start of sales that
    was set, else the first hold; None before either. Where nothing changed there is no point, and of long sales one
    for some minutes each, `MOST_POINTS` at most.
    """
    changes = SeatChange.objects.filter(subsection__event=event).order_by()
    moves = Q(kind__in=[ChangeKind.PAID, ChangeKind.REFUNDED])
    found = changes.aggregate(held=Min("at", filter=Q(kind=ChangeKind.HELD)), last=Max("at", filter=moves))
    began = event.sales_start_at or found["held"]
    points = _points(changes.filter(moves), began, found["last"]) if began and found["last"] else []
    return {"event_id": event.pk, "name": event.name, "began_at": began, "points": points}


def _points(moves: QuerySet[SeatChange], began: datetime, last: datetime) -> list[dict[str, int]]:
    minutes = max(1, (last - began) // MINUTE + 1)
    step = ceil(minutes / MOST_POINTS)
    seats = F("positions__len")
    net = Sum(Case(When(kind=ChangeKind.PAID, then=seats), default=-seats))
    parts = moves.values_list(part_of_time(step * MINUTE, began)).annotate(net=net)
    changed: Counter[int] = Counter()
    for start, seats_more in parts:
        # What was sold before the start of sales (it was moved since) counts as sold in the first minute.
        changed[max(0, (start - began) // (step * MINUTE))] += seats_more
    ordered = sorted(changed)
    sold = accumulate(changed[part] for part in ordered)
    return [{"minute": (part + 1) * step, "sold": total} for part, total in zip(ordered, sold, strict=True)]
