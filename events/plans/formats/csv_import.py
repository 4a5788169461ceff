"""Read a seating plan from CSV (RFC 4180), which has one line for each seat.

The columns may be in any order. Sections, blocks, rows and seats have the order of the file: the front row first, each
row from the left. Points are in centimetres. Aisles lie where a row has a gap.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from core.text.csv_cells import BYTE_ORDER_MARK, unescaped
from core.text.formatting import join_names
from core.text.visible import composed
from events.plans.addressable import NOT_ADDRESSABLE
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
from events.plans.formats.reading import Places, finished
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
MAX_CATEGORIES = 50
LARGEST = 131_072  # characters of a header, and of a cell
# A number as in JSON, only more lenient about zeros and signs. Python's `float` also takes "1_000" and other digits.
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
LONGEST_NUMBER = 40  # characters


class Header(NamedTuple):
    """The index of each column, how many there are, and what is before the decimals of numbers beside a point."""

    columns: dict[str, int]
    width: int
    decimal_comma: bool


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


Sections = dict[str, dict[int, dict[str, list[Line]]]]  # by name, number of the block, and row


def from_csv(text: str, *, name: str, max_places: int) -> Understood:
    """Return what was understood of a CSV file; `name` is the plan's, because the file has none."""
    problems = Problems()
    lines = list(_lines(text, max_places, problems))
    if not lines and not problems.count:
        problems.add("line 2", "required", "The file has no seats.")
    if not lines:
        return finished(None, problems, [], max_places)
    sections = _sections(lines)
    document = _document(name, lines, sections, problems)
    return finished(document, problems, [], max_places, _places(sections))


def _lines(text: str, max_places: int, problems: Problems) -> Iterator[Line]:
    reader = _reader(text.removeprefix(BYTE_ORDER_MARK))
    try:
        names: list[str] = next(reader, [])
        header = Header(_columns(names, problems), len(names), reader.dialect.delimiter != ",")
        if problems.count:
            return
        for cells in reader:
            if reader.line_num > max_places + 1:
                problems.add(f"line {reader.line_num}", "too_many", f"A plan may have at most {max_places:,} places.")
                return
            if any(cell.strip() for cell in cells):
                line = _line(cells, header, reader.line_num, problems)
                if line is not None:
                    yield line
    except csv.Error as error:
        what = f"has a cell of more than {LARGEST:,} characters" if "limit" in str(error) else "is no line of CSV"
        detail = f"The line {what}. Perhaps a quotation mark is missing in it or before it."
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


def _line(cells: list[str], header: Header, number: int, problems: Problems) -> Line | None:
    """Return the seat of a line; None if there are problems without a proposal."""
    before = problems.unsolved
    if any(cell.strip() for cell in cells[header.width :]):
        detail = f"The line has more cells than the header, which has {header.width}. A text with the separator needs"
        problems.add(f"line {number}", "too_many", f"{detail} quotation marks around it.")
    values = {name: _cell(cells, index) for name, index in header.columns.items()}
    names = {name: _name(values[name], name, number, problems) for name in NAMES}
    line = Line(
        section=names["section"],
        subsection=_subsection(values["subsection"], number, problems),
        row=names["row"],
        label=names["seat"],
        x=_centimetres(values["x"], header, _at(number, "x"), problems),
        y=_centimetres(values["y"], header, _at(number, "y"), problems),
        category=names["category"],
        kind=_kind(values["kind"], number, problems),
        note=_note(values.get("note", ""), number, problems),
        line=number,
    )
    return None if problems.unsolved > before else line


def _name(value: str, column: str, line: int, problems: Problems) -> str:
    if not value:
        problems.add(_at(line, column), "required", "There is no name here.")
        return ""
    if column == "section" and value in NO_SECTIONS:
        problems.add(_at(line, column), "not_addressable", NOT_ADDRESSABLE)
        return ""
    return allowed(value, *NAMES[column], _at(line, column), problems)


def _note(value: str, line: int, problems: Problems) -> str:
    return allowed(value, "", MAX_NOTE, _at(line, "note"), problems) if value else ""


def _cell(cells: list[str], index: int) -> str:
    return unescaped(composed(cells[index].strip())) if index < len(cells) else ""


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


def _centimetres(value: str, header: Header, place: str, problems: Problems) -> float:
    written = value.replace(",", ".") if header.decimal_comma else value
    if len(written) > LONGEST_NUMBER or not NUMBER.fullmatch(written):
        detail = "This must be a number of centimetres, as 1200 or -12.5, without separators of thousands."
        problems.add(place, "invalid", detail)
        return 0
    number = float(written)
    if abs(number) > MAX_CM:
        problems.add(place, "too_far", "This is more than 10 km.")
        return 0
    return int(number) if number.is_integer() else number


def _kind(value: str, line: int, problems: Problems) -> str:
    kind = value.lower() or PlaceKind.SEAT.value
    if kind not in PlaceKind.values:
        problems.add(_at(line, "kind"), "invalid", f"This must be one of {', '.join(PlaceKind.values)}.")
    return kind


def _sections(lines: list[Line]) -> Sections:
    """Return the seats by section, number of the block and row."""
    sections: Sections = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for line in lines:
        sections[line.section][line.subsection][line.row].append(line)
    return sections


def _places(sections: Sections) -> Places:
    """Return where the file has each seat of the document."""
    return [
        [[[f"line {seat.line}" for seat in row] for row in blocks[number].values()] for number in sorted(blocks)]
        for blocks in sections.values()
    ]


def _document(name: str, lines: list[Line], sections: Sections, problems: Problems) -> dict[str, Any]:
    rows = [row for blocks in sections.values() for block in blocks.values() for row in block.values()]
    usual = seat_distance(rows)
    _check_seats(rows, problems)
    _check_categories(lines, problems)
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


def _check_categories(lines: list[Line], problems: Problems) -> None:
    """Report the first seat of a category too many."""
    first: dict[str, int] = {}
    for line in lines:
        first.setdefault(line.category, line.line)
    if len(first) > MAX_CATEGORIES:
        place = _at(list(first.values())[MAX_CATEGORIES], "category")
        detail = f"A plan may have at most {MAX_CATEGORIES} categories; the file has {len(first):,}."
        problems.add(place, "max_length", detail)


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
