"""What is wrong in a file with a seating plan, where, and what can be done about it."""

from typing import Any, NamedTuple

from core.errors import MAX_PROBLEMS


class Problem(NamedTuple):
    """One thing that is wrong in a file.

    `place` is the way to it: the members and indexes of a JSON file, as in "zones.0.rows.3.seats.5.seat_number", or
    "line 12, column seat" of a CSV file. `proposal` says how it can safely be read, and is empty if it can't.
    """

    place: str
    code: str
    detail: str
    proposal: str = ""

    def __str__(self) -> str:
        """Return one line for a terminal."""
        return f"{self.place}: {self.detail}" + (f" Proposal: {self.proposal}" if self.proposal else "")


class Problems:
    """The problems of a file: the first MAX_PROBLEMS of them, and how many there are."""

    def __init__(self) -> None:
        self.first: list[Problem] = []
        self.count = 0
        self.unsolved = 0  # problems without a proposal

    def add(self, place: str, code: str, detail: str, proposal: str = "") -> None:
        """Note a problem. Without a proposal, the file can't be read."""
        self.count += 1
        self.unsolved += not proposal
        problem = Problem(place, code, detail, proposal)
        if len(self.first) < MAX_PROBLEMS:
            self.first.append(problem)
        elif not proposal:  # what people must change themselves is more important than what they only must agree to
            solved = next((index for index, other in enumerate(self.first) if other.proposal), None)
            if solved is not None:
                del self.first[solved]
                self.first.append(problem)


class Understood(NamedTuple):
    """What was understood of a file.

    `document` is a seating plan in the format of docs/seating-plans.md, in which the proposals of all problems are
    followed; it is None if a problem has none. `left_out` names in sentences what the file has and a plan can't keep.
    """

    document: dict[str, Any] | None
    problems: list[Problem]
    total: int  # of problems; `problems` has the first of them
    left_out: list[str]
    places: int = 0  # of the document
