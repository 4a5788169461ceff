"""Shapes of sections, subsections and seats in the API."""

from typing import Any

from rest_framework import serializers

from events.catalog import selectors
from events.models import Event, Subsection
from events.states import SeatStatus

SEATS_A_TICKET_RANGE = 1 << 18  # above MAX_SEATS_PER_EVENT, so that ids of two blocks never meet


MAX_SEATS_A_CALL = 10_000  # that a seller blocks or unblocks at once


class SeatsInSubsection(serializers.Serializer[Any]):
    """Seats of one block, named "row-seat"."""

    section = serializers.CharField(max_length=32)
    subsection = serializers.IntegerField(min_value=1)
    seat_positions = serializers.ListField(
        child=serializers.CharField(max_length=15), allow_empty=False, max_length=MAX_SEATS_A_CALL
    )


class Stats(serializers.Serializer[Any]):
    """Seats of an event by state."""

    available = serializers.IntegerField()
    reserved = serializers.IntegerField()
    sold = serializers.IntegerField()
    blocked = serializers.IntegerField()
    total = serializers.IntegerField()


class SectionRow(serializers.Serializer[Any]):
    """One block: where, what it costs, how many seats are in which state, and the version of that."""

    section = serializers.CharField()
    subsection = serializers.IntegerField()
    tier = serializers.CharField()
    price = serializers.IntegerField(help_text="Of a seat, in minor units.")
    rows = serializers.IntegerField()
    cols = serializers.IntegerField()
    available = serializers.IntegerField()
    reserved = serializers.IntegerField()
    sold = serializers.IntegerField()
    total = serializers.IntegerField()
    version = serializers.IntegerField(help_text="Rises by one with every committed change.")
    accessible = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text='Its wheelchair places ("row-seat"), whatever their state; only where it has some.',
    )


class MapRow(SectionRow):
    """A block of the seat map."""

    seats = serializers.CharField(help_text="One letter per seat in row order: a, r, s, b.")


class SeatMapBody(serializers.Serializer[Any]):
    """The whole map of an event."""

    event_id = serializers.IntegerField()
    stats = Stats()
    sections = MapRow(many=True)


class TicketRow(serializers.Serializer[Any]):
    """One seat."""

    id = serializers.IntegerField()
    section = serializers.CharField()
    subsection = serializers.IntegerField()
    row = serializers.IntegerField(help_text="1 is at the front.")
    seat = serializers.IntegerField(help_text="1 is at the left.")
    price = serializers.IntegerField(help_text="In minor units.")
    status = serializers.ChoiceField(choices=SeatStatus.choices)


class SeatRow(TicketRow):
    """One seat of a block."""

    accessible = serializers.BooleanField(required=False, help_text="True for a wheelchair place, else left out.")


class SubsectionSeatsBody(SectionRow):
    """A block with all its seats."""

    event_id = serializers.IntegerField()
    tickets = SeatRow(many=True)


def seat_map(event: Event) -> dict[str, Any]:
    """The shape of SeatMapBody, in one read of the event's blocks."""
    rows = selectors.seat_map(event.pk)
    return {"event_id": event.pk, "stats": selectors.sum_counts(rows), "sections": [public_row(row) for row in rows]}


def public_row(row: dict[str, Any]) -> dict[str, Any]:
    """A section row as the contract shows it: without `blocked`, which is total less the other three."""
    return {name: value for name, value in row.items() if name != "blocked"}


def ticket_body(block: Subsection, position: int, status: str, price: int) -> dict[str, Any]:
    """One row of `tickets[]`. The id is the block's number and the seat's place in it, so it needs no column."""
    row, seat = divmod(position, block.cols)
    return {
        "id": block.pk * SEATS_A_TICKET_RANGE + position,
        "section": block.section,
        "subsection": block.number,
        "row": row + 1,
        "seat": seat + 1,
        "price": price,
        "status": status,
    }


def subsection_tickets(block: Subsection, states: list[SeatStatus]) -> list[dict[str, Any]]:
    """`tickets[]` of a whole block, given the state of each of its seats: the rows of SeatRow."""
    tickets = [ticket_body(block, position, state, block.price) for position, state in enumerate(states)]
    for position in block.accessible:
        tickets[position]["accessible"] = True
    return tickets
