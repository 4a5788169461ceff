"""Read a seating plan from the JSON of pretix, as its editor at seats.pretix.eu saves it."""

from typing import Any

from events.plans.formats.names import NOT_IN_SECTIONS, SHORT_NAME, allowed, note_short, short_names
from events.plans.formats.pretix_blocks import Sections, as_subsection, by_section
from events.plans.formats.pretix_categories import read_categories
from events.plans.formats.pretix_drawings import drawings_of
from events.plans.formats.pretix_seats import Zone, number_of_seats, read_zones, text_of
from events.plans.formats.problems import Problems, Understood
from events.plans.formats.reading import finished
from events.plans.formats.rows import seat_distance

NAME = 200  # characters of a plan's name
MAX_DRAWINGS = 1_000
PIXEL_CM = 2.0  # the editor puts seats 25 pixels apart
PLAUSIBLE_CM = (35.0, 90.0)  # from seat to seat
SEAT_CM = 50.0
UNITS = (0.01, 1_000.0)  # centimetres that a pixel may be
# What files have and our format can't keep: the sentence about it, by the member's name.
NOT_KEPT = {
    "seat_guid": "The ids of seats: a file that is exported from here has new ones.",
    "row_label": "How rows are called in texts (row_label): they are called by their numbers.",
    "seat_label": "How seats are called in texts (seat_label): they are called by their numbers.",
    "row_number_position": "On which side of a row its number is drawn.",
    "start_direction": "From which seat rows are filled (start_direction).",
    "border_color": "The colours of areas.",
}


def from_pretix(data: Any, *, max_places: int, unit_cm: float | None = None) -> Understood:
    """Return what was understood of a pretix seating plan.

    The unit of the document is the pixel of the file, so positions are kept exactly. A pixel is `unit_cm` centimetres;
    without it, 2, or what puts neighbours 50 cm apart if they would be less than 35 or more than 90 cm apart.
    """
    problems = Problems()
    zones = _zones(data, max_places, problems)
    sections = by_section(_renamed(zones, problems), problems)
    if not sections:
        return finished(None, problems, [], max_places)
    document = _document(data, zones, sections, unit_cm, problems)
    places = [
        [[[seat.place for seat in row.seats] for row in block] for block in blocks] for blocks in sections.values()
    ]
    return finished(document, problems, _left_out(data), max_places, places)


def _zones(data: Any, max_places: int, problems: Problems) -> list[Zone]:
    """Return the zones of the file; none if it is no seating plan of pretix, or has too many seats or none."""
    if not isinstance(data, dict) or not isinstance(data.get("zones"), list):
        problems.add("zones", "required", "This is no seating plan of pretix: it has no list of zones.")
        return []
    places = number_of_seats(data)
    if not 0 < places <= max_places:
        detail = f"The file has {places:,} seats; a plan has 1 to {max_places:,}."
        problems.add("zones", "max_value" if places else "min_value", detail)
        return []
    return read_zones(data, problems)


def _document(
    data: dict[str, Any], zones: list[Zone], sections: Sections, unit_cm: float | None, problems: Problems
) -> dict[str, Any]:
    rows = [row.seats for blocks in sections.values() for block in blocks for row in block]
    usual = seat_distance(rows)
    categories, names = read_categories(data.get("categories"), rows, problems)
    drawings = [drawing for zone in zones for drawing in drawings_of(zone, problems)]
    return {
        "format": 1,
        "name": text_of(data.get("name"))[:NAME].rstrip() or "Seating plan",
        "unit_cm": unit_cm or pixel_cm(usual),
        **_focal_point(drawings),
        "categories": categories,
        "sections": [
            {"name": name, "subsections": [as_subsection(block, usual, names) for block in blocks]}
            for name, blocks in sections.items()
        ],
        "drawings": _few(drawings, problems),
    }


def pixel_cm(usual: float) -> float:
    """Return how many centimetres a pixel is if neighbours are usually this many pixels apart."""
    if not usual or PLAUSIBLE_CM[0] <= usual * PIXEL_CM <= PLAUSIBLE_CM[1]:
        return PIXEL_CM
    return min(max(float(f"{SEAT_CM / usual:.4g}"), UNITS[0]), UNITS[1])


def _renamed(zones: list[Zone], problems: Problems) -> list[Zone]:
    """Return the zones with names that a section can have."""
    short = short_names(dict.fromkeys(zone.name for zone in zones))
    for zone in zones:
        if short[zone.name] != zone.name:
            note_short(f"{zone.place}.name", short[zone.name], problems)
    return [
        zone._replace(name=allowed(short[zone.name], NOT_IN_SECTIONS, SHORT_NAME, f"{zone.place}.name", problems))
        for zone in zones
    ]


def _focal_point(drawings: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the middle of the first stage as the plan's focal point, if there is a stage."""
    stage = next((drawing for drawing in drawings if drawing["role"] == "stage"), None)
    return {"focal_point": {"x": stage["x"], "y": stage["y"]}} if stage else {}


def _few(drawings: list[dict[str, Any]], problems: Problems) -> list[dict[str, Any]]:
    if len(drawings) > MAX_DRAWINGS:
        detail = f"The file has {len(drawings):,} shapes and texts; a plan has at most {MAX_DRAWINGS:,}."
        problems.add("zones", "max_length", detail, "The others are left out.")
    return drawings[:MAX_DRAWINGS]


def _left_out(data: dict[str, Any]) -> list[str]:
    """Return the sentences about what the file has and the plan doesn't keep."""
    found: set[str] = set()
    for zone in data["zones"]:
        if isinstance(zone, dict):
            for item in [*_dicts(zone, "rows"), *_dicts(zone, "areas")]:
                found.update(name for name in NOT_KEPT if item.get(name) is not None)
                found.update(name for seat in _dicts(item, "seats") for name in NOT_KEPT if seat.get(name) is not None)
    return [sentence for name, sentence in NOT_KEPT.items() if name in found]


def _dicts(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = data.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
