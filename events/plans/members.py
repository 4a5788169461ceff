"""Read the members of a document's objects strictly, and collect the problems with their paths.

A problem never stops the reading of other members, so that people see all of them at once. Every method returns a valid
value, or reports a problem and returns a placeholder. None of them recurses.
"""

from dataclasses import dataclass, field
from typing import Any, TypeGuard

from core.errors import MAX_PROBLEMS, BadInput, FieldProblem
from core.http.bodies import NOT_AN_OBJECT, no_such_member, unknown_members
from core.text.lines import problem_of_line
from core.text.visible import composed, is_blank

MAX_CM = 1_000_000  # 10 km: how far a point may be from the origin, in both directions
MIN_LENGTH = 0.001  # in units
MAX_UNITS = 1_000_000_000  # 10 km in the smallest unit
NOT_A_TEXT = "This must be a text, in quotes."
TOO_FAR = "This is more than 10 km."
MAX_POINTS = 200  # of a polygon
NAME_LENGTH = 32  # characters, for a section or a category; the columns in events.models are as long

Point = tuple[float, float]


@dataclass(slots=True)
class Reading:
    """What is known while a document is read: the problems so far, the unit, and the categories by name."""

    problems: list[FieldProblem] = field(default_factory=list)
    unit: float = 1.0  # centimetres
    categories: dict[str, int] = field(default_factory=dict)

    def refuse(self, path: str, code: str, detail: str) -> None:
        """Report a problem. Raises BadInput when there are MAX_PROBLEMS, since nobody reads more."""
        self.problems.append(BadInput.problem(path, detail, code))
        if len(self.problems) >= MAX_PROBLEMS:
            self.end()

    def end(self) -> None:
        """Raise BadInput if there are any problems."""
        if self.problems:
            raise BadInput(self.problems)


