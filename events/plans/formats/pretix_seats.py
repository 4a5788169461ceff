"""Read the seats of a pretix seating plan: its zones, rows and seats, with every mistake and its place in the file.

pretix publishes a JSON Schema of its format (`seating-plan.schema.json`). A seat's point is the sum of the positions of
its zone, its row and itself, in pixels. Files of other programs are less strict than the schema, so members that nobody
needs are not checked.
"""

from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple, TypeGuard

from core.text.visible import composed
from events.plans.addressable import NOT_ADDRESSABLE
from events.plans.formats.names import LABEL, NO_SECTIONS, NOT_IN_ROWS, NOT_IN_SEATS, allowed
from events.plans.formats.problems import Problems
from events.plans.members import is_number as plan_number

WITHOUT_CATEGORY = "Seats"  # the category of seats that have none
FAR = 1_000_000_000  # pixels
DIGITS = 3  # of positions in pixels: a twentieth of a millimetre and less


class Seat(NamedTuple):
    """A seat at its point in the whole plan, in pixels. `place` is where it is in the file."""

    label: str
    x: float
    y: float
    category: str
    place: str


class Segment(NamedTuple):
    """A row of the file, which may be only a part of the row that people see."""

    label: str
    seats: list[Seat]


class Zone(NamedTuple):
    """A zone of the file. `origin` is the point from which its rows and areas are counted."""

    name: str
    segments: list[Segment]
    areas: list[Any]
    origin: tuple[float, float]
    place: str


def read_zones(data: dict[str, Any], problems: Problems) -> list[Zone]:
    """Return the zones with their seats. Seats with a problem that has no proposal are left out."""
    zones = [_zone(zone, f"zones.{index}", index, problems) for index, zone in enumerate(_list(data, "zones"))]
    return [zone for zone in zones if zone is not None]


def number_of_seats(data: dict[str, Any]) -> int:
    """Return how many seats the file lists, without reading them."""
    zones = [zone for zone in _list(data, "zones") if isinstance(zone, dict)]
    rows = [row for zone in zones for row in _list(zone, "rows") if isinstance(row, dict)]
    return sum(len(_list(row, "seats")) for row in rows)


def _zone(data: Any, place: str, index: int, problems: Problems) -> Zone | None:
    if not isinstance(data, dict):
        problems.add(place, "invalid", "A zone must be an object.")
        return None
    name = text_of(data.get("name"))
    if not name or name in NO_SECTIONS:
        code, detail = ("not_addressable", NOT_ADDRESSABLE) if name else ("required", "The zone has no name.")
        name = f"Zone {index + 1}"
        problems.add(f"{place}.name", code, detail, f"It is named “{name}”.")
    origin = position(data, place, problems) or (0.0, 0.0)
    segments = list(_segments(_list(data, "rows"), origin, f"{place}.rows", problems))
    return Zone(name, segments, _list(data, "areas"), origin, place)


def _segments(rows: list[Any], origin: tuple[float, float], place: str, problems: Problems) -> Iterator[Segment]:
    for row, label, where in _numbered(rows, "row", NOT_IN_ROWS, place, problems):
        x, y = position(row, where, problems, required=False) or (0.0, 0.0)
        start = (origin[0] + x, origin[1] + y)
        seats = list(_seats(_list(row, "seats"), start, f"{where}.seats", problems))
        if seats:
            yield Segment(label, seats)


def _seats(seats: list[Any], start: tuple[float, float], place: str, problems: Problems) -> Iterator[Seat]:
    for seat, label, where in _numbered(seats, "seat", NOT_IN_SEATS, place, problems):
        point = position(seat, where, problems)
        if point is not None:
            x, y = round(start[0] + point[0], DIGITS), round(start[1] + point[1], DIGITS)
            yield Seat(label, x, y, text_of(seat.get("category")) or WITHOUT_CATEGORY, where)


def _numbered(
    items: list[Any], what: str, forbidden: str, place: str, problems: Problems
) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Yield the rows or seats of a list (`what`), each with its label and its place in the file.

    Those without a number get the first one that is free.
    """
    member = f"{what}_number"
    taken = {text_of(item.get(member)) for item in items if isinstance(item, dict)}
    free = (str(number) for number in count(1) if str(number) not in taken)
    for index, item in enumerate(items):
        where = f"{place}.{index}"
        if not isinstance(item, dict):
            problems.add(where, "invalid", f"A {what} must be an object.")
            continue
        label = text_of(item.get(member))
        if not label:
            label = next(free)
            problems.add(f"{where}.{member}", "required", f"The {what} has no number.", f"Its number is “{label}”.")
        yield item, allowed(label, forbidden, LABEL, f"{where}.{member}", problems), where


def position(
    data: dict[str, Any], place: str, problems: Problems, *, required: bool = True
) -> tuple[float, float] | None:
    """Return the object's `position`, or None with a problem if there is none."""
    point = data.get("position")
    if point is None and not required:
        return None
    if not isinstance(point, dict) or not (plan_number(point.get("x")) and plan_number(point.get("y"))):
        problems.add(f"{place}.position", "invalid", "A position must have numbers x and y.")
        return None
    x, y = point["x"], point["y"]
    if not (abs(x) < FAR and abs(y) < FAR):
        problems.add(f"{place}.position", "too_far", f"No point may be {FAR:,} pixels from the origin, or more.")
        return None
    return float(x), float(y)


def is_number(value: Any) -> TypeGuard[float]:
    """Return whether the value is a number that a coordinate can be."""
    return plan_number(value) and abs(value) < FAR


def text_of(value: Any) -> str:
    """Return a text, also of a number, without spaces at its ends and composed; empty for anything else."""
    if isinstance(value, str):
        return composed(value.strip())
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _list(data: dict[str, Any], name: str) -> list[Any]:
    value = data.get(name)
    return value if isinstance(value, list) else []
