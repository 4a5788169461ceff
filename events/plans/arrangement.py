"""Lay out what a document says: where each place of a block is, and which places are neighbours."""

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from math import cos, pi, radians, sin

from events.plans.plan import Block, Drawing, Place, Point, Row, Table
from events.plans.specs import BlockSpec, DrawingSpec, Grid, Own, Rows, StandingSpec, Tables, TableSpec
from events.states import PlaceKind, SubsectionKind

CHAIR = 35  # centimetres from the edge of a table to the middle of a seat

Points = list[tuple[float, float]]
ORDINARY = Own()


def lay_out(spec: BlockSpec) -> Block:
    """Return the block with all of its places."""
    content = spec.content
    if isinstance(content, StandingSpec):
        return Block(
            section=spec.section,
            number=spec.number,
            kind=SubsectionKind.STANDING,
            category=spec.category or 0,
            capacity=content.capacity,
            outline=tuple(turned(content.outline, spec.x, spec.y, spec.rotation)),
        )
    rows = _rows(spec, content)
    return Block(
        section=spec.section,
        number=spec.number,
        kind=SubsectionKind.DRAWN,
        category=_category_of_most(spec, rows),
        rows=rows,
        tables=_drawn_tables(spec, content.tables) if isinstance(content, Tables) else (),
    )


def place_drawing(spec: DrawingSpec) -> Drawing:
    """Return the drawing with its points in the plan."""
    return Drawing(
        role=spec.role,
        text=spec.text,
        x=round(spec.x),
        y=round(spec.y),
        size=round(spec.size),
        rotation=spec.rotation,
        points=tuple(turned(spec.points, spec.x, spec.y, spec.rotation)),
    )


def turned(points: Iterable[tuple[float, float]], x: float, y: float, rotation: float) -> list[Point]:
    """Return points relative to (x, y) as points of the plan, turned clockwise by `rotation` degrees."""
    return [(round(across), round(down)) for across, down in _turned(points, x, y, rotation)]


def _turned(points: Iterable[tuple[float, float]], x: float, y: float, rotation: float) -> Points:
    if not rotation:
        return [(x + right, y + down) for right, down in points]
    cosine, sine = cos(radians(rotation)), sin(radians(rotation))
    return [(x + right * cosine - down * sine, y + right * sine + down * cosine) for right, down in points]


def _rows(spec: BlockSpec, content: Grid | Rows | Tables) -> tuple[Row, ...]:
    if isinstance(content, Grid):
        return _grid_rows(spec, content)
    if isinstance(content, Rows):
        return _given_rows(spec, content)
    return tuple(_table_row(spec, table) for table in content.tables)


def _category_of_most(spec: BlockSpec, rows: tuple[Row, ...]) -> int:
    counts = Counter(place.category for row in rows for place in row.places)
    return min(counts, key=lambda category: (-counts[category], category))


def _place(label: str, point: Point, category: int | None, own: Own, ends_run: bool) -> Place:
    if own.category is not None:
        category = own.category
    return Place(own.label or label, *point, category or 0, own.kind, own.note, ends_run)


def _grid_rows(spec: BlockSpec, grid: Grid) -> tuple[Row, ...]:
    labels_of = cache(grid.seat_labels.labels)
    points_of = _row_points(grid)
    special = {row for row, _ in (*grid.own, *grid.missing)}
    rows = []
    for row, label in enumerate(grid.row_labels.labels(len(grid.counts))):
        labels = labels_of(grid.counts[row])
        points = turned(points_of(row), spec.x, spec.y, spec.rotation)
        places = (
            _special_row(spec, grid, row, labels, points) if row in special else _plain_row(spec, grid, labels, points)
        )
        rows.append(Row(label, tuple(places)))
    return tuple(rows)


def _plain_row(spec: BlockSpec, grid: Grid, labels: list[str], points: list[Point]) -> list[Place]:
    """Return the places of a row without missing seats, and without seats that have something of their own."""
    category, aisles = spec.category or 0, frozenset(grid.aisles_in(len(labels)))
    return [
        Place(label, x, y, category, PlaceKind.SEAT, "", number in aisles)
        for number, (label, (x, y)) in enumerate(zip(labels, points, strict=True), 1)
    ]


def _special_row(spec: BlockSpec, grid: Grid, row: int, labels: list[str], points: list[Point]) -> list[Place]:
    seats = [seat for seat in range(len(labels)) if (row, seat) not in grid.missing]
    aisles = frozenset(grid.aisles_in(len(labels)))
    return [
        _place(
            labels[seat],
            points[seat],
            spec.category,
            grid.own.get((row, seat), ORDINARY),
            ends_run=seat != seats[-1] and (seat + 1 in aisles or (row, seat + 1) in grid.missing),
        )
        for seat in seats
    ]


