"""Read what single seats have of their own: label, kind, category and note."""

from collections.abc import Iterable

from events.plans.labels import MAX_LABEL, NOT_IN_SEATS
from events.plans.members import Members
from events.plans.specs import Own
from events.states import PlaceKind

MAX_NOTE = 200  # characters
KINDS = tuple(PlaceKind.values)
OWN = frozenset({"label", "kind", "category", "note"})


def read_own(place: Members) -> Own:
    """Return what the members of a seat, or of an item of `places`, say."""
    data = place.data
    return Own(
        label=place.name("label", MAX_LABEL, forbidden=NOT_IN_SEATS) if "label" in data else None,
        category=place.category(),
        kind=PlaceKind(place.choice("kind", KINDS, "seat")) if "kind" in data else PlaceKind.SEAT,
        note=place.text("note", MAX_NOTE).strip() if "note" in data else "",
    )


def check_categories(block: Members, seats: Iterable[Own | None]) -> None:
    """Refuse a subsection without a category in which a seat has none of its own."""
    if not block.has("category") and any(own is None or own.category is None for own in seats):
        block.refuse("category", "no_category", "This is required, unless every seat has a category of its own.")
