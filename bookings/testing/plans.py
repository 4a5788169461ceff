"""Events on a seating plan, made from events of rows × cols seats."""

from django.db.models import F

from bookings.holds.models import Booking
from events.models import Event, Layout, Subsection
from events.plan_models import PlanVersion, SeatingPlan
from events.plans.plan import labels_of
from events.states import SubsectionKind
from events.venue_models import Venue


def as_drawn(booking: Booking, *names: str, prices: list[int] | None = None) -> Booking:
    """Make the block of a held booking a drawn one, in which its seats have these names and perhaps several prices."""
    Subsection.objects.filter(pk=booking.subsection_id).update(kind=SubsectionKind.DRAWN)
    labels = [labels_of(name)[0] for name in names]
    rows = [labels.index(label) + 1 for label in labels]
    places = {"seat_names": list(names), "row_numbers": rows, "seat_numbers": list(range(1, len(names) + 1))}
    total = {"unit_price": min(prices), "total_price": sum(prices)} if prices else {}
    Booking.objects.filter(pk=booking.pk).update(**places, seat_prices=prices, **total)
    return Booking.objects.for_display().get(pk=booking.pk)


def as_standing(booking: Booking) -> Booking:
    """Make the block of a booking a standing area."""
    block = Subsection.objects.filter(pk=booking.subsection_id)
    block.update(kind=SubsectionKind.STANDING, rows=1, cols=F("total"))
    return Booking.objects.for_display().get(pk=booking.pk)


def put_on_plan(event: Event) -> None:
    """Give an event a version of a plan, whose document says nothing."""
    venue = Venue.objects.create(seller=event.seller, name="Hall", time_zone="UTC")
    plan = SeatingPlan.objects.create(venue=venue, name="Plan")
    version = PlanVersion.objects.create(plan=plan, number=1, document={}, geometry=b"", digest="0" * 64, places=1)
    event.plan_version, event.geometry_digest = version, version.digest
    event.save(update_fields=["plan_version", "geometry_digest"])


def give_tiers(block: Subsection, tiers: dict[str, int], of_seat: list[int]) -> None:
    """Make a block a drawn one whose seats belong to these tiers, with their prices; `of_seat` has one index each."""
    block.kind, block.price = SubsectionKind.DRAWN, min(tiers.values())
    block.tier = max(tiers, key=lambda tier: of_seat.count(list(tiers).index(tier)))
    block.save()
    places = range(block.total)
    Layout.objects.create(
        event_id=block.event_id,
        subsection_id=block.pk,
        names=[f"{chr(65 + at // block.cols)}-{at % block.cols + 101}" for at in places],
        row_numbers=[at // block.cols + 1 for at in places],
        seat_numbers=[at % block.cols + 1 for at in places],
        cells=list(places),
        width=block.cols,
        run_starts=[0],
        run_sizes=[block.total],
        run_gaps=[0],
        run_letters=["a"],
        run_tables=[None],
        tier_of=of_seat,
        tiers=list(tiers),
        tier_prices=list(tiers.values()),
    )
