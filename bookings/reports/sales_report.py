"""The sales report of an event, for its seller.

Each part of the report is one query with its own snapshot; none takes a lock. Seats are added up from the counts that
the trigger on tickets keeps for each subsection, not from the tickets. Money is added up from the prices of the
bookings, not from the payments, so that one pass over the bookings gives both the money and the funnel.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce, Now

from bookings.holds.models import Booking
from bookings.payments.models import Refund
from bookings.reports.tiers import divided_by_tier
from bookings.states import MADE_ELSEWHERE, SOLD, AdmissionStatus, BookingStatus, RefundReason, RefundStatus
from bookings.tickets.models import Admission
from core.clock import database_now, period_start
from events.models import Event, SeatChange, Subsection
from events.states import ChangeKind

DAY = timedelta(hours=24)  # covered by `velocity`: at most 1,441 minutes, however long the sale has been going on
MINUTE = timedelta(minutes=1)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # any full minute
NUMBERS = ("sold", "held", "in_sale", "gross", "refunded")
NEVER_HELD = (BookingStatus.PROCESSING, BookingStatus.FAILED)
PAID = (*SOLD, BookingStatus.REFUNDED)
BOUGHT_NOTHING = (RefundReason.SEATS_LOST, RefundReason.PAID_TWICE)
OUT_OF_LINE = (*BOUGHT_NOTHING, *MADE_ELSEWHERE)  # the condition of the index "refund_out_of_line"

Money = dict[str, int]  # `gross` and `refunded`
# The bookings with one status in one event or subsection: their `number`, the sum of their `price`s in minor units, and
# how many are `over` (their deadline has passed).
Tally = dict[str, Any]


def sales_report(event: Event, *, pace: timedelta = DAY) -> dict[str, Any]:
    """Return the sales report of an event, as the API shows it.

    Money is in minor units of the event's currency; `occupancy` and `conversion` are from 0 to 1. `velocity` covers the
    last `pace`.
    """
    bookings = _bookings([event.pk], "subsection_id")
    subsections = _subsections(event, _money([event.pk], "subsection_id", bookings))
    tiers = divided_by_tier(event, subsections)
    funnel = _funnel(bookings)
    return {
        **_total(subsections),
        "by_section": _grouped(tiers, "section", "tier"),
        "by_tier": _grouped(tiers, "tier"),
        "velocity": _velocity([subsection["pk"] for subsection in subsections], pace),
        "refunds": funnel.pop("refunds"),
        "funnel": funnel,
        "checked_in": Admission.objects.filter(event=event, status=AdmissionStatus.USED).count(),
    }


def money_of(event_ids: list[int]) -> dict[int, Money]:
    """Return `gross` and `refunded` of each event, in minor units: {event id: {"gross": …, "refunded": …}}."""
    money = _money(event_ids, "event_id", _bookings(event_ids, "event_id"))
    return {event_id: money[event_id] for event_id in event_ids}


def _bookings(event_ids: list[int], place: str) -> list[Tally]:
    """Return a tally for each status and each value of `place`, which is `event_id` or `subsection_id`."""
    bookings = Booking.objects.filter(event__in=event_ids).order_by().values(place, "status")
    over = Count("pk", filter=Q(expires_at__lte=Now()))
    return list(bookings.annotate(number=Count("*"), over=over, price=Sum("total_price")))


def _money(event_ids: list[int], place: str, bookings: Iterable[Tally]) -> dict[int, Money]:
    """Return how much was captured, and how much of it has a refund recorded, by the value of `place`.

    Each paid booking has exactly one captured payment, of its price (invariant "paid_is_captured"), and a refund
    returns all of it. So the prices of the bookings are enough; joining the payments took longer than everything else.
    Payments that came too late for their seats, or for a booking that was paid already, bought nothing: they are added
    as captured and as refunded. Money that went back in part without this shop is refunded of a booking that is still
    paid. Captures of a wrong amount are never in it.
    """
    money: dict[int, Money] = defaultdict(lambda: {"gross": 0, "refunded": 0})
    for tally in bookings:
        money[tally[place]]["gross"] += int(tally["price"]) if tally["status"] in PAID else 0
        money[tally[place]]["refunded"] += int(tally["price"]) if tally["status"] == BookingStatus.REFUNDED else 0
    # An order of several bookings counts for the first one that is sold, or for its first one.
    bookings_of = Booking.objects.filter(order=OuterRef("payment__order"))
    sold_first = Case(When(status__in=SOLD, then=0), default=1)
    refunds = Refund.objects.filter(event__in=event_ids, reason__in=OUT_OF_LINE).order_by()
    in_part = Q(Exists(bookings_of.filter(status__in=SOLD)), status=RefundStatus.SENT)
    counted = refunds.filter(Q(reason__in=BOUGHT_NOTHING) | in_part)
    placed = counted.annotate(place=Subquery(bookings_of.order_by(sold_first, "pk").values(place)[:1]))
    sums = placed.values_list("place", "reason").annotate(Sum("amount"))
    for key, reason, amount in sums:
        money[key]["gross"] += int(amount) if reason in BOUGHT_NOTHING else 0
        money[key]["refunded"] += int(amount)
    return money


def _subsections(event: Event, money: dict[int, Money]) -> list[dict[str, Any]]:
    """Return section, tier and `NUMBERS` of each subsection, in the order of the seating configuration."""
    seats = {"held": F("reserved"), "in_sale": F("total") - F("blocked")}
    subsections = Subsection.objects.filter(event=event).values("pk", "section", "tier", "sold", **seats)
    return [{**subsection, **money[subsection["pk"]]} for subsection in subsections]


def _grouped(subsections: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
    """Return a total for each section or tier, in the order in which each first appears."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for subsection in subsections:
        groups[tuple(subsection[name] for name in names)].append(subsection)
    return [{**dict(zip(names, key, strict=True)), **_total(group)} for key, group in groups.items()]


