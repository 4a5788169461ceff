"""Describe a plan for maps (docs/seating-plans.md, Geometry): compact, as differences, and without what follows.

It is served as JSON, compressed: a plan with 50,000 seats stays below 250 kB.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from math import cos, radians, sin
from typing import Any

from events.plans.plan import Block, Category, Drawing, Place, Plan, Point, Row, Table
from events.states import PlaceKind, SubsectionKind

FORMAT = 1
LISTED_KINDS = [kind for kind in PlaceKind if kind != PlaceKind.SEAT]


def geometry_of(plan: Plan) -> dict[str, Any]:
    """Return what maps need to draw the plan, ready for JSON."""
    return {
        "format": FORMAT,
        "bounds": bounds_of(plan),
        "focal_point": list(plan.focal_point) if plan.focal_point else None,
        "categories": [_category(category) for category in plan.categories],
        "subsections": [_block(block) for block in plan.blocks],
        "drawings": [_drawing(drawing) for drawing in plan.drawings],
    }


def bounds_of(plan: Plan) -> list[int]:
    """Return the smallest rectangle with all points of the plan: left, top, right and bottom."""
    points = list(_points(plan))
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return [min(xs), min(ys), max(xs), max(ys)]


def corners(table: Table) -> list[Point]:
    """Return the corners of a table, or of the rectangle around a round one."""
    cosine, sine = cos(radians(table.rotation)), sin(radians(table.rotation))
    right, bottom = table.width / 2, table.height / 2
    return [
        (round(table.x + x * cosine - y * sine), round(table.y + x * sine + y * cosine))
        for x, y in ((-right, -bottom), (right, -bottom), (right, bottom), (-right, bottom))
    ]


def _points(plan: Plan) -> Iterator[Point]:
    for block in plan.blocks:
        yield from block.outline
        for row in block.rows:
            yield from [place[1:3] for place in row.places]
        for table in block.tables:
            yield from corners(table)
    for drawing in plan.drawings:
        yield from drawing.points or [(drawing.x, drawing.y)]
    if plan.focal_point:
        yield plan.focal_point


def _category(category: Category) -> dict[str, str]:
    return {"name": category.name, "color": category.colour}


def _drawing(drawing: Drawing) -> dict[str, Any]:
    return {**drawing._asdict(), "rotation": _angle(drawing.rotation), "points": _lists(drawing.points)}


def _lists(points: Iterable[Point]) -> list[list[int]]:
    return [list(point) for point in points]


def _angle(degrees: float) -> float:
    return int(degrees) if degrees == int(degrees) else round(degrees, 3)


def _block(block: Block) -> dict[str, Any]:
    common = {
        "section": block.section,
        "subsection": block.number,
        "kind": block.kind.value,
        "category": block.category,
    }
    if block.kind == SubsectionKind.STANDING:
        return common | {"capacity": block.capacity, "outline": _lists(block.outline)}
    places = list(chain.from_iterable(row.places for row in block.rows))
    return {
        **common,
        "rows": [[row.label, len(row.places)] for row in block.rows],
        "labels": [_labels(row) for row in block.rows],
        "x": _differences([place.x for place in places]),
        "y": _differences([place.y for place in places]),
        "breaks": [index for index, place in enumerate(places) if place.ends_run],
        "categories": [
            [index, place.category] for index, place in enumerate(places) if place.category != block.category
        ],
        **_kinds(places),
        "notes": {str(index): place.note for index, place in enumerate(places) if place.note},
        "tables": [table._asdict() | {"rotation": _angle(table.rotation)} for table in block.tables],
    }


def _kinds(places: list[Place]) -> dict[str, list[int]]:
    indices: dict[str, list[int]] = {kind.value: [] for kind in LISTED_KINDS}
    for index, place in enumerate(places):
        if place.kind is not PlaceKind.SEAT:
            indices[place.kind.value].append(index)
    return indices


def _labels(row: Row) -> list[int] | list[str]:
    """Return the labels of a row's places; as [first, step] if they are numbers with a constant step."""
    labels = [place.label for place in row.places]
    if not (labels[0].isascii() and labels[0].isdecimal()):
        return labels
    first = int(labels[0])
    step = int(labels[1]) - first if len(labels) > 1 and labels[1].isascii() and labels[1].isdecimal() else 1
    numbers = range(first, first + step * len(labels), step) if step else ()
    return [first, step] if labels == [str(number) for number in numbers] else labels


def _differences(values: list[int]) -> list[int]:
    return [values[0], *(later - earlier for earlier, later in pairwise(values))]
