"""Writes the personal data of a person as a JSON document, piece by piece, and as rows for a page."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from django.core.serializers.json import DjangoJSONEncoder

from bookings.privacy.sections import SECTIONS, Section

SHOWN = 100  # rows of each section on the page; the file has all


def written(members: Iterable[tuple[str, Any]]) -> Iterator[str]:
    """Yield the text of a JSON object with these members; the rows of an iterator are written as they are read."""
    separator = "{\n"
    for name, value in members:
        yield f"{separator}{json.dumps(name)}: "
        if isinstance(value, Iterator):
            yield from _rows(value)
        else:
            yield _json(value)
        separator = ",\n"
    yield "\n}\n"


def _rows(rows: Iterator[Any]) -> Iterator[str]:
    separator = "["
    for row in rows:
        yield f"{separator}\n{_json(row)}"
        separator = ","
    yield "[]" if separator == "[" else "\n]"


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)


class Node(NamedTuple):
    """A member as the page shows it: a text, a moment, or nodes below it."""

    label: str
    text: str = ""
    moment: datetime | None = None
    nodes: "tuple[Node, ...]" = ()


class ShownSection(NamedTuple):
    """A section as the page shows it: at most SHOWN of its rows."""

    name: str
    section: Section
    nodes: tuple[Node, ...]
    is_cut: bool


def shown(members: Iterable[tuple[str, Any]]) -> list[ShownSection]:
    """Return the sections with something in them."""
    return [section for name, value in members if name in SECTIONS and (section := _section(name, value)).nodes]


def _section(name: str, value: Any) -> ShownSection:
    rows = list(islice(value, SHOWN + 1)) if isinstance(value, Iterator) else value
    nodes = _nodes(rows[:SHOWN] if isinstance(rows, list) else rows)
    return ShownSection(name, SECTIONS[name], nodes, isinstance(rows, list) and len(rows) > SHOWN)


def _nodes(value: Any) -> tuple[Node, ...]:
    """Return the nodes below a value, without empty ones."""
    if isinstance(value, dict):
        pairs = [(str(name).replace("_", " ").capitalize(), below) for name, below in value.items()]
    else:
        pairs = [(f"{number}", below) for number, below in enumerate(value, start=1)]
    return tuple(_node(label, below) for label, below in pairs if below not in ("", None, [], {}))


def _node(label: str, value: Any) -> Node:
    if isinstance(value, datetime):
        return Node(label, moment=value)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return Node(label, ", ".join(value))
    if isinstance(value, dict | list):
        return Node(label, nodes=_nodes(value))
    return Node(label, {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value))
