"""How an event sells, for its seller. Each part is one statement of its own moment; none takes a lock.

Seats are added up from the counts that the tickets' trigger keeps for each block, not from the tickets, and money from
the bookings' prices, not from the payments: one pass over the bookings tells it and the funnel.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce, Now

from bookings.models import Admission, Booking, Refund
from bookings.states import SOLD, AdmissionStatus, BookingStatus, RefundReason
from events.clock import database_now, part_of_time
from events.models import Event, SeatChange, Subsection
from events.states import ChangeKind

DAY = timedelta(hours=24)  # that the pace goes back: 1,441 minutes at most, however long the sale has been going on
MINUTE = timedelta(minutes=1)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # some full minute
NUMBERS = ("sold", "held", "in_sale", "gross", "refunded")
NEVER_HELD = (BookingStatus.PROCESSING, BookingStatus.FAILED)
PAID = (*SOLD, BookingStatus.REFUNDED)
FOR_NOTHING = (RefundReason.SEATS_LOST, RefundReason.PAID_TWICE)

Money = dict[str, int]  # `gross` and `refunded`
Tally = dict[str, Any]  # of the bookings of one place and status: their `number` and `price`, and how many are `over`


def sales_report(event: Event, *, pace: timedelta = DAY) -> dict[str, Any]:
    """The contract's section "Analytics"; `velocity` goes back as far as `pace`.

    Money in minor units of the event's currency; shares from 0 to 1.
    """
    bookings = _bookings([event.pk], "subsection_id")
    blocks = _blocks(event, _money([event.pk], "subsection_id", bookings))
    funnel = _funnel(bookings)
    return {
        **_total(blocks),
        "by_section": _grouped(blocks, "section", "tier"),
        "by_tier": _grouped(blocks, "tier"),
        "velocity": _velocity([block["pk"] for block in blocks], pace),
        "refunds": funnel.pop("refunds"),
        "funnel": funnel,
        "checked_in": Admission.objects.filter(event=event, status=AdmissionStatus.USED).count(),
    }


def money_of(event_ids: list[int]) -> dict[int, Money]:
    """`gross` and `refunded` of each event, of all its blocks together."""
    money = _money(event_ids, "event_id", _bookings(event_ids, "event_id"))
    return {event_id: money[event_id] for event_id in event_ids}


def _bookings(event_ids: list[int], place: str) -> list[Tally]:
    """A tally for each place (`event_id` or `subsection_id`) and status. A hold is over once its time is."""
    bookings = Booking.objects.filter(event__in=event_ids).order_by().values(place, "status")
    over = Count("pk", filter=Q(expires_at__lte=Now()))
    return list(bookings.annotate(number=Count("*"), over=over, price=Sum("total_price")))


def _money(event_ids: list[int], place: str, bookings: Iterable[Tally]) -> dict[int, Money]:
    """By place: what was captured, and what of it has been promised back.

    Each booking that was paid was paid by one payment of its price (invariant "paid_is_captured"), and a refund gives
    all of it back: to join the payments took longer than all else. The other payments bought nothing, as they came too
    late for their seats or twice: they were captured and go back.
    """
    money: dict[int, Money] = defaultdict(lambda: {"gross": 0, "refunded": 0})
    for tally in bookings:
        money[tally[place]]["gross"] += int(tally["price"]) if tally["status"] in PAID else 0
        money[tally[place]]["refunded"] += int(tally["price"]) if tally["status"] == BookingStatus.REFUNDED else 0
    gone = Refund.objects.filter(payment__booking__event__in=event_ids, reason__in=FOR_NOTHING).order_by()
    for key, amount in gone.values_list(f"payment__booking__{place}").annotate(Sum("amount")):
        money[key]["gross"] += int(amount)
        money[key]["refunded"] += int(amount)
    return money


def _blocks(event: Event, money: dict[int, Money]) -> list[dict[str, Any]]:
    """Section, tier and `NUMBERS` of each block, in the order of the configuration."""
    seats = {"held": F("reserved"), "in_sale": F("total") - F("blocked")}
    blocks = Subsection.objects.filter(event=event).values("pk", "section", "tier", "sold", **seats)
    return [{**block, **money[block["pk"]]} for block in blocks]


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

    What the statement says is done for each of perhaps 100,000 changes. Joining the blocks takes twice as long as
    naming them, and their range, which is cheaper to look at, sifts first. `Now() - pace` would be reckoned for each
    change; by a constant the BRIN index finds an hour without the days before it. Other kinds of change cost more to
    sift out than to count, and to sort the minutes Postgres would sort the changes.
    """
    changes = SeatChange.objects.filter(at__gt=database_now() - pace).order_by()
    changes = changes.filter(subsection__gte=block_ids[0], subsection__lte=block_ids[-1], subsection__in=block_ids)
    seats = F("positions__len")
    counted = changes.values(minute=part_of_time(MINUTE, EPOCH)).annotate(
        held=Coalesce(Sum(seats, filter=Q(kind=ChangeKind.HELD)), 0),
        sold=Coalesce(Sum(seats, filter=Q(kind=ChangeKind.PAID)), 0),
    )
    return sorted((row for row in counted if row["held"] or row["sold"]), key=itemgetter("minute"))


def _funnel(bookings: Iterable[Tally]) -> dict[str, Any]:
    """Where the event's bookings have got to, with `refunds`. A hold is expired once its time is over, swept or not."""
    number: Counter[str] = Counter()
    over = 0
    for tally in bookings:
        number[tally["status"]] += tally["number"]
        over += tally["over"] if tally["status"] == BookingStatus.PENDING_PAYMENT else 0
    holds = number.total() - sum(number[status] for status in NEVER_HELD)
    paid = sum(number[status] for status in PAID)
    return {
        "holds": holds,
        "paid": paid,
        "expired": number[BookingStatus.EXPIRED] + over,
        "cancelled": number[BookingStatus.CANCELLED],
        "refunds": number[BookingStatus.REFUNDED],
        "conversion": _share(paid, holds),
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
