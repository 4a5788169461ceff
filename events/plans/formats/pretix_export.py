"""Write a seating plan as the JSON of pretix.

Each block becomes a zone with the name of its section. What is given seat by seat keeps its exact positions; what is
laid out by rule has them to the centimetre.
"""

import math
from typing import Any

from events.plans.document import read_plan
from events.plans.formats.names import shown
from events.plans.formats.pretix_areas import Point, corners, drawing_area, rounded, standing_area, turned
from events.plans.formats.pretix_import import PIXEL_CM, pixel_cm
from events.plans.formats.rows import seat_distance
from events.plans.plan import Block, Plan, Row
from events.states import PlaceKind, SubsectionKind

MARGIN = 50  # pixels round everything
KINDS = {
    PlaceKind.WHEELCHAIR: "wheelchair places",
    PlaceKind.COMPANION: "companions' seats",
    PlaceKind.RESTRICTED: "seats with a restricted view",
    PlaceKind.HOUSE: "house seats",
}


def to_pretix(document: dict[str, Any], *, max_places: int) -> dict[str, Any]:
    """Return a valid document as a seating plan of pretix. Raises BadInput for a document that isn't valid.

    If something lies to the left of or above the origin, everything is moved, because a plan begins in the upper left
    corner there.
    """
    plan = read_plan(document, max_places=max_places)
    unit = float(document.get("unit_cm", 1))
    points = [_points(block, member, unit) for block, member in _with_seats(document, plan)]
    pixel = _pixel(unit, points)
    blocks = [
        (block, _scaled(rows, unit / pixel))
        for (block, _), rows in zip(_with_seats(document, plan), points, strict=True)
    ]
    areas = _areas(document, plan, unit, pixel)
    move, size = _frame([point for _, rows in blocks for row in rows for point in row], areas)
    zones = [_zone(index, block, rows, plan, move) for index, (block, rows) in enumerate(blocks, 1)]
    if areas:
        zones.append({"name": "Drawings", "zone_id": "drawings", "position": move, "rows": [], "areas": areas})
    return {
        "name": plan.name,
        "categories": [{"name": one.name, **({"color": one.colour} if one.colour else {})} for one in plan.categories],
        "zones": zones,
        "size": size,
    }


def not_in_pretix(plan: Plan) -> list[str]:
    """Return in sentences what the plan has and the format of pretix can't say."""
    kinds = [place.kind for block in plan.blocks for row in block.rows for place in row.places]
    sentences = [
        f"{count:,} {name} are ordinary seats there." for kind, name in KINDS.items() if (count := kinds.count(kind))
    ]
    standing = sum(block.capacity for block in plan.blocks)
    if standing:
        sentences.append(f"{standing:,} places in standing areas are only drawn.")
    if any(table.whole for block in plan.blocks for table in block.tables):
        sentences.append("Tables that are sold as a whole are sold by the seat.")
    return sentences


def _with_seats(document: dict[str, Any], plan: Plan) -> list[tuple[Block, dict[str, Any]]]:
    """Return the blocks that have seats, each with what the document says of it."""
    members = [block for section in document["sections"] for block in section["subsections"]]
    return [
        (block, member)
        for block, member in zip(plan.blocks, members, strict=True)
        if block.kind != SubsectionKind.STANDING
    ]


def _points(block: Block, member: dict[str, Any], unit: float) -> list[list[Point]]:
    """Return the points of a block's rows, in the document's unit: exact ones where the document has them."""
    if "rows" not in member:
        return [[Point(place.x / unit, place.y / unit) for place in row.places] for row in block.rows]
    at = Point(member.get("x", 0), member.get("y", 0))
    rotation = member.get("rotation", 0)
    return [[turned(at, Point(seat["x"], seat["y"]), rotation) for seat in row["seats"]] for row in member["rows"]]


def _pixel(unit: float, points: list[list[list[Point]]]) -> float:
    """Return how many centimetres a pixel is: the document's unit, if an import would find that unit again, or 2."""
    distance = seat_distance([[rounded(point) for point in row] for rows in points for row in rows])
    return unit if math.isclose(pixel_cm(distance), unit) else PIXEL_CM


def _scaled(rows: list[list[Point]], scale: float) -> list[list[Point]]:
    return [[rounded(Point(point.x * scale, point.y * scale)) for point in row] for row in rows]


def _areas(document: dict[str, Any], plan: Plan, unit: float, pixel: float) -> list[dict[str, Any]]:
    standing = [standing_area(block, pixel) for block in plan.blocks if block.kind == SubsectionKind.STANDING]
    drawings = zip(document.get("drawings", []), plan.drawings, strict=True)
    return standing + [drawing_area(member, unit / pixel, drawing.size / pixel) for member, drawing in drawings]


def _zone(index: int, block: Block, points: list[list[Point]], plan: Plan, move: dict[str, int]) -> dict[str, Any]:
    rows = [_row(index, row, place, plan) for row, place in zip(block.rows, points, strict=True)]
    return {"name": shown(block.section), "zone_id": str(index), "position": move, "rows": rows, "areas": []}


def _row(zone: int, row: Row, points: list[Point], plan: Plan) -> dict[str, Any]:
    seats = [
        {
            "seat_guid": f"{zone}-{row.label}-{place.label}",  # different, as labels of seats have no hyphen
            "seat_number": shown(place.label),
            "position": point._asdict(),
            "category": plan.categories[place.category].name,
        }
        for place, point in zip(row.places, points, strict=True)
    ]
    return {
        "row_number": shown(row.label),
        "row_number_position": "both",
        "position": {"x": 0, "y": 0},
        "seats": seats,
    }


def _frame(seats: list[Point], areas: list[dict[str, Any]]) -> tuple[dict[str, int], dict[str, int]]:
    """Return by how much everything is moved, in whole pixels, and the size of the plan."""
    points = seats + [corner for area in areas for corner in corners(area)]
    left, top = min(point.x for point in points), min(point.y for point in points)
    move = Point(_shift(left), _shift(top))
    width = math.ceil(max(point.x for point in points) + move.x + MARGIN)
    height = math.ceil(max(point.y for point in points) + move.y + MARGIN)
    return {"x": int(move.x), "y": int(move.y)}, {"width": width, "height": height}


def _shift(least: float) -> int:
    return 0 if least >= 0 else math.ceil(MARGIN - least)
