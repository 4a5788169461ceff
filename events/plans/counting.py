"""Count the places that a document asks for, before anything is read in detail or laid out.

The document is not valid yet: whatever isn't as it should be counts as nothing, and is refused later.
"""

from typing import Any

from events.plans.members import is_whole

MAX_SECTIONS = 1_000  # a stadium has about a hundred
MAX_SUBSECTIONS = 5_000  # each is a row in every snapshot of the live feed
MAX_ROWS = 1_000  # of a block; also its tables
MAX_SEATS = 1_000  # of a row
MAX_TABLE_SEATS = 100
MAX_STANDING = 50_000


def subsections_of(document: object) -> list[object]:
    """Return the subsections of all sections, at most one more than MAX_SUBSECTIONS."""
    found: list[object] = []
    for section in _list(document, "sections", MAX_SECTIONS):
        subsections = _list(section, "subsections", MAX_SUBSECTIONS + 1)
        found += subsections[: MAX_SUBSECTIONS + 1 - len(found)]
    return found


def count_places(subsection: object) -> int:
    """Return the number of places of a subsection; of one that is not valid, about how many it asks for."""
    if not isinstance(subsection, dict):
        return 0
    return (
        _grid(subsection.get("grid"))
        + sum(len(_list(row, "seats", MAX_SEATS)) for row in _list(subsection, "rows", MAX_ROWS))
        + sum(_number(table, "seats", MAX_TABLE_SEATS) for table in _list(subsection, "tables", MAX_ROWS))
        + _number(subsection.get("standing"), "capacity", MAX_STANDING)
    )


def _grid(grid: object) -> int:
    if not isinstance(grid, dict):
        return 0
    rows = _number(grid, "rows", MAX_ROWS)
    if isinstance(grid.get("seats"), list):
        seats = sum([count for count in _list(grid, "seats", MAX_ROWS) if is_whole(count, 1, MAX_SEATS)])
    else:
        seats = rows * _number(grid, "seats", MAX_SEATS)
    return max(seats - len(_list(grid, "missing", seats)), 0)


def _number(owner: object, name: str, most: int) -> int:
    value = owner.get(name) if isinstance(owner, dict) else None
    return value if is_whole(value, 1, most) else 0


def _list(owner: object, name: str, most: int) -> list[Any]:
    value = owner.get(name) if isinstance(owner, dict) else None
    return value if isinstance(value, list) and len(value) <= most else []
