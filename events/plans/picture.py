"""Draw a plan as SVG: a still picture for previews, as of an import.

Lines and texts have the colour of the text around (`currentColor`), so the picture suits light and dark pages. There
are no styles inside, which the Content-Security-Policy forbids; a page can style the classes `plan-…`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from math import atan2, degrees, hypot
from statistics import fmean

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.text.formatting import pluralize
from events.plans.geometry import bounds_of
from events.plans.plan import Block, Drawing, Place, Plan, Point, Row, Table
from events.states import PlaceKind, SubsectionKind

# Lengths in centimetres.
MARGIN = 150
SEAT = 40
ROW_LABEL = 28
SECTION_LABEL = 55
ROW_LABEL_DISTANCE = 45  # from the first or last seat
SECTION_LABEL_DISTANCE = 85  # from the front row
# For categories without a colour of their own. Each can be told from white and from black.
PALETTE = ("#2563eb", "#d97706", "#059669", "#db2777", "#7c3aed", "#0891b2", "#dc2626", "#65a30d")
# The white marks on seats that are not ordinary: width of the line, and its length.
MARKS = {
    PlaceKind.COMPANION: (12, 0),
    PlaceKind.RESTRICTED: (8, 16),
    PlaceKind.HOUSE: (24, 0),
}


def svg_of(plan: Plan) -> SafeString:
    """Return the plan as an SVG element, which can be part of an HTML page."""
    left, top, right, bottom = bounds_of(plan)
    box = f"{left - MARGIN} {top - MARGIN} {right - left + 2 * MARGIN} {bottom - top + 2 * MARGIN}"
    colours = colours_of([category.colour for category in plan.categories])
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="plan-picture" viewBox="{}" role="img" aria-label="{}" '
        'font-family="sans-serif" text-anchor="middle" dominant-baseline="central">{}{}{}</svg>',
        box,
        f"{plan.name}: {pluralize(plan.size, 'place')}",
        _joined(_drawing(drawing) for drawing in plan.drawings),
        _joined(_block(block, colours) for block in plan.blocks),
        _joined(_names(plan)),
    )


def colours_of(chosen: Iterable[str]) -> list[str]:
    """Return the colours that the picture gives to categories; `chosen` are their own, or empty."""
    return [colour or PALETTE[index % len(PALETTE)] for index, colour in enumerate(chosen)]


def _joined(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def _text(words: str, x: float, y: float, size: float, rotation: float = 0, kind: str = "label") -> SafeString:
    turn = format_html(' transform="rotate({} {} {})"', f"{rotation:g}", x, y) if rotation else ""
    return format_html(
        '<text class="plan-{}" x="{}" y="{}" font-size="{}" fill="currentColor"{}>{}</text>',
        kind,
        round(x),
        round(y),
        round(size),
        turn,
        words,
    )


def _drawing(drawing: Drawing) -> SafeString:
    shape = format_html(
        '<polygon class="plan-{}" points="{}" fill="{}" fill-opacity=".08" stroke="currentColor" '
        'stroke-opacity=".5" stroke-width="6"/>',
        drawing.role,
        _pairs(drawing.points),
        "none" if drawing.role == "wall" else "currentColor",
    )
    words = _text(drawing.text, drawing.x, drawing.y, drawing.size, drawing.rotation, "text")
    return _joined([shape] * bool(drawing.points) + [words] * bool(drawing.text))


def _pairs(points: Iterable[Point]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)


def _block(block: Block, colours: list[str]) -> SafeString:
    if block.kind == SubsectionKind.STANDING:
        return _standing(block, colours[block.category])
    places = [place for row in block.rows for place in row.places]
    return _joined(
        [
            *(_table(table) for table in block.tables),
            *_seats(places, colours),
            *_marks(places),
            *(_row_labels(block) if not block.tables else _table_labels(block)),
        ]
    )


def _standing(block: Block, colour: str) -> SafeString:
    x, y = _middle(block.outline)
    return format_html(
        '<polygon class="plan-standing" points="{}" fill="{}" fill-opacity=".25" stroke="{}" stroke-width="8"/>{}{}',
        _pairs(block.outline),
        colour,
        colour,
        _text(block.section, x, y - SECTION_LABEL, SECTION_LABEL, kind="section"),
        _text(f"{block.capacity:,} standing", x, y + SECTION_LABEL / 2, SECTION_LABEL * 0.8),
    )


def _middle(points: Iterable[Point]) -> tuple[float, float]:
    xs, ys = zip(*points, strict=True)
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def _seats(places: list[Place], colours: list[str]) -> Iterator[SafeString]:
    """Yield one path per category and shape. A line of no length is drawn as a dot, in a tenth of the text."""
    groups: dict[tuple[int, str], list[Place]] = defaultdict(list)
    for place in places:
        cap = "square" if place.kind is PlaceKind.WHEELCHAIR else "round"
        groups[place.category, cap].append(place)
    for (category, cap), group in sorted(groups.items()):
        yield _dots(group, colours[category], SEAT, 0, cap)


def _dots(places: list[Place], colour: str, width: int, length: int, cap: str = "round") -> SafeString:
    return format_html(
        '<path class="plan-seats" d="{}" stroke="{}" stroke-width="{}" stroke-linecap="{}" fill="none"/>',
        "".join(f"M{place.x - length // 2} {place.y}h{length}" for place in places),
        colour,
        width,
        cap,
    )


def _marks(places: list[Place]) -> Iterator[SafeString]:
    for kind, (width, length) in MARKS.items():
        if group := [place for place in places if place.kind is kind]:
            yield _dots(group, "#fff", width, length)


def _table(table: Table) -> SafeString:
    look = 'class="plan-table" fill="currentColor" fill-opacity=".08" stroke="currentColor" stroke-opacity=".5"'
    if table.shape == "round":
        return format_html(
            "<circle " + look + ' stroke-width="5" cx="{}" cy="{}" r="{}"/>', *table[2:4], table.width / 2
        )
    return format_html(
        "<rect " + look + ' stroke-width="5" x="{}" y="{}" width="{}" height="{}" transform="rotate({} {} {})"/>',
        table.x - table.width / 2,
        table.y - table.height / 2,
        table.width,
        table.height,
        f"{table.rotation:g}",
        table.x,
        table.y,
    )


def _table_labels(block: Block) -> Iterator[SafeString]:
    for table in block.tables:
        yield _text(block.rows[table.row].label, table.x, table.y, ROW_LABEL * 1.5)


def _row_labels(block: Block) -> Iterator[SafeString]:
    """Yield the label of each row at both of its ends, in the direction in which it goes on."""
    for row in block.rows:
        first, last = row.places[0], row.places[-1]
        beside = row.places[1] if len(row.places) > 1 else first._replace(x=first.x + 1)
        before = row.places[-2] if len(row.places) > 1 else last._replace(x=last.x - 1)
        for end, inner in ((first, beside), (last, before)):
            yield _text(row.label, *_beyond(end[1:3], inner[1:3], ROW_LABEL_DISTANCE), ROW_LABEL)


def _beyond(end: tuple[float, float], inner: tuple[float, float], distance: float) -> tuple[float, float]:
    """Return the point that is `distance` beyond `end`, seen from `inner`."""
    across, down = end[0] - inner[0], end[1] - inner[1]
    length = hypot(across, down) or 1
    return end[0] + distance * across / length, end[1] + distance * down / length


def _names(plan: Plan) -> Iterator[SafeString]:
    """Yield the name of each block with rows, in front of its first row. Blocks of one section have numbers, too."""
    blocks_of = Counter(block.section for block in plan.blocks)
    for block in plan.blocks:
        if block.kind == SubsectionKind.STANDING or block.tables:
            continue
        name = f"{block.section} {block.number}" if blocks_of[block.section] > 1 else block.section
        front = block.rows[0]
        behind = _centre(block.rows[1]) if len(block.rows) > 1 else None
        x, y = _beyond(_centre(front), behind or _add(_centre(front), 0, 1), SECTION_LABEL_DISTANCE)
        yield _text(name, x, y, _size(name, front), _direction(front), "section")


def _size(name: str, row: Row) -> float:
    """Return the height of a name that is about as long as the row, within limits."""
    first, last = row.places[0], row.places[-1]
    width = hypot(last.x - first.x, last.y - first.y) + SEAT
    return min(max(1.8 * width / len(name), ROW_LABEL), SECTION_LABEL)


def _direction(row: Row) -> int:
    """Return the angle of a row in degrees, so that a text at this angle doesn't stand on its head."""
    first, last = row.places[0], row.places[-1]
    angle = round(degrees(atan2(last.y - first.y, last.x - first.x)))
    return (angle + 90) % 180 - 90


def _add(point: tuple[float, float], x: float, y: float) -> tuple[float, float]:
    return point[0] + x, point[1] + y


def _centre(row: Row) -> tuple[float, float]:
    return fmean(place.x for place in row.places), fmean(place.y for place in row.places)
