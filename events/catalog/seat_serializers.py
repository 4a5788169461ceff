"""Shapes of sections, subsections and seats in the API."""

from typing import Any

from rest_framework import serializers

from core.http.bodies import Body
from core.http.json_types import ListOf, WholeNumber
from core.http.texts import Line, Text
from events.catalog import selectors
from events.models import Event, Layout, Subsection
from events.seating.names import RowAndSeat, names_in, prices_in
from events.seating.positions import NAME_LENGTH
from events.states import SeatStatus, SubsectionKind

TICKET_IDS_PER_SUBSECTION = 1 << 18  # above MAX_SEATS_PER_EVENT, so that ids of two subsections never overlap
MAX_SEATS_PER_CALL = 10_000  # to block or unblock


class SeatsInSubsection(Body):
    """Seats of one subsection, by the names that people see."""

    section = Line(max_length=32)
    subsection = WholeNumber(min_value=1, max_value=2**31 - 1)
    seat_positions = ListOf(child=Text(max_length=NAME_LENGTH), allow_empty=False, max_length=MAX_SEATS_PER_CALL)


class Stats(serializers.Serializer[Any]):
    """Number of seats of an event by status."""

    available = serializers.IntegerField()
    reserved = serializers.IntegerField()
    sold = serializers.IntegerField()
    blocked = serializers.IntegerField()
    total = serializers.IntegerField()


class TierRow(serializers.Serializer[Any]):
    """A category of seats and its price."""

    tier = serializers.CharField()
    price = serializers.IntegerField(help_text="In minor units.")


class SectionRow(serializers.Serializer[Any]):
    """One subsection: its place, price, number of seats by status, and version."""

    section = serializers.CharField()
    subsection = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=SubsectionKind.choices)
    tier = serializers.CharField(help_text="Of most of its seats.")
    price = serializers.IntegerField(help_text="Of a seat, in minor units; the lowest if they have several.")
    rows = serializers.IntegerField()
    cols = serializers.IntegerField(help_text="Seats per row; in a drawn block, of the longest row.")
    available = serializers.IntegerField()
    reserved = serializers.IntegerField()
    sold = serializers.IntegerField()
    total = serializers.IntegerField()
    version = serializers.IntegerField(help_text="Rises by one with every committed change.")
    accessible = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="The names of its wheelchair places, whatever their status; only if it has any.",
    )
    tiers = TierRow(many=True, required=False, help_text="The categories of its seats; only if they have several.")


class MapRow(SectionRow):
    """A subsection of the seat map, with the status of each seat."""

    seats = serializers.CharField(help_text="One letter per seat in row order: a, r, s, b.")


class SeatMapBody(serializers.Serializer[Any]):
    """The whole seat map of an event."""

    event_id = serializers.IntegerField()
    stats = Stats()
    sections = MapRow(many=True)


class TicketRow(serializers.Serializer[Any]):
    """One seat: its place, price and status."""

    id = serializers.IntegerField()
    section = serializers.CharField()
    subsection = serializers.IntegerField()
    row = serializers.IntegerField(help_text="1 is at the front.")
    seat = serializers.IntegerField(help_text="1 is at the left.")
    row_label = serializers.CharField(help_text="What is written on the row; empty in a standing area.")
    seat_label = serializers.CharField(help_text="What is written on the seat; empty in a standing area.")
    price = serializers.IntegerField(help_text="In minor units.")
    status = serializers.ChoiceField(choices=SeatStatus.choices)


class SeatRow(TicketRow):
    """One seat of a subsection, marked if it is a wheelchair place."""

    accessible = serializers.BooleanField(required=False, help_text="True for a wheelchair place, otherwise absent.")


class SubsectionSeatsBody(SectionRow):
    """A subsection with all its seats."""

    event_id = serializers.IntegerField()
    tickets = SeatRow(many=True)


def seat_map(event: Event) -> dict[str, Any]:
    """Return the event's seat map in the shape of SeatMapBody. Runs one query."""
    rows = selectors.seat_map(event.pk)
    return {"event_id": event.pk, "stats": selectors.sum_counts(rows), "sections": [public_row(row) for row in rows]}


def public_row(row: dict[str, Any]) -> dict[str, Any]:
    """Return a section row as the API shows it: without `blocked`, which is `total` minus the other three."""
    return {name: value for name, value in row.items() if name != "blocked"}


def ticket_body(subsection: Subsection, position: int, place: RowAndSeat, status: str, price: int) -> dict[str, Any]:
    """Return one row of `tickets[]`; `price` is in minor units.

    The id is computed from the subsection's id and the position, so it needs no column.
    """
    return {
        "id": subsection.pk * TICKET_IDS_PER_SUBSECTION + position,
        "section": subsection.section,
        "subsection": subsection.number,
        "row": place.row,
        "seat": place.seat,
        "row_label": place.row_label,
        "seat_label": place.seat_label,
        "price": price,
        "status": status,
    }


def subsection_seats(event_id: int, section: str, number: int) -> dict[str, Any]:
    """Return a subsection with all its seats in the shape of SubsectionSeatsBody. Raises NotFound."""
    subsection, layout = selectors.subsection_with_layout(event_id, section, number)
    row = public_row(selectors.subsection_row(subsection, layout))
    return {"event_id": event_id, **row, "tickets": _tickets(subsection, layout)}


def _tickets(subsection: Subsection, layout: Layout | None) -> list[dict[str, Any]]:
    """Return `tickets[]` of a whole subsection in the shape of SeatRow, in row order."""
    names = names_in(subsection, layout)
    prices = prices_in(subsection, layout)
    tickets = [
        ticket_body(subsection, position, names.place(position), selectors.STATUS_BY_LETTER[letter], prices[position])
        for position, letter in enumerate(subsection.seat_status)
    ]
    for position in subsection.accessible:
        tickets[position]["accessible"] = True
    return tickets
