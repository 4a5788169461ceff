"""The seating configuration: validates it and lays it out as subsections.

The checks only calculate with the numbers. Nothing is allocated before the whole configuration is valid, so refusing a
billion seats costs no more than refusing one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.errors import BadInput, FieldProblem
from core.http.bodies import no_such_member, unknown_members
from core.text.lines import problem_of_line
from core.text.visible import composed, is_blank
from events.models import Subsection
from events.plans.addressable import NOT_ADDRESSABLE, is_addressable
from events.seat_models import MAX_PRICE, NAME_LENGTH
from events.seating.plan_choice import PlanChoice, read_plan_choice
from events.seating.positions import position_of
from events.seating.prices import DEFAULT_TIER
from events.states import SeatStatus

MEMBERS = ("rows", "cols", "sections")
SECTION_MEMBERS = ("name", "price", "subsections", "rows", "cols", "tier", "accessible")
MAX_SECTIONS = 1_000  # a stadium has about a hundred
MAX_SUBSECTIONS = 5_000  # each is a row in every snapshot of the live feed
MAX_ACCESSIBLE = 1_000  # per subsection


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the venue with one price: `subsections` subsections of rows × cols seats each.

    `accessible` are the positions of wheelchair places, which are the same in each of its subsections.
    """

    name: str
    price: int  # minor units
    tier: str
    rows: int
    cols: int
    subsections: int
    accessible: tuple[int, ...] = ()  # positions within each subsection, ascending

    @property
    def seats(self) -> int:
        """Number of seats in all subsections of the section."""
        return self.rows * self.cols * self.subsections


@dataclass(frozen=True, slots=True)
class Seating:
    """A valid seating configuration."""

    sections: tuple[Section, ...]
    config: dict[str, Any]  # what the seller sent, with trimmed names

    @property
    def seats(self) -> int:
        """Number of seats of the event."""
        return sum(section.seats for section in self.sections)

    def price_fields(self) -> dict[str, int]:
        """Return {field: price in minor units} for the checks of prices."""
        return {f"seating_config.sections.{n}.price": section.price for n, section in enumerate(self.sections)}

    def new_subsections(self, event_id: int) -> Iterator[Subsection]:
        """Yield the unsaved subsections in the order of the configuration, with all seats available."""
        for section in self.sections:
            for number in range(1, section.subsections + 1):
                total = section.rows * section.cols
                yield Subsection(
                    event_id=event_id,
                    section=section.name,
                    number=number,
                    tier=section.tier,
                    price=section.price,
                    rows=section.rows,
                    cols=section.cols,
                    total=total,
                    available=total,
                    seat_status=SeatStatus.AVAILABLE[0] * total,
                    accessible=list(section.accessible),
                )


def read_any_seating(config: object, *, max_seats: int) -> Seating | PlanChoice:
    """Read a seating configuration, or the choice of a seating plan, as a seller sends it.

    Raises BadInput that names each bad field as `seating_config.…`.
    """
    if isinstance(config, dict) and "plan_version" in config:
        return read_plan_choice(config, max_seats=max_seats)
    return read_seating(config, max_seats=max_seats)


def read_seating(config: object, *, max_seats: int) -> Seating:
    """Validate a seating configuration as a seller sends it; return it as a Seating.

    `config` is `{"rows", "cols", "sections": [{"name", "price", "subsections", "rows"?, "cols"?, "tier"?,
    "accessible"?: ["row-seat", …]}]}`. A section without rows or cols has those of the configuration.
    Raises BadInput that names each bad field as `seating_config.…`.
    """
    reader = _Reader()
    sections = reader.sections(config)
    if not reader.problems:
        reader.totals(sections, max_seats)
    if reader.problems:
        raise BadInput(reader.problems)
    return Seating(tuple(sections), _stored(config, sections))


def _stored(config: Any, sections: list[Section]) -> dict[str, Any]:
    """Return the configuration as it is stored and shown: what the seller wrote, with trimmed names."""
    named = [item | {"name": section.name} for item, section in zip(config["sections"], sections, strict=True)]
    return {**config, "sections": named}


