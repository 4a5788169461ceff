"""Small seating plans in the JSON of pretix, written for the tests."""

import math
from collections import Counter
from typing import Any

from events.plans.document import read_plan
from events.plans.plan import Plan

MAX_PLACES = 200_000


def seat(number: Any, x: float, y: float = 0, category: Any = "Stalls", guid: str = "") -> dict[str, Any]:
    """Return a seat at a point relative to its row."""
    at = {"x": x, "y": y}
    return {"seat_number": number, "seat_guid": guid or f"id {number}", "position": at, "category": category}


def row(number: Any, seats: list[dict[str, Any]], x: float = 0, y: float = 0) -> dict[str, Any]:
    """Return a row at a point relative to its zone."""
    return {"row_number": number, "seats": seats, "position": {"x": x, "y": y}}


def straight(number: Any, labels: list[Any], y: float = 0, x: float = 0, distance: float = 25) -> dict[str, Any]:
    """Return a row of seats side by side."""
    return row(number, [seat(label, index * distance) for index, label in enumerate(labels)], x, y)


def zone(name: Any, rows: list[dict[str, Any]], x: float = 0, y: float = 0, areas: Any = ()) -> dict[str, Any]:
    """Return a zone at a point of the plan."""
    return {"name": name, "position": {"x": x, "y": y}, "rows": rows, "areas": list(areas)}


def file_of(*zones: Any, categories: Any = ({"name": "Stalls", "color": "#aa5500"},)) -> dict[str, Any]:
    """Return a file with these zones."""
    size = {"width": 1_000, "height": 1_000}
    return {"name": "Old Mill", "categories": list(categories), "zones": list(zones), "size": size}


def arc(number: str, labels: list[Any], radius: float, x: float = 500, y: float = 0) -> dict[str, Any]:
    """Return a row on an arc about (x, y), 25 pixels from seat to seat."""
    step = 25 / radius
    first = math.pi / 2 + step * (len(labels) - 1) / 2
    turns = [first - index * step for index in range(len(labels))]
    places = [(radius * math.cos(turn), radius * math.sin(turn)) for turn in turns]
    return row(number, [seat(label, *point) for label, point in zip(labels, places, strict=True)], x, y)


def hall() -> dict[str, Any]:
    """Return a hall with curved rows in three parts, a balcony with another category, and shapes."""
    stalls = []
    for index, letter in enumerate("ABCDEF"):
        radius, count = 400 + 30 * index, 18 + index
        whole = arc(letter, [str(number) for number in range(1, count + 1)], radius)
        third = count // 3
        parts = (whole["seats"][:third], whole["seats"][third : 2 * third], whole["seats"][2 * third :])
        stalls += [row(letter, part, 500, 100) for part in parts]
    balcony = [straight(str(number), list("12345678"), y=30 * number) for number in (1, 2)]
    for item in balcony[1]["seats"][:3]:
        item["category"] = "Balcony, side"
    areas = [
        {
            "shape": "rectangle",
            "position": {"x": 350, "y": 20},
            "rotation": 0,
            "rectangle": {"width": 300, "height": 80},
            "text": {"text": "B ü h n e", "position": {"x": 150, "y": 40}, "size": 24},
        },
        {"shape": "text", "position": {"x": 10, "y": 12}, "text": {"text": "Exit", "position": {"x": 0, "y": 0}}},
        {
            "shape": "polygon",
            "position": {"x": 30.5, "y": 40},
            "polygon": {"points": [{"x": 0, "y": 0}, {"x": 40, "y": 0}, {"x": 0, "y": 30}]},
        },
        {"shape": "circle", "position": {"x": 900, "y": 50}, "rotation": 30, "circle": {"radius": 22.5}},
    ]
    categories = [{"name": "Stalls", "color": "#AA5500"}, {"name": "Balcony, side", "color": "#0b5"}]
    return file_of(zone("Stalls", stalls, areas=areas), zone("Balcony", balcony, 400, 900), categories=categories)


def read(document: dict[str, Any] | None) -> Plan:
    """Return a document as a plan. Fails if there is none or it isn't valid."""
    assert document is not None
    return read_plan(document, max_places=MAX_PLACES)


def seats_of(plan: Plan) -> Counter[tuple[Any, ...]]:
    """Return what must survive of a plan's seats: section, names, points and categories."""
    return Counter(
        (block.section, row.label, place.label, place.x, place.y, plan.categories[place.category].name)
        for block in plan.blocks
        for row in block.rows
        for place in row.places
    )


def seats_in_file(data: dict[str, Any]) -> Counter[tuple[Any, ...]]:
    """Return the seats of a file with zone, names, points in the plan and category."""
    return Counter(
        (
            area["name"],
            line["row_number"],
            one["seat_number"],
            round(area["position"]["x"] + line["position"]["x"] + one["position"]["x"], 3),
            round(area["position"]["y"] + line["position"]["y"] + one["position"]["y"], 3),
            one["category"],
        )
        for area in data["zones"]
        for line in area["rows"]
        for one in line["seats"]
    )
