"""What a person may do about rows at the desk: the button, the question before, the operation, the words after."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from accounts.models import User
from events.words import counted


class Part(NamedTuple):
    """What will happen to one thing, in sentences; or why nothing will."""

    heading: str
    said: Sequence[str]
    obstacle: str = ""


class Question(NamedTuple):
    """What the page before a deed says, and the rows that the deed can be done to."""

    rows: Sequence[Any]
    parts: Sequence[Part]
    head: Sequence[str] = ()  # of a table of the rows
    table: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, kw_only=True)
class Deed:
    """A button of a row's page; some are actions of the list as well. `act` is the operation, given row and user."""

    name: str
    label: str
    act: Callable[[Any, User], object]
    means: str = ""  # what it will do, asked before; the page's button asks nothing where it is empty
    done: str  # said and logged when it is done
    final: bool = False  # there is no way back

    def offered(self, row: Any) -> bool:
        """Whether the row's page has the button."""
        return True

    def question(self, rows: Sequence[Any]) -> Question:
        """The page before."""
        return Question(rows, [Part(str(row), [self.means] if self.means else []) for row in rows])

    def take(self, row: Any, user: User) -> None:
        """Raises the operation's DomainError."""
        self.act(row, user)

    def done_to(self, row: Any) -> str:
        """The sentence for the log."""
        return self.done

    def counted(self, rows: Sequence[Any]) -> str:
        """How many of what."""
        return counted(len(rows), str(rows[0]._meta.verbose_name), str(rows[0]._meta.verbose_name_plural))

    def summary(self, rows: Sequence[Any]) -> str:
        """What was done, in a sentence."""
        return self.done_to(rows[0]) if len(rows) == 1 else f"{self.label}: {self.counted(rows)}."


def by_name(*deeds: Deed) -> dict[str, Deed]:
    """The deeds by their names, which stand in addresses."""
    return {deed.name: deed for deed in deeds}