class _Reader:
    """Parses a configuration and collects all problems, so that a seller sees them at once.

    Each method returns a valid value or reports a problem and returns a placeholder.
    """

    def __init__(self) -> None:
        self.problems: list[FieldProblem] = []

    def refuse(self, field: str, code: str, detail: str) -> None:
        self.problems.append({"field": f"seating_config{field}", "code": code, "detail": detail})

    def sections(self, config: object) -> list[Section]:
        if not isinstance(config, dict):
            self.refuse("", "invalid", "The seating configuration must be an object.")
            return []
        self.members(config, MEMBERS, "")
        for name in ("rows", "cols"):
            if name in config:  # stored and shown even if every section has its own
                self.count(config[name], f".{name}")
        given = config.get("sections")
        if not isinstance(given, list) or not given:
            self.refuse(".sections", "required", "At least one section is needed.")
            return []
        if len(given) > MAX_SECTIONS:
            self.refuse(".sections", "too_many", f"At most {MAX_SECTIONS:,} sections are possible.")
            return []
        return [self.section(config, item, f".sections.{index}") for index, item in enumerate(given)]

    def section(self, config: dict[str, Any], item: object, field: str) -> Section:
        if not isinstance(item, dict):
            self.refuse(field, "invalid", "A section must be an object.")
            item = {}
        self.members(item, SECTION_MEMBERS, field)
        return Section(
            name=self.section_name(item.get("name"), f"{field}.name"),
            price=self.price(item.get("price"), f"{field}.price"),
            tier=self.label(item.get("tier", DEFAULT_TIER), f"{field}.tier"),
            rows=(rows := self.count(item.get("rows", config.get("rows")), f"{field}.rows")),
            cols=(cols := self.count(item.get("cols", config.get("cols")), f"{field}.cols")),
            subsections=self.count(item.get("subsections"), f"{field}.subsections"),
            accessible=self.accessible(item.get("accessible", []), rows, cols, f"{field}.accessible"),
        )

    def members(self, item: dict[str, Any], known: tuple[str, ...], field: str) -> None:
        for name in unknown_members(item, known):
            self.refuse(f"{field}.{name}", "unknown", no_such_member(known))

    def section_name(self, value: object, field: str) -> str:
        name = self.label(value, field)
        if not is_addressable(name):
            self.refuse(field, "not_addressable", NOT_ADDRESSABLE)
        return name

    def label(self, value: object, field: str) -> str:
        text = composed(value.strip()) if isinstance(value, str) else ""
        if is_blank(text):
            self.refuse(field, "blank", "This must be a name of printable characters.")
        elif problem := problem_of_line(text):
            self.refuse(field, *problem)
        elif len(text) > NAME_LENGTH:
            self.refuse(field, "max_length", f"This may have at most {NAME_LENGTH} characters.")
        return text

    def price(self, value: object, field: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_PRICE:
            self.refuse(field, "invalid", f"The price must be a whole number of minor units from 0 to {MAX_PRICE:,}.")
            return 0
        return value

    def count(self, value: object, field: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            self.refuse(field, "invalid", "This must be a whole number of at least 1.")
            return 1
        return value

    def accessible(self, value: object, rows: int, cols: int, field: str) -> tuple[int, ...]:
        if not isinstance(value, list):
            self.refuse(field, "invalid", 'This must be a list of seats, each "row-seat".')
            return ()
        if len(value) > min(rows * cols, MAX_ACCESSIBLE):
            self.refuse(field, "too_many", f"At most {min(rows * cols, MAX_ACCESSIBLE):,} seats can be named.")
            return ()
        found: set[int] = set()
        for index, seat in enumerate(value):
            position = position_of(seat, rows=rows, cols=cols) if isinstance(seat, str) else None
            if position is None:
                named = repr(seat[:20]) if isinstance(seat, str) else "of that kind"
                self.refuse(f"{field}.{index}", "invalid", f"There is no seat {named} in these blocks.")
            elif position in found:
                self.refuse(f"{field}.{index}", "duplicate", f"Seat {seat} is named twice.")
            else:
                found.add(position)
        return tuple(sorted(found))

    def totals(self, sections: list[Section], max_seats: int) -> None:
        seen: set[str] = set()
        for index, section in enumerate(sections):
            if section.name in seen:
                self.refuse(f".sections.{index}.name", "duplicate", f"There are two sections named {section.name}.")
            seen.add(section.name)
        seats = sum(section.seats for section in sections)
        if seats > max_seats:
            self.refuse("", "too_many", f"An event may have at most {max_seats:,} seats; this has {_short(seats)}.")
        elif sum(section.subsections for section in sections) > MAX_SUBSECTIONS:
            self.refuse("", "too_many", f"An event may have at most {MAX_SUBSECTIONS:,} blocks.")


def _short(number: int) -> str:
    """Return a number as text, or "far more" if it is too long to read: clients can send thousands of digits."""
    return f"{number:,}" if number < 10**15 else "far more"
