"""Loads the subsections of an event for the live feed."""

from events.live.subsection import Counts, LiveSubsection
from events.models import Event, Layout, Subsection
from events.seating.names import names_in


def live_subsections(event: Event) -> list[LiveSubsection]:
    """Return the subsections of an event as they are now. Runs two queries for an event with a seating plan."""
    subsections = list(Subsection.objects.filter(event_id=event.pk).defer("seat_status"))
    layouts = {}
    if event.plan_version_id is not None:
        columns = ("event_id", "subsection_id", "names", "row_numbers", "seat_numbers", "tiers", "tier_prices")
        layouts = {layout.subsection_id: layout for layout in Layout.objects.filter(event_id=event.pk).only(*columns)}
    return [_live_subsection(row, layouts.get(row.pk)) for row in subsections]


def _live_subsection(row: Subsection, layout: Layout | None) -> LiveSubsection:
    tiers = dict(zip(layout.tiers or (), layout.tier_prices or (), strict=True)) if layout else {}
    return LiveSubsection(
        id=row.pk,
        section=row.section,
        number=row.number,
        kind=row.kind,
        tier=row.tier,
        price=row.price,
        rows=row.rows,
        cols=row.cols,
        counts=Counts(row.available, row.reserved, row.sold, row.blocked),
        version=row.version,
        tiers=tiers,
        names=names_in(row, layout),
    )
