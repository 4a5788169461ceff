"""Decode the geometry of a plan, as a map does, and compare it with the plan."""

import json
from itertools import accumulate
from typing import Any

from events.plans.geometry import geometry_of
from events.plans.plan import Place, Plan, Row
from events.states import PlaceKind


def labels_in(labels: list[Any], count: int) -> list[str]:
    if isinstance(labels[0], int):
        first, step = labels
        return [str(first + index * step) for index in range(count)]
    return labels


def rows_in(block: dict[str, Any]) -> list[Row]:
    """Decode the rows of a subsection, as a map does."""
    xs, ys = list(accumulate(block["x"])), list(accumulate(block["y"]))
    categories = dict(block["categories"])
    kinds = {index: kind for kind in PlaceKind for index in block.get(kind, [])}
    rows, index = [], 0
    for (label, count), labels in zip(block["rows"], block["labels"], strict=True):
        places = []
        for seat in labels_in(labels, count):
            places.append(
                Place(
                    seat,
                    xs[index],
                    ys[index],
                    categories.get(index, block["category"]),
                    kinds.get(index, PlaceKind.SEAT),
                    block["notes"].get(str(index), ""),
                    index in block["breaks"],
                )
            )
            index += 1
        rows.append(Row(label, tuple(places)))
    assert index == len(xs) == len(ys)
    return rows


def check_geometry(plan: Plan) -> dict[str, Any]:
    """Decode the geometry of a plan, as JSON, and compare it with the plan's places."""
    geometry = json.loads(json.dumps(geometry_of(plan), allow_nan=False))
    assert [(one["name"], one["color"]) for one in geometry["categories"]] == list(plan.categories)
    for block, told in zip(plan.blocks, geometry["subsections"], strict=True):
        assert (told["section"], told["subsection"], told["kind"]) == (block.section, block.number, block.kind)
        if block.capacity:
            assert told["capacity"] == block.capacity and [tuple(point) for point in told["outline"]] == [
                *block.outline
            ]
            assert told["category"] == block.category
        else:
            assert tuple(rows_in(told)) == block.rows
            assert [table["row"] for table in told["tables"]] == [table.row for table in block.tables]
    return geometry
