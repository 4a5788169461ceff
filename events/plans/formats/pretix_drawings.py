"""Read the areas of a pretix seating plan, which are shapes and texts, as drawings.

A rectangle's position is the corner about which it is turned; circles and ellipses have theirs in the middle; the
points of a polygon and the position of a text are relative to the area's. Our drawings have no colours, and their text
is in the middle: a text that lies elsewhere becomes a drawing of its own.
"""

import math
import re
from typing import Any

from events.plans.formats.pretix_seats import DIGITS, Zone, is_number, position, text_of
from events.plans.formats.problems import Problems

TEXT_SIZE = 16.0  # pixels, of a text without a size
MAX_TEXT = 100  # characters of a drawing's text
POINTS = range(3, 201)  # of a polygon
# What is written on stages, in languages of venues; compared without spaces, which people put between letters.
STAGE = re.compile(r"stage|bühne|buehne|scène|escenario|palco|podium|scena|сцена|screen|leinwand", re.IGNORECASE)
BAR = re.compile(r"\bbar\b", re.IGNORECASE)
EXIT = re.compile(r"\b(exit|ausgang|notausgang|sortie|salida|uscita)\b", re.IGNORECASE)


def drawings_of(zone: Zone, problems: Problems) -> list[dict[str, Any]]:
    """Return the areas of a zone as drawings of our format, in pixels of the whole plan."""
    drawings: list[dict[str, Any]] = []
    for index, area in enumerate(zone.areas):
        place = f"{zone.place}.areas.{index}"
        start = position(area, place, problems, required=False) if isinstance(area, dict) else None
        if not isinstance(area, dict):
            problems.add(place, "invalid", "An area must be an object.", "It is left out.")
            continue
        x, y = start or (0.0, 0.0)
        drawings += _drawings(area, (zone.origin[0] + x, zone.origin[1] + y), place, problems)
    return drawings


def role_of(text: str) -> str:
    """Return what a shape with this text is."""
    if STAGE.search("".join(text.split())):
        return "stage"
    return "bar" if BAR.search(text) else "exit" if EXIT.search(text) else "other"


def _drawings(area: dict[str, Any], at: tuple[float, float], place: str, problems: Problems) -> list[dict[str, Any]]:
    rotation = area["rotation"] % 360 if is_number(area.get("rotation")) else 0
    text, size, offset = _text(area, place, problems)
    shape, middle = _shape(area, place, problems)
    label = {"text": text, "size": size} if text else {}
    if not shape:
        return [_at(at, offset, rotation, {"role": "text", **label})] if text else []
    role = role_of(text)
    if text and math.dist(middle, offset) > size:
        return [
            _at(at, middle, rotation, {"role": role, **shape}),
            _at(at, offset, rotation, {"role": "text", **label}),
        ]
    return [_at(at, middle, rotation, {"role": role, **label, **shape})]


def _at(
    at: tuple[float, float], offset: tuple[float, float], rotation: float, members: dict[str, Any]
) -> dict[str, Any]:
    """Return a drawing whose middle is `offset` away from the point about which the area is turned."""
    sine, cosine = math.sin(math.radians(rotation)), math.cos(math.radians(rotation))
    x = at[0] + offset[0] * cosine - offset[1] * sine
    y = at[1] + offset[0] * sine + offset[1] * cosine
    turned = {"rotation": rotation} if rotation else {}
    return {**members, "x": round(x, DIGITS), "y": round(y, DIGITS), **turned}


def _text(area: dict[str, Any], place: str, problems: Problems) -> tuple[str, float, tuple[float, float]]:
    """Return an area's text, its size, and where it is relative to the area's position."""
    data = area.get("text")
    if not isinstance(data, dict):
        return "", TEXT_SIZE, (0.0, 0.0)
    text = " ".join("".join(one if one.isprintable() else " " for one in text_of(data.get("text"))).split())
    if len(text) > MAX_TEXT:
        problems.add(
            f"{place}.text.text", "max_length", "The text is too long.", f"It ends after {MAX_TEXT} characters."
        )
    size = data.get("size")
    return text[:MAX_TEXT].rstrip(), float(size) if is_number(size) and size > 0 else TEXT_SIZE, _offset(data)


def _offset(data: dict[str, Any]) -> tuple[float, float]:
    """Return the position of a text relative to its area; the area's own if it has none."""
    point = data.get("position")
    if not isinstance(point, dict) or not all(is_number(point.get(axis)) for axis in "xy"):
        return 0.0, 0.0
    return float(point["x"]), float(point["y"])


def _shape(area: dict[str, Any], place: str, problems: Problems) -> tuple[dict[str, Any], tuple[float, float]]:
    """Return the members of a shape, and its middle relative to the area's position; none for a mere text."""
    kind = area.get("shape", "text")
    if kind == "text":
        return {}, (0.0, 0.0)
    data = area.get(kind) if isinstance(kind, str) else None
    if isinstance(data, dict):
        shape, middle = _readable(str(kind), data)
        if shape:
            return shape, middle
    problems.add(place, "invalid", "This is not a shape that can be drawn.", "It is left out.")
    return {}, (0.0, 0.0)


def _readable(kind: str, data: dict[str, Any]) -> tuple[dict[str, Any], tuple[float, float]]:
    if kind == "polygon":
        return _polygon(data.get("points"))
    if kind == "rectangle":
        width, height = data.get("width"), data.get("height")
        return _sized(width, height), _half(width, height)
    radius = data.get("radius")
    if kind == "ellipse" and isinstance(radius, dict):
        return _round(radius.get("x"), radius.get("y")), (0.0, 0.0)
    return (_round(radius, radius) if kind == "circle" else {}), (0.0, 0.0)


def _half(width: Any, height: Any) -> tuple[float, float]:
    return (width / 2, height / 2) if is_number(width) and is_number(height) else (0.0, 0.0)


def _sized(width: Any, height: Any) -> dict[str, Any]:
    if not (is_number(width) and is_number(height) and width > 0 and height > 0):
        return {}
    return {"width": width, "height": height}


def _round(x: Any, y: Any) -> dict[str, Any]:
    sized = _sized(x * 2, y * 2) if is_number(x) and is_number(y) else {}
    return {**sized, "round": True} if sized else {}


def _polygon(points: Any) -> tuple[dict[str, Any], tuple[float, float]]:
    """Return a polygon about the middle of the rectangle around it."""
    if not isinstance(points, list) or len(points) not in POINTS:
        return {}, (0.0, 0.0)
    if not all(isinstance(one, dict) and is_number(one.get("x")) and is_number(one.get("y")) for one in points):
        return {}, (0.0, 0.0)
    xs, ys = [point["x"] for point in points], [point["y"] for point in points]
    x, y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    around = [[round(point["x"] - x, DIGITS), round(point["y"] - y, DIGITS)] for point in points]
    return {"points": around}, (x, y)