def _total(subsections: list[dict[str, Any]]) -> dict[str, Any]:
    total = {name: sum(subsection[name] for subsection in subsections) for name in NUMBERS}
    occupancy = _ratio(total["sold"], total["in_sale"])
    return {**total, "revenue": total["gross"] - total["refunded"], "occupancy": occupancy}


def _velocity(subsection_ids: list[int], pace: timedelta) -> Sequence[Mapping[str, object]]:
    """Return the seats held and sold in each minute of the last `pace`, oldest first, without minutes that have none.

    The query may read 100,000 changes, so every condition counts:
    - Naming the subsections takes half as long as joining them. Their range of ids is cheaper to check than the list,
      so it is checked first.
    - `at` is compared with a constant. `Now() - pace` would be computed for each change, and the BRIN index could not
      skip the days before.
    - Changes of other kinds cost more to exclude than to count.
    - Python sorts the minutes; Postgres would sort the changes instead.
    """
    changes = SeatChange.objects.filter(at__gt=database_now() - pace).order_by()
    changes = changes.filter(
        subsection__gte=subsection_ids[0], subsection__lte=subsection_ids[-1], subsection__in=subsection_ids
    )
    seats = F("positions__len")
    counted = changes.values(minute=period_start(MINUTE, EPOCH)).annotate(
        held=Coalesce(Sum(seats, filter=Q(kind=ChangeKind.HELD)), 0),
        sold=Coalesce(Sum(seats, filter=Q(kind=ChangeKind.PAID)), 0),
    )
    return sorted((row for row in counted if row["held"] or row["sold"]), key=itemgetter("minute"))


def _funnel(bookings: Iterable[Tally]) -> dict[str, Any]:
    """Return the number of bookings by how far they got: the `Funnel` of the API, and `refunds`.

    A hold counts as expired once its deadline has passed, even if the sweep has not ended it yet.
    """
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
        "conversion": _ratio(paid, holds),
    }


def _ratio(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
