"""How an event sells, for its seller. Each part is one statement of its own moment; none takes a lock.

Seats are added up from the counts that the tickets' trigger keeps for each block, not from the tickets.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from operator import itemgetter
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce, Now, TruncMinute

from bookings.models import Admission, Booking, Payment
from bookings.states import AdmissionStatus, BookingStatus
from events.models import Event, SeatChange, Subsection
from events.states import ChangeKind

DAY = timedelta(hours=24)  # that the pace goes back: 1,441 minutes at most, however long the sale has been going on
NUMBERS = ("sold", "held", "in_sale", "gross", "refunded")
NO_MONEY = {"gross": 0, "refunded": 0}


def sales_report(event: Event, *, pace: timedelta = DAY) -> dict[str, Any]:
    """The contract's section "Analytics"; `velocity` goes back as far as `pace`.

    Money in minor units of the event's currency; shares from 0 to 1.
    """
    blocks = _blocks(event)
    funnel = _funnel(event)
    return {
        **_total(blocks),
        "by_section": _grouped(blocks, "section", "tier"),
        "by_tier": _grouped(blocks, "tier"),
        "velocity": _velocity([block["pk"] for block in blocks], pace),
        "refunds": funnel.pop("refunds"),
        "funnel": funnel,
        "checked_in": Admission.objects.filter(event=event, status=AdmissionStatus.USED).count(),
    }


def money_of(event_ids: list[int]) -> dict[int, dict[str, int]]:
    """`gross` and `refunded` of each event, of all its blocks together."""
    captured = Payment.objects.filter(booking__event__in=event_ids, captured_at__isnull=False).order_by()
    found = captured.values_list("booking__event_id").annotate(Sum("amount"), Sum("refunded_amount"))
    return dict.fromkeys(event_ids, NO_MONEY) | {
        event_id: {"gross": int(gross), "refunded": int(refunded)} for event_id, gross, refunded in found
    }


def _blocks(event: Event) -> list[dict[str, Any]]:
    """Section, tier and `NUMBERS` of each block, in the order of the configuration."""
    seats = {"held": F("reserved"), "in_sale": F("total") - F("blocked")}
    blocks = Subsection.objects.filter(event=event).values("pk", "section", "tier", "sold", **seats)
    money = _money(event)
    return [{**block, **money.get(block["pk"], NO_MONEY)} for block in blocks]


def _money(event: Event) -> dict[int, dict[str, int]]:
    """By block: what was captured, and what of it has been promised back.

    Both have the payments that came too late for their seats, or twice: they were captured and go back.
    """
    captured = Payment.objects.filter(booking__event=event, captured_at__isnull=False).order_by()
    blocks = captured.values_list("booking__subsection_id").annotate(Sum("amount"), Sum("refunded_amount"))
    return {block: {"gross": int(gross), "refunded": int(refunded)} for block, gross, refunded in blocks}


def _grouped(blocks: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
    """A total for each section or tier, in the order in which they come first."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for block in blocks:
        groups[tuple(block[name] for name in names)].append(block)
    return [{**dict(zip(names, key, strict=True)), **_total(group)} for key, group in groups.items()]


def _total(blocks: list[dict[str, Any]]) -> dict[str, Any]:
    total = {name: sum(block[name] for block in blocks) for name in NUMBERS}
    occupancy = _share(total["sold"], total["in_sale"])
    return {**total, "revenue": total["gross"] - total["refunded"], "occupancy": occupancy}


def _velocity(block_ids: list[int], pace: timedelta) -> Sequence[Mapping[str, object]]:
    """Seats held and sold in each minute of the last time; minutes in which there were none are left out.

    The blocks are named one by one: to join them takes twice the time.
    """
    since = Now() - pace  # found by the changes' BRIN index: an hour is read without the days before it
    changes = SeatChange.objects.filter(
        subsection__in=block_ids, at__gt=since, kind__in=[ChangeKind.HELD, ChangeKind.PAID]
    )
    seats = F("positions__len")
    minutes = changes.order_by().annotate(minute=TruncMinute("at")).values("minute")
    counted = minutes.annotate(
        held=Coalesce(Sum(seats, filter=Q(kind=ChangeKind.HELD)), 0),
        sold=Coalesce(Sum(seats, filter=Q(kind=ChangeKind.PAID)), 0),
    )
    return sorted(counted, key=itemgetter("minute"))  # Postgres would sort all changes, to group what is sorted already


def _funnel(event: Event) -> dict[str, Any]:
    """Where the event's bookings have got to, with `refunds`. A hold is expired once its time is over, swept or not."""
    never_held = [BookingStatus.PROCESSING, BookingStatus.FAILED]
    over = Q(status=BookingStatus.PENDING_PAYMENT, expires_at__lte=Now())
    funnel: dict[str, Any] = Booking.objects.filter(event=event).aggregate(
        holds=Count("pk", filter=~Q(status__in=never_held)),
        paid=Count("pk", filter=Q(paid_at__isnull=False)),
        expired=Count("pk", filter=Q(status=BookingStatus.EXPIRED) | over),
        cancelled=Count("pk", filter=Q(status=BookingStatus.CANCELLED)),
        refunds=Count("pk", filter=Q(status=BookingStatus.REFUNDED)),
    )
    return {**funnel, "conversion": _share(funnel["paid"], funnel["holds"])}


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