def _row_points(grid: Grid) -> Callable[[int], Points]:
    """Return the function that gives the points of a row, by its index, relative to the origin of the block."""
    offsets_of = cache(grid.offsets)
    widths = [grid.width(count) for count in grid.counts]
    if grid.radius is None:
        widest = max(widths)

        def straight(row: int) -> Points:
            first = {"center": -widths[row] / 2, "left": -widest / 2, "right": widest / 2 - widths[row]}[grid.align]
            first += row * grid.skew
            down = row * grid.row_spacing
            return [(first + offset, down) for offset in offsets_of(grid.counts[row])]

        return straight
    radius = grid.radius
    radii = [radius + row * grid.row_spacing for row in range(len(widths))]
    widest_angle = max(width / around for width, around in zip(widths, radii, strict=True))

    def on_arc(row: int) -> Points:
        around, angle = radii[row], widths[row] / radii[row]
        first = {"center": -angle / 2, "left": -widest_angle / 2, "right": widest_angle / 2 - angle}[grid.align]
        first += row * grid.skew / around
        angles = [first + offset / around for offset in offsets_of(grid.counts[row])]
        return [(around * sin(angle), around * cos(angle) - radius) for angle in angles]

    return on_arc


def _given_rows(spec: BlockSpec, content: Rows) -> tuple[Row, ...]:
    rows = []
    for row in content.rows:
        points = turned([(seat.x, seat.y) for seat in row.seats], spec.x, spec.y, spec.rotation)
        last = len(row.seats) - 1
        places = [
            _place(seat.label, point, spec.category, seat.own, seat.aisle_after and index < last)
            for index, (seat, point) in enumerate(zip(row.seats, points, strict=True))
        ]
        rows.append(Row(row.label, tuple(places)))
    return tuple(rows)


def _table_row(spec: BlockSpec, table: TableSpec) -> Row:
    count = len(table.labels)
    around = _around_circle(table, count) if table.shape == "round" else _around_rectangle(table, count)
    in_block = _turned(around, table.x, table.y, table.rotation)
    points = turned(in_block, spec.x, spec.y, spec.rotation)
    places = [
        _place(label, point, spec.category, table.own.get(seat, ORDINARY), ends_run=False)
        for seat, (label, point) in enumerate(zip(table.labels, points, strict=True))
    ]
    return Row(table.label, tuple(places))


def _around_circle(table: TableSpec, count: int) -> Points:
    distance = table.width / 2 + CHAIR
    angles = [2 * pi * seat / count for seat in range(count)]
    return [(distance * sin(angle), -distance * cos(angle)) for angle in angles]


def _around_rectangle(table: TableSpec, count: int) -> Points:
    """Return points beside the four sides of a table: the longer a side, the more seats it has."""
    width, height = table.width, table.height
    top, right, bottom, left = _shares(count, (width, height, width, height))
    x, y = width / 2 + CHAIR, height / 2 + CHAIR
    return [
        *((offset, -y) for offset in _spread(width, top)),
        *((x, offset) for offset in _spread(height, right)),
        *((offset, y) for offset in reversed(_spread(width, bottom))),
        *((-x, offset) for offset in reversed(_spread(height, left))),
    ]


def _shares(count: int, lengths: tuple[float, ...]) -> list[int]:
    """Divide `count` seats among sides: each next seat goes where it has the most room; first come opposite sides."""
    shares = [0] * len(lengths)
    for _ in range(count):
        roomiest = max((0, 2, 1, 3), key=lambda side: lengths[side] / (shares[side] + 1))
        shares[roomiest] += 1
    return shares


def _spread(length: float, count: int) -> list[float]:
    """Return how far each of `count` seats lies from the middle of a side."""
    return [length * ((index + 0.5) / count - 0.5) for index in range(count)]


def _drawn_tables(spec: BlockSpec, tables: tuple[TableSpec, ...]) -> tuple[Table, ...]:
    middles = turned([(table.x, table.y) for table in tables], spec.x, spec.y, spec.rotation)
    return tuple(
        Table(
            row=index,
            shape=table.shape,
            x=x,
            y=y,
            width=round(table.width),
            height=round(table.height),
            rotation=(table.rotation + spec.rotation) % 360,
            whole=table.whole,
        )
        for index, (table, (x, y)) in enumerate(zip(tables, middles, strict=True))
    )
