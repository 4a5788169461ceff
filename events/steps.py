"""The steps of an event's status that its seller takes at his desk. Apps above add theirs in their admin."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from accounts.models import User
from events import effects
from events.deeds import Deed, Part, Question
from events.models import Event
from events.operations.change import change_event
from events.states import EventStatus
from ticketing.errors import InvalidState

Effects = Callable[[Event], list[str]]


@dataclass(frozen=True, kw_only=True)
class Step(Deed):
    """A step of an event's status, and the page behind its button which says what it will do."""

    possible_from: tuple[EventStatus, ...]
    effects: Effects  # what it will do to whom, in sentences with the numbers of the moment
    only: str  # said when it can't be taken
    fits: Callable[[Event], bool] = lambda event: True  # whether it would change anything

    def offered(self, row: Event) -> bool:
        """Where it can be taken and would change something."""
        return row.status in self.possible_from and self.fits(row)

    def question(self, rows: Sequence[Event]) -> Question:
        """What it will do to each event, or why it can't."""
        obstacles = [self.obstacle(event) for event in rows]
        events = list(zip(rows, obstacles, strict=True))
        parts = [Part(event.name, [] if why else self.effects(event), why) for event, why in events]
        return Question([event for event, why in events if not why], parts)

    def obstacle(self, event: Event) -> str:
        """Why the step can't be taken, in a sentence; "" if it can."""
        if event.status in self.possible_from:
            return ""
        return f"{self.only}; the status of this event is “{event.get_status_display()}”."

    def take(self, row: Event, user: User) -> None:
        """Raises InvalidState if the event is in no state for it, and what the operation raises."""
        if obstacle := self.obstacle(row):
            raise InvalidState(obstacle)
        super().take(row, user)


@dataclass(frozen=True)
class Progress:
    """How far work on an event is that goes on in the background: `done` of `total`, and the same in words.

    `next` is the page to go to once it no longer runs; "" stays.
    """

    done: int
    total: int
    words: str
    running: bool
    next: str = ""


STEPS: dict[str, Step] = {}
# What the event's page says besides its fields: each gives a sentence, or "" for nothing.
NOTICES: list[Callable[[Event], str]] = []
# The work that may go on in the background: each tells how far it is, or None if there is none.
WORK: list[Callable[[Event], Progress | None]] = []


def add_step(step: Step) -> None:
    """Makes a step known by its name."""
    STEPS[step.name] = step


def add_effects(name: str, more: Effects) -> None:
    """What a known step is about among things of an app above, said before its own effects."""
    step = STEPS[name]
    STEPS[name] = replace(step, effects=lambda event: [*more(event), *step.effects(event)])


def work_on(event: Event) -> Progress | None:
    """The work that goes on for the event, or went on last; None if there was none."""
    return next((progress for tell in WORK if (progress := tell(event)) is not None), None)


def _publish(event: Event, seller: User) -> None:
    change_event(event_id=event.pk, seller=seller, status=EventStatus.AVAILABLE)


def _close(event: Event, seller: User) -> None:
    change_event(event_id=event.pk, seller=seller, status=EventStatus.ENDED)


def _pause(event: Event, seller: User) -> None:
    change_event(event_id=event.pk, seller=seller, admission_paused=True)


def _resume(event: Event, seller: User) -> None:
    change_event(event_id=event.pk, seller=seller, admission_paused=False)


ON_SALE = (EventStatus.AVAILABLE, EventStatus.SOLD_OUT)

add_step(
    Step(
        name="publish",
        label="Publish",
        act=_publish,
        possible_from=(EventStatus.DRAFT,),
        effects=effects.of_publishing,
        done="Published: it is on sale.",
        only="Only a draft can be published",
    )
)
add_step(
    Step(
        name="close",
        label="Stop the sale",
        act=_close,
        possible_from=ON_SALE,
        effects=effects.of_closing,
        done="Sales are closed. Seats that are held can still be paid for.",
        only="Only an event on sale can be closed",
        final=True,
    )
)
add_step(
    Step(
        name="pause",
        label="Pause the queue",
        act=_pause,
        possible_from=ON_SALE,
        effects=effects.of_pausing,
        fits=lambda event: event.waiting_room_on and not event.admission_paused,
        done="The queue stands still: nobody is let in until you go on.",
        only="Only the queue of an event on sale can be paused",
    )
)
add_step(
    Step(
        name="resume",
        label="Let people in again",
        act=_resume,
        possible_from=ON_SALE,
        effects=effects.of_resuming,
        fits=lambda event: event.waiting_room_on and event.admission_paused,
        done="The queue moves again.",
        only="Only the queue of an event on sale can go on",
    )
)
NOTICES.append(lambda event: "The queue is paused: nobody is let in." if event.admission_paused else "")
