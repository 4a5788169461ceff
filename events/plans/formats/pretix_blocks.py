"""Put the zones of a pretix seating plan into blocks.

A zone is a block. Rows of the zone with the same number are parts of one row, with aisles between them where there are
gaps, as long as their seats have different numbers; a part with a name that the row already has goes to a further block
of the section. Rows are ordered by their numbers, since the format doesn't say where the front is.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from events.plans.formats.pretix_seats import DIGITS, Seat, Segment, Zone
from events.plans.formats.problems import Problems
from events.plans.formats.rows import aisles, from_the_left, natural

MAX_SEATS = 1_000  # of a row; also the most rows of a block


MAX_BLOCKS = 50  # of a zone; a file with more of them repeats names without a plan


class Row(NamedTuple):
    """A row as people see it, its seats from the left."""

    label: str
    seats: list[Seat]


Sections = dict[str, list[list[Row]]]  # the blocks of each section, each with its rows


@dataclass
class Block:
    """A block while it is put together: the parts of each row, and the numbers of the row's seats."""

    parts: dict[str, list[list[Seat]]] = field(default_factory=lambda: defaultdict(list))
    numbers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def has_room(self, label: str, numbers: set[str]) -> bool:
        """Return whether none of these numbers is taken in the row."""
        return label not in self.numbers or self.numbers[label].isdisjoint(numbers)

    def add(self, label: str, seats: list[Seat], numbers: set[str]) -> None:
        """Add a part of a row."""
        self.parts[label].append(seats)
        self.numbers[label] |= numbers


def blocks_of(zone: Zone, problems: Problems) -> list[list[Row]]:
    """Return the blocks of a zone, each with its rows by their numbers."""
    blocks: list[Block] = []
    for segment in zone.segments:
        seats = _different_seats(segment, problems)
        numbers = {seat.label for seat in seats}
        index = next((i for i, block in enumerate(blocks) if block.has_room(segment.label, numbers)), len(blocks))
        if index:
            _note_repetition(segment, index + 1, problems)
        if index < MAX_BLOCKS:
            blocks += [Block()] if index == len(blocks) else []
            blocks[index].add(segment.label, seats, numbers)
    return [_rows(block.parts, zone, problems) for block in blocks]


def _different_seats(segment: Segment, problems: Problems) -> list[Seat]:
    """Return the seats of a part of a row with each number once."""
    seats: dict[str, Seat] = {}
    for seat in segment.seats:
        other = seats.setdefault(seat.label, seat)
        if other is seat:
            continue
        detail = f"Row {segment.label} already has a seat {seat.label}, at {other.place}."
        same = (other.x, other.y) == (seat.x, seat.y)
        proposal = "It is at the same point, so it is read once." if same else ""
        problems.add(f"{seat.place}.seat_number", "duplicate", detail, proposal)
    return list(seats.values())


def _note_repetition(segment: Segment, number: int, problems: Problems) -> None:
    place = segment.seats[0].place.rpartition(".seats.")[0]
    detail = f"The zone has seats of row {segment.label} more than once with the same numbers."
    proposal = f"This part of the row goes to block {number} of the section." if number <= MAX_BLOCKS else ""
    problems.add(place, "duplicate", detail, proposal)


def _rows(parts: dict[str, list[list[Seat]]], zone: Zone, problems: Problems) -> list[Row]:
    rows = [Row(label, from_the_left(parts[label])) for label in sorted(parts, key=natural)]
    if len(rows) > MAX_SEATS:
        problems.add(f"{zone.place}.rows", "max_length", f"A zone may have at most {MAX_SEATS:,} rows.")
    for row in rows:
        if len(row.seats) > MAX_SEATS:
            detail = f"Row {row.label} has {len(row.seats):,} seats; there may be {MAX_SEATS:,}."
            problems.add(row.seats[0].place, "max_length", detail)
    return rows


def as_subsection(rows: list[Row], usual: float, names: dict[str, str]) -> dict[str, Any]:
    """Return a block in our format. Its origin is the middle of its upper edge, in whole pixels.

    `usual` is the distance of neighbours in the plan; `names` has the plan's name of each category.
    """
    seats = [seat for row in rows for seat in row.seats]
    left, right = min(seat.x for seat in seats), max(seat.x for seat in seats)
    x, y = round((left + right) / 2), round(min(seat.y for seat in seats))
    category = Counter(seat.category for seat in seats).most_common(1)[0][0]
    lists = [{"label": row.label, "seats": _members(row, x, y, usual, category, names)} for row in rows]
    return {"category": names[category], "x": x, "y": y, "rows": lists}


def _members(row: Row, x: int, y: int, usual: float, category: str, names: dict[str, str]) -> list[dict[str, Any]]:
    members = []
    for seat, aisle in zip(row.seats, aisles(row.seats, usual), strict=True):
        member: dict[str, Any] = {
            "label": seat.label,
            "x": round(seat.x - x, DIGITS),
            "y": round(seat.y - y, DIGITS),
        }
        if seat.category != category:
            member["category"] = names[seat.category]
        if aisle:
            member["aisle_after"] = True
        members.append(member)
    return members


def by_section(zones: list[Zone], problems: Problems) -> Sections:
    """Return the blocks of each section: zones with the same name are one section."""
    sections: Sections = defaultdict(list)
    for zone in zones:
        sections[zone.name] += blocks_of(zone, problems)
    return {name: blocks for name, blocks in sections.items() if blocks}
