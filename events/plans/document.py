"""Read a seating plan's document (docs/seating-plans.md): validate it as a whole, and lay it out."""

import re
from collections.abc import Callable

from events.plans.addressable import NOT_ADDRESSABLE, is_addressable
from events.plans.arrangement import lay_out, place_drawing
from events.plans.blocks import read_rows, read_standing, read_tables
from events.plans.checks import check_block, check_distances, check_drawing
from events.plans.counting import MAX_SECTIONS, MAX_SUBSECTIONS, count_places, subsections_of
from events.plans.drawings import read_drawings
from events.plans.grids import read_grid
from events.plans.members import NAME_LENGTH, Members, Reading
from events.plans.plan import Category, Plan
from events.plans.specs import BlockSpec, Content

FORMAT = 1
MAX_NAME = 200  # characters of the plan's name
MAX_CATEGORIES = 50
MIN_UNIT, MAX_UNIT = 0.001, 1_000  # centimetres
COLOUR = re.compile("#[0-9a-fA-F]{6}")
DOCUMENT = frozenset({"format", "name", "unit_cm", "focal_point", "categories", "sections", "drawings"})
CATEGORY = frozenset({"name", "color"})
SECTION = frozenset({"name", "subsections"})
CONTENTS: dict[str, Callable[[Members], Content]] = {
    "grid": read_grid,
    "rows": read_rows,
    "tables": read_tables,
    "standing": read_standing,
}
SUBSECTION = frozenset({"category", "x", "y", "rotation", *CONTENTS})
POINT = frozenset({"x", "y"})


def read_plan(document: object, *, max_places: int, field: str = "document", published: bool = False) -> Plan:
    """Validate a document as a seller sends it; return it as a plan with all places laid out.

    `field` is the name of the document in the paths of problems (`document.sections.0.name`). The places are counted
    before anything is laid out, so a document that asks for a billion costs no more than one that asks for one. If the
    document is that of a published version, which never changes, the distances between its seats aren't compared again.
    Raises BadInput that names each bad member, up to 100 of them.
    """
    reading = Reading()
    _check_size(reading, document, max_places, field)
    reader = _Document(document, field, reading)
    reading.end()
    blocks = []
    for spec in reader.blocks:
        blocks.append(lay_out(spec))
        check_block(reading, spec, blocks[-1])
    if not (reading.problems or published):
        check_distances(reading, reader.blocks, blocks)
    drawings = []
    for shape in reader.drawings:
        drawings.append(place_drawing(shape))
        check_drawing(reading, shape, drawings[-1])
    reading.end()
    focal = reader.focal_point
    return Plan(
        name=reader.name,
        categories=reader.categories,
        blocks=tuple(blocks),
        drawings=tuple(drawings),
        focal_point=(round(focal[0]), round(focal[1])) if focal else None,
    )


def _check_size(reading: Reading, document: object, max_places: int, field: str) -> None:
    """Refuse a document with too many places or subsections. Nothing else is read then."""
    subsections = subsections_of(document)
    if len(subsections) > MAX_SUBSECTIONS:
        reading.refuse(field, "too_many", f"A plan may have at most {MAX_SUBSECTIONS:,} blocks.")
        reading.end()
    places = sum(map(count_places, subsections))
    if places > max_places:
        detail = f"A plan may have at most {max_places:,} places; this has {places:,}."
        reading.refuse(field, "too_many", detail)
        reading.end()


class _Document:
    """The document as it is read, in the order in which its parts depend on each other."""

    def __init__(self, document: object, field: str, reading: Reading) -> None:
        root = Members(document, field, reading, DOCUMENT)
        root.whole("format", FORMAT, FORMAT)
        self.name = root.name("name", MAX_NAME)
        reading.unit = root.number("unit_cm", MIN_UNIT, MAX_UNIT, 1)
        self.focal_point: tuple[float, float] | None = None
        if root.has("focal_point"):
            point = root.member("focal_point", POINT)
            self.focal_point = point.shift("x"), point.shift("y")
        self.categories = _categories(root)
        reading.categories = {category.name: index for index, category in enumerate(self.categories)}
        self.blocks = _sections(root)
        self.drawings = read_drawings(root)


def _categories(root: Members) -> tuple[Category, ...]:
    found: list[Category] = []
    for category in root.objects("categories", MAX_CATEGORIES, CATEGORY):
        name = category.name("name", NAME_LENGTH)
        if name and any(name == other.name for other in found):
            category.refuse("name", "duplicate", f"There are two categories named {name}.")
        found.append(Category(name, _colour(category)))
    return tuple(found)


def _colour(category: Members) -> str:
    colour = category.data.get("color", "")
    if not category.has("color"):
        return ""
    if not isinstance(colour, str) or not COLOUR.fullmatch(colour):
        category.refuse("color", "invalid", 'This must be a colour like "#2563eb".')
        return ""
    return colour.lower()


def _sections(root: Members) -> list[BlockSpec]:
    blocks: list[BlockSpec] = []
    names: set[str] = set()
    for section in root.objects("sections", MAX_SECTIONS, SECTION):
        name = section.name("name", NAME_LENGTH)
        if name and not is_addressable(name):
            section.refuse("name", "not_addressable", NOT_ADDRESSABLE)
        elif name and name in names:
            section.refuse("name", "duplicate", f"There are two sections named {name}.")
        names.add(name)
        subsections = section.objects("subsections", MAX_SUBSECTIONS, SUBSECTION)
        blocks += filter(None, (_subsection(item, name, number) for number, item in enumerate(subsections, 1)))
    return blocks


def _subsection(block: Members, section: str, number: int) -> BlockSpec | None:
    contents = [name for name in CONTENTS if block.has(name)]
    if len(contents) != 1 and block.is_object:
        block.refuse("", "required", f"A block must have exactly one of {', '.join(CONTENTS)}.")
    if len(contents) != 1:
        return None
    return BlockSpec(
        section=section,
        number=number,
        category=block.category(),
        x=block.shift("x", 0),
        y=block.shift("y", 0),
        rotation=block.angle(),
        content=CONTENTS[contents[0]](block),
        path=block.path,
    )
