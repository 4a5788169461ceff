"""Read a seating plan from CSV (RFC 4180), which has one line for each seat.

The columns may be in any order. Sections, blocks, rows and seats have the order of the file: the front row first, each
row from the left. Points are in centimetres. Aisles lie where a row has a gap.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from core.text.csv_cells import BYTE_ORDER_MARK, unescaped
from core.text.formatting import join_names
from events.plans.formats.names import (
    LABEL,
    NO_SECTIONS,
    NOT_IN_ROWS,
    NOT_IN_SEATS,
    NOT_IN_SECTIONS,
    SHORT_NAME,
    allowed,
)
from events.plans.formats.problems import Problems, Understood
from events.plans.formats.reading import finished
from events.plans.formats.rows import aisles, seat_distance
from events.states import PlaceKind

REQUIRED = ("section", "subsection", "row", "seat", "x", "y", "category", "kind")
COLUMNS = (*REQUIRED, "note")
SEPARATORS = ",;\t"
# What a name in each of these columns can't have, and its greatest length.
NAMES = {
    "section": (NOT_IN_SECTIONS, SHORT_NAME),
    "row": (NOT_IN_ROWS, LABEL),
    "seat": (NOT_IN_SEATS, LABEL),
    "category": ("", SHORT_NAME),
}
MAX_NOTE = 200  # characters
MAX_CM = 1_000_000
MAX_SUBSECTIONS = 5_000
LARGEST = 131_072  # characters of a header


class Line(NamedTuple):
    """A seat in the file. `line` is the number of the line in which it ends."""

    section: str
    subsection: int
    row: str
    label: str
    x: float
    y: float
    category: str
    kind: str
    note: str
    line: int


def from_csv(text: str, *, name: str, max_places: int) -> Understood:
    """Return what was understood of a CSV file; `name` is the plan's, because the file has none."""
    problems = Problems()
    lines = list(_lines(text, max_places, problems))
    document = _document(name, lines, problems) if lines else None
    if not lines and not problems.count:
        problems.add("line 2", "required", "The file has no seats.")
    return finished(document, problems, [], max_places)


def _lines(text: str, max_places: int, problems: Problems) -> Iterator[Line]:
    reader = _reader(text.removeprefix(BYTE_ORDER_MARK))
    try:
        columns = _columns(next(reader, []), problems)
        if problems.count:
            return
        for cells in reader:
            if reader.line_num > max_places + 1:
                problems.add(f"line {reader.line_num}", "too_many", f"A plan may have at most {max_places:,} places.")
                return
            if any(cell.strip() for cell in cells):
                line = _line(cells, columns, reader.line_num, problems)
                if line is not None:
                    yield line
    except csv.Error as error:
        detail = f"The line can't be read: {error}. Perhaps a quotation mark is missing before it."
        problems.add(f"line {reader.line_num}", "invalid", detail)


def _reader(text: str) -> Any:
    """Return a reader with the separator that the header has most often.

    It is strict: otherwise everything after a quotation mark that isn't closed would silently be one cell.
    """
    header = text[:LARGEST].partition("\n")[0]
    separator = max(SEPARATORS, key=header.count)
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def _columns(header: list[str], problems: Problems) -> dict[str, int]:
    """Return the index of each column."""
    names = [name.strip().lower() for name in header]
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        problems.add("line 1", "required", f"The header must name the columns: {join_names(missing)}.")
    for name in dict.fromkeys(names):
        if name not in COLUMNS:
            problems.add("line 1", "unknown", f"There is no column “{name[:40]}”; there may be {', '.join(COLUMNS)}.")
        elif names.count(name) > 1:
            problems.add("line 1", "duplicate", f"The column {name} is there twice.")
    return {name: index for index, name in enumerate(names)}


def _line(cells: list[str], columns: dict[str, int], number: int, problems: Problems) -> Line | None:
    """Return the seat of a line; None if there are problems without a proposal."""
    before = problems.unsolved
    values = {name: _cell(cells, index) for name, index in columns.items()}
    names = {name: _name(values[name], name, number, problems) for name in NAMES}
    line = Line(
        section=names["section"],
        subsection=_subsection(values["subsection"], number, problems),
        row=names["row"],
        label=names["seat"],
        x=_centimetres(values, "x", number, problems),
        y=_centimetres(values, "y", number, problems),
        category=names["category"],
        kind=_kind(values["kind"], number, problems),
        note=_note(values.get("note", ""), number, problems),
        line=number,
    )
    return None if problems.unsolved > before else line


