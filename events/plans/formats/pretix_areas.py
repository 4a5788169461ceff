"""Write drawings and standing areas as the areas of a pretix seating plan."""

import math
from typing import Any, NamedTuple

from events.plans.formats.pretix_seats import DIGITS
from events.plans.plan import Block

FILL, BORDER, INK = "#dddddd", "#999999", "#333333"  # colours of shapes and texts, which a plan doesn't have
TEXT_SIZE = 16  # pixels


class Point(NamedTuple):
    """A point in pixels."""

    x: float
    y: float


def standing_area(block: Block, pixel: float) -> dict[str, Any]:
    """Return a standing area as a shape that says how many people stand there. A pixel is `pixel` centimetres."""
    points = [[x / pixel, y / pixel] for x, y in block.outline]
    text = {"text": f"{block.section}: standing, {block.capacity:,}", "size": TEXT_SIZE}
    return _area(points, Point(0, 0), 0, text)


def drawing_area(drawing: dict[str, Any], scale: float, text_size: float) -> dict[str, Any]:
    """Return a drawing of the document as an area. `scale` is pixels per unit; a text is `text_size` pixels high."""
    middle = Point(drawing["x"] * scale, drawing["y"] * scale)
    rotation = drawing.get("rotation", 0)
    size = round(drawing["size"] * scale, DIGITS) if "size" in drawing else text_size
    text = {"text": drawing["text"], "size": size} if drawing.get("text") else None
    if "points" in drawing:
        return _area([[x * scale, y * scale] for x, y in drawing["points"]], middle, rotation, text)
    if "width" not in drawing:
        return {**_frame_of(middle, rotation), "shape": "text", "text": _text(text or {"text": ""}, Point(0, 0))}
    half = Point(drawing["width"] * scale / 2, drawing["height"] * scale / 2)
    if drawing.get("round"):
        shape: dict[str, Any] = {"shape": "ellipse", "ellipse": {"radius": rounded(half)._asdict()}}
        return {**_frame_of(middle, rotation), **_colours(), **shape, **_label(text, Point(0, 0))}
    sides = {"width": round(half.x * 2, DIGITS), "height": round(half.y * 2, DIGITS)}
    corner = turned(middle, Point(-half.x, -half.y), rotation)
    return {**_frame_of(corner, rotation), **_colours(), "shape": "rectangle", "rectangle": sides, **_label(text, half)}


def _area(points: list[list[float]], at: Point, rotation: float, text: dict[str, Any] | None) -> dict[str, Any]:
    polygon = {"points": [rounded(Point(x, y))._asdict() for x, y in points]}
    xs, ys = [x for x, _ in points], [y for _, y in points]
    middle = Point((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
    return {**_frame_of(at, rotation), **_colours(), "shape": "polygon", "polygon": polygon, **_label(text, middle)}


def turned(at: Point, offset: Point, rotation: float) -> Point:
    """Return the point that is `offset` away from `at`, turned about it by `rotation` degrees, clockwise."""
    sine, cosine = math.sin(math.radians(rotation)), math.cos(math.radians(rotation))
    return Point(at.x + offset.x * cosine - offset.y * sine, at.y + offset.x * sine + offset.y * cosine)


def _frame_of(at: Point, rotation: float) -> dict[str, Any]:
    return {"position": rounded(at)._asdict(), "rotation": rotation}


def _colours() -> dict[str, str]:
    return {"color": FILL, "border_color": BORDER}


def _label(text: dict[str, Any] | None, at: Point) -> dict[str, Any]:
    return {"text": _text(text, at)} if text else {}


def _text(text: dict[str, Any], at: Point) -> dict[str, Any]:
    return {**text, "color": INK, "position": rounded(at)._asdict()}


def rounded(point: Point) -> Point:
    """Return the point as files have it."""
    return Point(round(point.x, DIGITS), round(point.y, DIGITS))


def corners(area: dict[str, Any]) -> list[Point]:
    """Return points between which an area lies."""
    at = Point(area["position"]["x"], area["position"]["y"])
    if area["shape"] == "rectangle":
        width, height = area["rectangle"]["width"], area["rectangle"]["height"]
        offsets = [Point(0, 0), Point(width, 0), Point(0, height), Point(width, height)]
    elif area["shape"] == "ellipse":
        x, y = area["ellipse"]["radius"]["x"], area["ellipse"]["radius"]["y"]
        offsets = [Point(-x, -y), Point(x, -y), Point(-x, y), Point(x, y)]
    else:
        offsets = [Point(one["x"], one["y"]) for one in area.get("polygon", {}).get("points", [{"x": 0, "y": 0}])]
    return [turned(at, offset, area["rotation"]) for offset in offsets]