class Members:
    """The members of one object. `path` is where it is in the document, `known` the names that it may have."""

    __slots__ = ("data", "is_object", "path", "reading")

    def __init__(self, value: object, path: str, reading: Reading, known: frozenset[str]) -> None:
        self.path = path
        self.reading = reading
        self.data: dict[str, Any] = value if isinstance(value, dict) else {}
        self.is_object = isinstance(value, dict)
        if not self.is_object:
            self.reading.refuse(path, "invalid", NOT_AN_OBJECT)
        elif not self.data.keys() <= known:
            self._refuse_unknown(known)

    def _refuse_unknown(self, known: frozenset[str]) -> None:
        if not all(isinstance(name, str) for name in self.data):
            self.refuse("", "invalid", "The members of an object must have texts as names.")
            return
        for name in unknown_members(self.data, known):
            shown = name.encode("utf-8", "backslashreplace").decode()  # so that a response can contain it
            self.refuse(shown, "unknown", no_such_member(known))

    def refuse(self, name: str, code: str, detail: str) -> None:
        """Report a problem with a member, or with the object if `name` is empty."""
        self.reading.refuse(f"{self.path}.{name}" if name else self.path, code, detail)

    def has(self, name: str) -> bool:
        """Return whether the object has the member."""
        return name in self.data

    def require(self, name: str) -> bool:
        """Return whether the object has the member; report it if not."""
        if name not in self.data and self.is_object:
            self.refuse(name, "required", "This is required.")
        return name in self.data

    def name(self, name: str, longest: int, *, forbidden: str = "") -> str:
        """Return a required text of printable characters, trimmed. It has none of the `forbidden` characters."""
        if not self.require(name):
            return ""
        text, problem = printable(self.data[name], longest, forbidden)
        if problem:
            self.refuse(name, *problem)
        return text

    def text(self, name: str, longest: int) -> str:
        """Return an optional text of one line, "" by default. Blanks at its ends are kept."""
        value = self.data.get(name, "")
        if not isinstance(value, str):
            self.refuse(name, "invalid", NOT_A_TEXT)
        elif problem := problem_of_line(value):
            self.refuse(name, *problem)
        elif len(text := composed(value)) > longest:
            self.refuse(name, "max_length", f"This may have at most {longest} characters.")
        else:
            return text
        return ""

    def number(self, name: str, least: float, most: float, default: float | None = None) -> float:
        """Return a number from `least` to `most`. It is required if there is no default."""
        if default is not None and name not in self.data:
            return default
        number = self._number(name, least, most)
        return least if number is None else number

    def _number(self, name: str, least: float, most: float) -> float | None:
        if not self.require(name):
            return None
        value = self.data[name]
        if not is_number(value) or not least <= value <= most:
            self.refuse(name, "invalid", f"This must be a number from {least:,} to {most:,}.")
            return None
        return float(value)

    def whole(self, name: str, least: int, most: int, default: int | None = None) -> int:
        """Return a whole number from `least` to `most`. It is required if there is no default."""
        if default is not None and name not in self.data:
            return default
        if not self.require(name):
            return least
        value: Any = self.data[name]
        if not is_whole(value, least, most):
            needed = f"a whole number from {least:,} to {most:,}" if least < most else f"{least:,}"
            self.refuse(name, "invalid", f"This must be {needed}.")
            return least
        return value

    def length(self, name: str, default: float, least: float = MIN_LENGTH) -> float:
        """Return a length in centimetres. `default` is in centimetres, `least` in units."""
        return self._centimetres(name, least, default)

    def shift(self, name: str, default: float | None = None) -> float:
        """Return a coordinate or a distance with a direction, in centimetres. It is required without a default."""
        return self._centimetres(name, -MAX_UNITS, default)

    def _centimetres(self, name: str, least: float, default: float | None) -> float:
        if default is not None and name not in self.data:
            return default
        centimetres = (self._number(name, least, MAX_UNITS) or 0.0) * self.reading.unit
        if abs(centimetres) > MAX_CM:
            self.refuse(name, "too_far", TOO_FAR)
            return 0.0
        return centimetres

    def angle(self, name: str = "rotation") -> float:
        """Return an angle in degrees, 0 by default."""
        return self.number(name, -360, 360, 0)

    def flag(self, name: str) -> bool:
        """Return true or false; false by default."""
        value = self.data.get(name, False)
        if not isinstance(value, bool):
            self.refuse(name, "invalid", "This must be true or false, without quotes.")
        return value is True

    def choice(self, name: str, choices: tuple[str, ...], default: str = "") -> str:
        """Return one of the texts in `choices`. It is required if there is no default."""
        if default and name not in self.data:
            return default
        if not self.require(name):
            return choices[0]
        value = self.data[name]
        if not isinstance(value, str) or value not in choices:
            self.refuse(name, "invalid", f"This must be one of {', '.join(choices)}.")
            return choices[0]
        return value

    def category(self) -> int | None:
        """Return the index of the category that the object names, or None if it names none."""
        if "category" not in self.data:
            return None
        value = self.data["category"]
        index = self.reading.categories.get(composed(value.strip())) if isinstance(value, str) else None
        if index is None and not self.reading.categories and isinstance(value, str):
            return 0  # the list of categories is refused itself
        if index is None:
            self.refuse("category", "no_such_category", "This must be the name of one of the plan's categories.")
            return 0
        return index

    def items(self, name: str, least: int, most: int, *, optional: bool = False) -> list[Any]:
        """Return a list with `least` to `most` items; [] if it is missing or invalid."""
        if optional and name not in self.data:
            return []
        if not self.require(name):
            return []
        value = self.data[name]
        if not isinstance(value, list):
            self.refuse(name, "invalid", "This must be a list, in square brackets.")
        elif len(value) < least:
            self.refuse(name, "required", f"At least {least:,} {'is' if least == 1 else 'are'} needed.")
        elif len(value) > most:
            self.refuse(name, "too_many", f"At most {most:,} are possible.")
        else:
            return value
        return []

    def count(self, name: str) -> int:
        """Return the number of items of a list; 0 if it is missing or no list."""
        value = self.data.get(name)
        return len(value) if isinstance(value, list) else 0

    def objects(self, name: str, most: int, known: frozenset[str], *, optional: bool = False) -> "list[Members]":
        """Return the objects of a list with at most `most` items, and at least one unless it is `optional`."""
        given = self.items(name, 0 if optional else 1, most, optional=optional)
        path = f"{self.path}.{name}"
        return [Members(item, f"{path}.{index}", self.reading, known) for index, item in enumerate(given)]

    def member(self, name: str, known: frozenset[str]) -> "Members":
        """Return an object. Without it, all of its members have their defaults."""
        return Members(self.data.get(name, {}), f"{self.path}.{name}", self.reading, known)

    def points(self, name: str) -> list[Point]:
        """Return the points of a polygon, in centimetres."""
        points = []
        for index, item in enumerate(self.items(name, 3, MAX_POINTS)):
            if (point := self._point(item, f"{name}.{index}")) is not None:
                points.append(point)
        return points

    def _point(self, item: object, name: str) -> Point | None:
        if not isinstance(item, list) or len(item) != 2 or not all(is_number(one) for one in item):
            self.refuse(name, "invalid", "A point must be a list of two numbers, x and y.")
        elif max(abs(item[0]), abs(item[1])) > MAX_CM / self.reading.unit:
            self.refuse(name, "too_far", TOO_FAR)
        else:
            return item[0] * self.reading.unit, item[1] * self.reading.unit
        return None


def is_number(value: object) -> TypeGuard[float]:
    """Return whether the value is a JSON number: neither true or false, nor NaN, nor infinite."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")


def is_whole(value: object, least: int, most: int) -> TypeGuard[int]:
    """Return whether the value is a JSON number without a fraction, from `least` to `most`."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def printable(value: object, longest: int, forbidden: str = "") -> tuple[str, tuple[str, str] | None]:
    """Return a name, trimmed and composed, and the code and detail of what is wrong with it or None."""
    if not isinstance(value, str):
        return "", ("invalid", NOT_A_TEXT)
    text = composed(value.strip())
    if is_blank(text):
        return text, ("blank", "This must be a name of printable characters.")
    if problem := problem_of_line(text):
        return text, problem
    if len(text) > longest:
        return text, ("max_length", f"This may have at most {longest} characters.")
    for character in forbidden:
        if character in text:
            return text, ("invalid", f'This can\'t have "{character}".')
    return text, None
