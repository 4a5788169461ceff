"""Say in sentences what a plan has, for people who import one, and write plans as files."""

import json
from collections import Counter
from typing import Any

from django.db.models import TextChoices

from core.text.formatting import pluralize
from events.plans.formats.csv_export import not_in_csv, to_csv
from events.plans.formats.pretix_export import not_in_pretix, to_pretix
from events.plans.geometry import bounds_of
from events.plans.plan import Plan
from events.states import PlaceKind


class Format(TextChoices):
    """The kinds of file that a plan can be read from and written as."""

    PRETIX = "pretix", "pretix (JSON)"
    CSV = "csv", "CSV"
    PLAN = "plan", "Seating plan (JSON)"


def summary(plan: Plan) -> list[str]:
    """Return what a plan has: sections and blocks, places by category and by kind, drawings."""
    sections = {block.section for block in plan.blocks}
    places = [place for block in plan.blocks for row in block.rows for place in row.places]
    lines = [f"{pluralize(len(sections), 'section')}, {pluralize(len(plan.blocks), 'block')}, {_places(plan)}"]
    lines.append(f"{_size(plan)}, with all that is drawn")
    lines += [f"{plan.categories[index].name}: {count:,}" for index, count in sorted(_by_category(plan).items())]
    kinds = Counter(place.kind for place in places if place.kind != PlaceKind.SEAT)
    lines += [f"{kind.label}: {count:,}" for kind, count in sorted(kinds.items())]
    if plan.drawings:
        roles = Counter(drawing.role for drawing in plan.drawings)
        named = ", ".join(f"{role}: {count:,}" for role, count in sorted(roles.items()))
        lines.append(f"{pluralize(len(plan.drawings), 'drawing')} ({named})")
    return lines


def _size(plan: Plan) -> str:
    """Return how large the plan is, which tells whether its unit is right."""
    left, top, right, bottom = bounds_of(plan)
    return f"{(right - left) / 100:,.1f} × {(bottom - top) / 100:,.1f} m"


def _places(plan: Plan) -> str:
    standing = sum(block.capacity for block in plan.blocks)
    seats = pluralize(plan.size - standing, "seat")
    return f"{seats}, {standing:,} to stand" if standing else seats


def _by_category(plan: Plan) -> Counter[int]:
    counts: Counter[int] = Counter(
        place.category for block in plan.blocks for row in block.rows for place in row.places
    )
    for block in plan.blocks:
        if block.capacity:
            counts[block.category] += block.capacity
    return counts


def write_file(document: dict[str, Any], plan: Plan, kind: str, *, max_places: int) -> tuple[str, list[str]]:
    """Return a valid document as the text of a file, and in sentences what the file leaves out.

    `plan` is the document as it was read.
    """
    if kind == Format.CSV:
        return to_csv(plan), not_in_csv(plan)
    if kind == Format.PRETIX:
        return _json(to_pretix(document, max_places=max_places)), not_in_pretix(plan)
    return _json(document), []


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
