"""Actions that sellers run on rows of the admin: the button, the confirmation page, the operation, the message."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from accounts.models import User
from core.text.formatting import pluralize


class ConfirmationPart(NamedTuple):
    """What an action will do to one row, in sentences, and a `warning`; or why it can't be run on it (`obstacle`)."""

    heading: str
    sentences: Sequence[str]
    obstacle: str = ""
    warning: str = ""


class Confirmation(NamedTuple):
    """Contents of the page that asks before an action runs, and the rows the action can be run on.

    `remedy` is a template that says what the reader can do about the obstacles of `parts`.
    """

    rows: Sequence[Any]
    parts: Sequence[ConfirmationPart]
    columns: Sequence[str] = ()  # headings of `table`, which lists the rows
    table: Sequence[Sequence[str]] = ()
    remedy: str = ""


@dataclass(frozen=True, kw_only=True)
class AdminAction:
    """An action on rows of the admin: a button on a row's page, for some actions also an entry in the list's menu.

    `act` is the operation that the action runs; it is called with the row and the signed-in user.
    """

    name: str
    label: str
    act: Callable[[Any, User], object]
    explanation: str = ""  # shown on the confirmation page; if empty, the button runs the action without asking
    done: str  # shown and logged once the action has run
    final: bool = False  # whether the action can't be undone

    def offered(self, row: Any) -> bool:
        """Return whether the row's page shows the button."""
        return True

    def confirmation(self, rows: Sequence[Any]) -> Confirmation:
        """Return the contents of the page that asks before the action runs on these rows."""
        sentences = [self.explanation] if self.explanation else []
        return Confirmation(rows, [ConfirmationPart(str(row), sentences) for row in rows])

    def run(self, row: Any, user: User) -> None:
        """Run the operation on one row; raise the DomainError of the operation if it refuses."""
        self.act(row, user)

    def done_message(self, row: Any) -> str:
        """Return the log entry for one row."""
        return self.done

    def counted(self, rows: Sequence[Any]) -> str:
        """Return the number of rows with their name, as in "3 bookings"."""
        return pluralize(len(rows), str(rows[0]._meta.verbose_name), str(rows[0]._meta.verbose_name_plural))

    def summary(self, rows: Sequence[Any]) -> str:
        """Return one sentence about all rows the action has run on."""
        return self.done_message(rows[0]) if len(rows) == 1 else f"{self.label}: {self.counted(rows)}."


def by_name(*actions: AdminAction) -> dict[str, AdminAction]:
    """Return {name: action}; the name is part of the URL of the action's confirmation page."""
    return {action.name: action for action in actions}
