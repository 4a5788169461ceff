"""Read the categories of a pretix seating plan."""

import re
from typing import Any

from events.plans.formats.names import REPEATED, note_short, short_names
from events.plans.formats.pretix_seats import WITHOUT_CATEGORY, Seat, text_of
from events.plans.formats.problems import Problems

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
SHORT_COLOUR = re.compile(r"#[0-9a-fA-F]{3}")
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)  # a UUID
MAX_CATEGORIES = 50


def read_categories(
    listed: Any, rows: list[list[Seat]], problems: Problems
) -> tuple[list[dict[str, str]], dict[str, str]]:
    """Return the categories in our format, and the plan's name of each one of the file.

    Categories of seats that are not in the file's list are added to it.
    """
    colours, places = _listed(listed, problems)
    for seat in (seat for row in rows for seat in row if seat.category not in colours):
        if seat.category not in places:
            places[seat.category] = f"{seat.place}.category"
            detail = f"From here, seats have the category “{seat.category[:REPEATED]}”, which is not in the list."
            if seat.category == WITHOUT_CATEGORY:
                detail = "From here, seats have no category."
            problems.add(places[seat.category], "unknown", detail, f"There is a category “{seat.category[:REPEATED]}”.")
    colours |= dict.fromkeys(name for name in places if name not in colours)
    if len(colours) > MAX_CATEGORIES:
        problems.add("categories", "max_length", f"A plan may have at most {MAX_CATEGORIES} categories.")
    names = _names(colours, places, problems)
    return [{"name": names[name], **_colour(colour)} for name, colour in colours.items()], names


def _names(colours: dict[str, Any], places: dict[str, str], problems: Problems) -> dict[str, str]:
    """Return the plan's name of each category: shorter ones for long names, and numbers for ids."""
    named = {name: f"Category {index}" if ID.fullmatch(name) else name for index, name in enumerate(colours, 1)}
    short = short_names(dict.fromkeys(named.values()))
    names = {name: short[other] for name, other in named.items()}
    for name, new in names.items():
        if ID.fullmatch(name):
            problems.add(places[name], "id", "The name is an id, which tells buyers nothing.", f"It becomes “{new}”.")
        elif name != new:
            note_short(places[name], new, problems)
    return names


def _listed(listed: Any, problems: Problems) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the colour of each category in the file's list, and its place there."""
    colours: dict[str, Any] = {}
    places: dict[str, str] = {}
    for index, category in enumerate(listed if isinstance(listed, list) else []):
        place = f"categories.{index}.name"
        name = text_of(category.get("name")) if isinstance(category, dict) else ""
        if not name:
            problems.add(place, "required", "The category has no name.", "It is left out.")
        elif name in colours:
            problems.add(place, "duplicate", "The category is there twice.", "It is left out.")
        else:
            colours[name], places[name] = category.get("color"), place
    return colours, places


def _colour(value: Any) -> dict[str, str]:
    """Return the member of a category with this colour; none if it isn't #rgb or #rrggbb."""
    colour = text_of(value).lower()
    if SHORT_COLOUR.fullmatch(colour):
        return {"color": "#" + "".join(digit * 2 for digit in colour[1:])}
    return {"color": colour} if COLOUR.fullmatch(colour) else {}
