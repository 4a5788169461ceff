"""Small documents of seating plans, and what the reader says about them."""

from typing import Any

import pytest

from core.errors import BadInput
from events.plans.document import read_plan
from events.plans.plan import Block, Plan


def document_of(*subsections: Any, **members: Any) -> dict[str, Any]:
    """Return a document with one section, "Stalls", and the category "Seats". Further members replace its own."""
    document = {
        "format": 1,
        "name": "Hall",
        "categories": [{"name": "Seats"}],
        "sections": [{"name": "Stalls", "subsections": list(subsections)}],
    }
    return document | members


def grid_of(**members: Any) -> dict[str, Any]:
    """Return a subsection with a grid of 3 rows × 4 seats, unless `members` of the grid say otherwise."""
    return {"category": "Seats", "grid": {"rows": 3, "seats": 4} | members}


def given(*seats: Any, label: Any = "A", **members: Any) -> dict[str, Any]:
    """Return a subsection with one row of these seats."""
    return {"category": "Seats", "rows": [{"label": label, "seats": list(seats)}]} | members


def read(*subsections: Any, **members: Any) -> Plan:
    """Read a document of these subsections."""
    return read_plan(document_of(*subsections, **members), max_places=10_000)


def block_of(subsection: Any) -> Block:
    """Return a subsection as it is laid out."""
    [block] = read(subsection).blocks
    return block


def problems_of(document: Any, max_places: int = 10_000) -> dict[str, str]:
    """Return the path and the code of each problem with a document that is refused."""
    with pytest.raises(BadInput) as refusal:
        read_plan(document, max_places=max_places)
    return {problem["field"]: problem["code"] for problem in refusal.value.extra["errors"]}
