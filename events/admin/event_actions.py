"""Actions on an event (publish, close sales, pause and resume the queue), and what other apps add to its admin page.

Apps that depend on `events` register their own actions, notices and progress sources when their admin modules are
imported.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from accounts.models import User
from core.clock import database_now
from core.errors import InvalidState
from events.admin import consequences
from events.admin.past_dates import past_dates_warning
from events.lifecycle.change import change_event
from events.lifecycle.publication import must_confirm, obstacle_to_publishing
from events.models import Event
from events.seller_admin.actions import AdminAction, Confirmation, ConfirmationPart
from events.states import ON_SALE, EventStatus

Consequences = Callable[[Event], list[str]]


@dataclass(frozen=True, kw_only=True)
class EventAction(AdminAction):
    """An action on an event that is possible only in certain statuses of the event."""

    possible_from: tuple[EventStatus, ...]
    consequences: Consequences  # returns sentences about what the action will do, with current numbers
    refusal: str  # the beginning of the error if the status doesn't allow the action
    applies: Callable[[Event], bool] = lambda event: True  # whether the action would change anything
    hindrance: Callable[[Event], str] = lambda event: ""  # why it can't be run although the status allows it, or ""
    remedy: Callable[[Event], str] = lambda event: ""  # the template that says what to do about the hindrance, or ""
    warning: Callable[[Event], str] = lambda event: ""  # of what is probably a slip; it doesn't stop the action

    def offered(self, row: Event) -> bool:
        """Return whether the event's status allows the action and the action would change something."""
        return row.status in self.possible_from and self.applies(row)

    def confirmation(self, rows: Sequence[Event]) -> Confirmation:
        """Return what the action will do to each event, or why it can't be run, and the events it can be run on."""
        obstacles = [self.obstacle(event) for event in rows]
        events = list(zip(rows, obstacles, strict=True))
        parts = [
            ConfirmationPart(event.name, [], obstacle)
            if obstacle
            else ConfirmationPart(event.name, self.consequences(event), warning=self.warning(event))
            for event, obstacle in events
        ]
        remedy = next((remedy for event in rows if (remedy := self.remedy(event))), "")
        return Confirmation([event for event, obstacle in events if not obstacle], parts, remedy=remedy)

    def obstacle(self, event: Event) -> str:
        """Return why the action can't be run on the event, as a sentence; "" if it can."""
        if event.status in self.possible_from:
            return self.hindrance(event)
        return f"{self.refusal}; the status of this event is “{event.get_status_display()}”."

    def run(self, row: Event, user: User) -> None:
        """Run the operation on one event.

        Raise InvalidState if there is an obstacle, or the operation's own DomainError.
        """
        if obstacle := self.obstacle(row):
            raise InvalidState(obstacle)
        super().run(row, user)


@dataclass(frozen=True)
class Progress:
    """Progress of background work on an event: `done` of `total`, and the same as a sentence in `text`.

    `label` names the work. The page that shows it goes to the URL `next` when the work has ended; if `next` is empty,
    the page stays.
    """

    done: int
    total: int
    text: str
    running: bool
    label: str
    next: str = ""


EVENT_ACTIONS: dict[str, EventAction] = {}
# Each returns a sentence to show above the form of an event's page; "" shows nothing.
NOTICES: list[Callable[[Event], str]] = []
# Each returns the progress of one kind of background work on the event, or None if there is none.
PROGRESS_SOURCES: list[Callable[[Event], Progress | None]] = []


def register_action(action: EventAction) -> None:
    """Offer an action on every event's page; it replaces an action with the same name."""
    EVENT_ACTIONS[action.name] = action


def add_consequences(name: str, more: Consequences) -> None:
    """Add sentences to the confirmation page of the action called `name`, before the action's own.

    Apps that depend on `events` call it; `more` returns the sentences for an event.
    """
    action = EVENT_ACTIONS[name]
    EVENT_ACTIONS[name] = replace(action, consequences=lambda event: [*more(event), *action.consequences(event)])


def progress_on(event: Event) -> Progress | None:
    """Return the progress of the current or last background work on the event; None if there was none."""
    return next((progress for source in PROGRESS_SOURCES if (progress := source(event)) is not None), None)


def _publish(event: Event, seller: User) -> None:
    change_event(event_id=event.pk, seller=seller, status=EventStatus.AVAILABLE)


def _close(event: Event, seller: User) -> None:
    change_event(event_id=event.pk, seller=seller, status=EventStatus.ENDED)


def _pause(event: Event, seller: User) -> None:
    change_event(event_id=event.pk, seller=seller, admission_paused=True)


def _resume(event: Event, seller: User) -> None:
    change_event(event_id=event.pk, seller=seller, admission_paused=False)


register_action(
    EventAction(
        name="publish",
        label="Publish",
        act=_publish,
        possible_from=(EventStatus.DRAFT,),
        consequences=consequences.of_publishing,
        done="Published. The event is on sale.",
        refusal="Only a draft can be published",
        hindrance=obstacle_to_publishing,
        remedy=lambda event: "accounts/_unconfirmed.html" if must_confirm(event) else "",
        warning=lambda event: past_dates_warning(event, database_now()),
    )
)
register_action(
    EventAction(
        name="close",
        label="Stop the sale",
        act=_close,
        possible_from=ON_SALE,
        consequences=consequences.of_closing,
        done="Sales are closed. Buyers can still pay for seats that they have reserved.",
        refusal="Sales can only be closed for an event that is on sale",
        final=True,
    )
)
register_action(
    EventAction(
        name="pause",
        label="Pause the queue",
        act=_pause,
        possible_from=ON_SALE,
        consequences=consequences.of_pausing,
        applies=lambda event: event.waiting_room_on and not event.admission_paused,
        done="The queue is paused. Nobody is let in until you resume it.",
        refusal="The queue can only be paused while the event is on sale",
    )
)
register_action(
    EventAction(
        name="resume",
        label="Resume the queue",
        act=_resume,
        possible_from=ON_SALE,
        consequences=consequences.of_resuming,
        applies=lambda event: event.waiting_room_on and event.admission_paused,
        done="The queue is running again.",
        refusal="The queue can only be resumed while the event is on sale",
    )
)
NOTICES.append(lambda event: past_dates_warning(event, database_now()))
NOTICES.append(lambda event: "The queue is paused: nobody is let in." if event.admission_paused else "")
