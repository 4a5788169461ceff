"""The steps of an event's status that its seller takes with one click. Apps above add theirs in their admin."""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import User
from events.models import Event
from events.operations.change import change_event
from events.states import EventStatus
from ticketing.errors import InvalidState


@dataclass(frozen=True)
class Step:
    """A button of the change page. `act` is the operation, given the event and who asks."""

    name: str
    label: str
    act: Callable[[Event, User], object]
    possible_from: tuple[EventStatus, ...]
    done: str  # said and logged when it is done
    only: str  # said when it can't be taken
    warning: str = ""  # asked before
    fits: Callable[[Event], bool] = lambda event: True  # whether it would change anything

    def offered(self, event: Event) -> bool:
        """Whether the change page has the button."""
        return event.status in self.possible_from and self.fits(event)

    def take(self, event: Event, seller: User) -> None:
        """Raises InvalidState if `event` is in no state for it, and what the operation raises."""
        if event.status not in self.possible_from:
            raise InvalidState(f"{self.only}; the status of this event is “{event.get_status_display()}”.")
        self.act(event, seller)


def _publish(event: Event, seller: User) -> None:
    change_event(event_id=event.pk, seller=seller, status=EventStatus.AVAILABLE)


def _close(event: Event, seller: User) -> None:
    change_event(event_id=event.pk, seller=seller, status=EventStatus.ENDED)


def _pause(event: Event, seller: User) -> None:
    change_event(event_id=event.pk, seller=seller, admission_paused=True)


def _resume(event: Event, seller: User) -> None:
    change_event(event_id=event.pk, seller=seller, admission_paused=False)


STEPS: dict[str, Step] = {}
# What the change page says about an event besides its fields: each gives a sentence, or "" for nothing.
NOTICES: list[Callable[[Event], str]] = []


def add_step(step: Step) -> None:
    """Makes a step known by its name."""
    STEPS[step.name] = step


add_step(
    Step(
        name="publish",
        label="Publish",
        act=_publish,
        possible_from=(EventStatus.DRAFT,),
        done="Published: it is on sale.",
        only="Only a draft can be published",
    )
)
add_step(
    Step(
        name="close",
        label="Close sales",
        act=_close,
        possible_from=(EventStatus.AVAILABLE, EventStatus.SOLD_OUT),
        done="Sales are closed. Seats that are held can still be paid for.",
        only="Only an event on sale can be closed",
        warning="Close sales for good? They can't be opened again. Seats that are held can still be paid for.",
    )
)
add_step(
    Step(
        name="pause",
        label="Pause the queue",
        act=_pause,
        possible_from=(EventStatus.AVAILABLE, EventStatus.SOLD_OUT),
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
        possible_from=(EventStatus.AVAILABLE, EventStatus.SOLD_OUT),
        fits=lambda event: event.waiting_room_on and event.admission_paused,
        done="The queue moves again.",
        only="Only the queue of an event on sale can go on",
    )
)
NOTICES.append(lambda event: "The queue is paused: nobody is let in." if event.admission_paused else "")