def _name(value: str, column: str, line: int, problems: Problems) -> str:
    if not value or (column == "section" and value in NO_SECTIONS):
        problems.add(_at(line, column), "required", "There is no name here.")
        return ""
    return allowed(value, *NAMES[column], _at(line, column), problems)


def _note(value: str, line: int, problems: Problems) -> str:
    return allowed(value, "", MAX_NOTE, _at(line, "note"), problems) if value else ""


def _cell(cells: list[str], index: int) -> str:
    return unescaped(cells[index].strip()) if index < len(cells) else ""


def _at(line: int, column: str) -> str:
    return f"line {line}, column {column}"


def _subsection(value: str, line: int, problems: Problems) -> int:
    if not value:
        return 1
    if value.isascii() and value.isdigit() and 1 <= int(value[:9]) <= MAX_SUBSECTIONS:
        return int(value)
    detail = f"This must be the number of a block, from 1 to {MAX_SUBSECTIONS:,}."
    problems.add(_at(line, "subsection"), "invalid", detail)
    return 1


def _centimetres(values: dict[str, str], column: str, line: int, problems: Problems) -> float:
    try:
        number = float(values[column][:40].replace(",", "."))
    except ValueError:
        number = float("nan")
    if not abs(number) <= MAX_CM:  # also not a number
        detail = "This must be a number of centimetres, of at most 10 km."
        problems.add(_at(line, column), "invalid", detail)
        return 0
    return int(number) if number.is_integer() else number


def _kind(value: str, line: int, problems: Problems) -> str:
    kind = value.lower() or PlaceKind.SEAT.value
    if kind not in PlaceKind.values:
        problems.add(_at(line, "kind"), "invalid", f"This must be one of {', '.join(PlaceKind.values)}.")
    return kind


def _document(name: str, lines: list[Line], problems: Problems) -> dict[str, Any]:
    sections: dict[str, dict[int, dict[str, list[Line]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for line in lines:
        sections[line.section][line.subsection][line.row].append(line)
    rows = [row for blocks in sections.values() for block in blocks.values() for row in block.values()]
    usual = seat_distance(rows)
    _check_seats(rows, problems)
    for blocks in sections.values():
        _check_numbers(blocks, problems)
    return {
        "format": 1,
        "name": name,
        "categories": [{"name": category} for category in dict.fromkeys(line.category for line in lines)],
        "sections": [
            {"name": section, "subsections": [_block(blocks[number], usual) for number in sorted(blocks)]}
            for section, blocks in sections.items()
        ],
    }


def _check_seats(rows: list[list[Line]], problems: Problems) -> None:
    """Report seats that are there twice."""
    for row in rows:
        lines: dict[str, int] = {}
        for seat in row:
            if lines.setdefault(seat.label, seat.line) != seat.line:
                detail = f"Seat {seat.label} of row {seat.row} is already in line {lines[seat.label]}."
                problems.add(_at(seat.line, "seat"), "duplicate", detail)


def _check_numbers(blocks: dict[int, dict[str, list[Line]]], problems: Problems) -> None:
    """Report blocks whose numbers are not 1, 2, 3 …, as blocks of a section are numbered."""
    for index, number in enumerate(sorted(blocks), 1):
        if number != index:
            first = min(seat.line for row in blocks[number].values() for seat in row)
            detail = f"The section has a block {number} and no block {index}."
            problems.add(_at(first, "subsection"), "invalid", detail, f"It becomes block {index}.")


def _block(rows: dict[str, list[Line]], usual: float) -> dict[str, Any]:
    seats = [seat for row in rows.values() for seat in row]
    categories = [seat.category for seat in seats]
    category = max(dict.fromkeys(categories), key=categories.count)
    x = round((min(seat.x for seat in seats) + max(seat.x for seat in seats)) / 2)
    y = round(min(seat.y for seat in seats))
    lists = [{"label": label, "seats": _members(row, x, y, usual, category)} for label, row in rows.items()]
    return {"category": category, "x": x, "y": y, "rows": lists}


def _members(row: list[Line], x: int, y: int, usual: float, category: str) -> list[dict[str, Any]]:
    members = []
    for seat, aisle in zip(row, aisles(row, usual), strict=True):
        own = {"kind": seat.kind if seat.kind != PlaceKind.SEAT else "", "note": seat.note}
        own["category"] = seat.category if seat.category != category else ""
        member = {"label": seat.label, "x": round(seat.x - x, 3), "y": round(seat.y - y, 3)}
        members.append(
            {
                **member,
                **{key: value for key, value in own.items() if value},
                **({"aisle_after": True} if aisle else {}),
            }
        )
    return members
