"""Actions that change an event's status, and what else apps above `events` add to an event's admin page.

Apps above register their own actions, notices and progress sources when their admin modules are imported.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from accounts.models import User
from core.errors import InvalidState
from events.admin import consequences
from events.lifecycle.change import change_event
from events.models import Event
from events.seller_admin.actions import AdminAction, Confirmation, ConfirmationPart
from events.states import EventStatus

Consequences = Callable[[Event], list[str]]


@dataclass(frozen=True, kw_only=True)
class EventAction(AdminAction):
    """An action that changes an event's status."""

    possible_from: tuple[EventStatus, ...]
    consequences: Consequences  # sentences about what it will do, with current numbers
    refusal: str  # the beginning of the error where the status doesn't allow it
    applies: Callable[[Event], bool] = lambda event: True  # whether it would change anything

    def offered(self, row: Event) -> bool:
        """Return whether the status allows it and it would change something."""
        return row.status in self.possible_from and self.applies(row)

    def confirmation(self, rows: Sequence[Event]) -> Confirmation:
        """List what the action will do to each event, or why it can't be run."""
        obstacles = [self.obstacle(event) for event in rows]
        events = list(zip(rows, obstacles, strict=True))
        parts = [
            ConfirmationPart(event.name, [] if obstacle else self.consequences(event), obstacle)
            for event, obstacle in events
        ]
        return Confirmation([event for event, obstacle in events if not obstacle], parts)

    def obstacle(self, event: Event) -> str:
        """Return why the action can't be run, as a sentence; "" if it can."""
        if event.status in self.possible_from:
            return ""
        return f"{self.refusal}; the status of this event is “{event.get_status_display()}”."

    def run(self, row: Event, user: User) -> None:
        """Run the operation. Raise InvalidState if the status doesn't allow it, or the operation's own DomainError."""
        if obstacle := self.obstacle(row):
            raise InvalidState(obstacle)
        super().run(row, user)


@dataclass(frozen=True)
class Progress:
    """Progress of background work on an event: `done` of `total`, and the same as a sentence in `text`.

    The page goes to `next` when the work has ended; it stays where it is if `next` is empty.
    """

    done: int
    total: int
    text: str
    running: bool
    next: str = ""


EVENT_ACTIONS: dict[str, EventAction] = {}
# Sentences above the form of an event's page; "" shows nothing.
NOTICES: list[Callable[[Event], str]] = []
# Each returns the progress of one kind of background work on the event, or None if there is none.
PROGRESS_SOURCES: list[Callable[[Event], Progress | None]] = []


def register_action(action: EventAction) -> None:
    """Offer an action on the event's page, under its name."""
    EVENT_ACTIONS[action.name] = action


def add_consequences(name: str, more: Consequences) -> None:
    """Let an app above add sentences to an action's confirmation page, before the action's own."""
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


ON_SALE = (EventStatus.AVAILABLE, EventStatus.SOLD_OUT)

register_action(
    EventAction(
        name="publish",
        label="Publish",
        act=_publish,
        possible_from=(EventStatus.DRAFT,),
        consequences=consequences.of_publishing,
        done="Published. The event is on sale.",
        refusal="Only a draft can be published",
    )
)
register_action(
    EventAction(
        name="close",
        label="Stop the sale",
        act=_close,
        possible_from=ON_SALE,
        consequences=consequences.of_closing,
        done="Sales are closed. Buyers can still pay for seats they hold.",
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
NOTICES.append(lambda event: "The queue is paused: nobody is let in." if event.admission_paused else "")
