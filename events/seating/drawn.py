"""Turns a seating plan and the prices of its categories into the subsections and layouts of an event."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from events.models import Layout, Subsection
from events.plans.plan import Block, Place, Plan, Point, place_name
from events.states import PlaceKind, SeatStatus, SubsectionKind

# What a free seat of each kind is in bookings/sql/seat_rules.sql. Once unblocked, a house seat is a seat like others.
LETTERS = {
    PlaceKind.SEAT: "a",
    PlaceKind.HOUSE: "a",
    PlaceKind.WHEELCHAIR: "k",
    PlaceKind.COMPANION: "c",
    PlaceKind.RESTRICTED: "v",
}


@dataclass(frozen=True)
class DrawnBlock:
    """A block of a plan with its prices ({category index: minor units}), as it is sold at one event."""

    plan: Plan
    block: Block
    prices: dict[int, int]

    @cached_property
    def places(self) -> list[Place]:
        """The places by position: row by row from the front, each row from the left. Empty for a standing area."""
        return [place for row in self.block.rows for place in row.places]

    def positions(self, kind: PlaceKind) -> list[int]:
        """Return the positions of the places of a kind."""
        return [position for position, place in enumerate(self.places) if place.kind == kind]

    def new_subsection(self, event_id: int) -> Subsection:
        """Return the unsaved subsection, with all its places available."""
        block, total = self.block, self.block.size
        is_standing = block.kind == SubsectionKind.STANDING
        return Subsection(
            event_id=event_id,
            section=block.section,
            number=block.number,
            kind=block.kind,
            tier=self.plan.categories[block.category].name,
            price=min(self.prices[category] for category in self.categories),
            rows=1 if is_standing else len(block.rows),
            cols=total if is_standing else max(len(row.places) for row in block.rows),
            total=total,
            available=total,
            seat_status=SeatStatus.AVAILABLE[0] * total,
            accessible=self.positions(PlaceKind.WHEELCHAIR),
        )

    @property
    def categories(self) -> list[int]:
        """The categories of the places (indexes into those of the plan); that of most places first."""
        used = Counter(place.category for place in self.places) or Counter([self.block.category])
        return sorted(used, key=lambda category: (category != self.block.category, -used[category], category))

    def new_layout(self, subsection: Subsection) -> Layout:
        """Return the unsaved layout of a drawn block, whose saved subsection is given."""
        block, places = self.block, self.places
        cells, width = _cells(block)
        numbers = [(row, seat) for row, line in enumerate(block.rows, 1) for seat in range(1, len(line.places) + 1)]
        return Layout(
            event_id=subsection.event_id,
            subsection_id=subsection.pk,
            names=[place_name(row.label, place.label) for row in block.rows for place in row.places],
            row_numbers=[row for row, _ in numbers],
            seat_numbers=[seat for _, seat in numbers],
            cells=cells,
            width=width,
            closest=self.plan.focal_point and _closest(places, self.plan.focal_point),
            companions=self.positions(PlaceKind.COMPANION),
            restricted=self.positions(PlaceKind.RESTRICTED),
            notes=[place.note for place in places] if any(place.note for place in places) else None,
            **self._tables(),
            **_runs(cells, [LETTERS[place.kind] for place in places], self._table_of_place()),
            **self._tiers(),
        )

    def _whole_tables(self) -> Iterator[tuple[int, int]]:
        """Yield the first position and the number of seats of each table that is sold as a whole."""
        starts = _row_starts(self.block)
        for table in self.block.tables:
            if table.whole:
                yield starts[table.row], len(self.block.rows[table.row].places)

    def _tables(self) -> dict[str, list[int]]:
        tables = list(self._whole_tables())
        return {"table_starts": [start for start, _ in tables], "table_sizes": [size for _, size in tables]}

    def _table_of_place(self) -> list[tuple[int, int] | None]:
        """Return for each place the whole table that it belongs to, as (first position, seats), or None."""
        tables: list[tuple[int, int] | None] = [None] * self.block.size
        for start, size in self._whole_tables():
            tables[start : start + size] = [(start, size)] * size
        return tables

    def _tiers(self) -> dict[str, list[Any] | None]:
        """Return the category of each place and the prices, or NULLs if all places are of the block's category."""
        used = self.categories
        if used == [self.block.category]:
            return {"tier_of": None, "tiers": None, "tier_prices": None}
        index = {category: number for number, category in enumerate(used)}
        return {
            "tier_of": [index[place.category] for place in self.places],
            "tiers": [self.plan.categories[category].name for category in used],
            "tier_prices": [self.prices[category] for category in used],
        }


def largest_whole_table(plan: Plan) -> int:
    """Return the number of seats of the largest table of the plan that is sold as a whole; 0 if there is none."""
    sizes = [len(block.rows[table.row].places) for block in plan.blocks for table in block.tables if table.whole]
    return max(sizes, default=0)


def used_categories(plan: Plan) -> list[str]:
    """Return the names of the categories that have places, in the order of the plan."""
    used = {block.category for block in plan.blocks if block.kind == SubsectionKind.STANDING}
    used |= {place.category for block in plan.blocks for row in block.rows for place in row.places}
    return [category.name for index, category in enumerate(plan.categories) if index in used]


def _row_starts(block: Block) -> list[int]:
    starts, position = [], 0
    for row in block.rows:
        starts.append(position)
        position += len(row.places)
    return starts


def _cells(block: Block) -> tuple[list[int], int]:
    """Return the cell of each place, and the number of cells per line.

    A line is one cell longer than its row needs, so that places of two rows are never in neighbouring cells.
    """
    lines = []
    for row in block.rows:
        line, cell = [], 0
        for place in row.places:
            line.append(cell)
            cell += 2 if place.ends_run else 1
        lines.append(line)
    width = max(line[-1] for line in lines) + 2
    return [number * width + cell for number, line in enumerate(lines) for cell in line], width


def _runs(cells: list[int], letters: list[str], tables: list[tuple[int, int] | None]) -> dict[str, list[Any]]:
    """Return the lists of runs: places in neighbouring cells with the same letter and the same whole table."""
    places = zip(range(len(cells)), cells, letters, tables, strict=True)
    runs = [list(run) for _, run in groupby(places, key=lambda place: (place[1] - place[0], place[2], place[3]))]
    ends = [0, *(run[-1][1] + 1 for run in runs)]
    return {
        "run_starts": [run[0][0] for run in runs],
        "run_sizes": [len(run) for run in runs],
        "run_gaps": [run[0][1] - end for run, end in zip(runs, ends, strict=False)],
        "run_letters": [run[0][2] for run in runs],
        "run_tables": [run[0][3] and run[0][3][1] for run in runs],
    }


def _closest(places: list[Place], focal_point: Point) -> list[int]:
    """Return all positions, the one nearest to the focal point first; of equally near ones, the first."""
    x, y = focal_point
    distances = [(place.x - x) ** 2 + (place.y - y) ** 2 for place in places]
    return sorted(range(len(places)), key=distances.__getitem__)
