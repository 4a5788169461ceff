"""What a seller changes about an event: its texts, times, limits, prices and status."""

from collections.abc import Callable, Mapping
from typing import Any

from accounts.models import User
from accounts.transactions import durably
from events.clock import database_now
from events.models import Event, Subsection
from events.reads import may_manage
from events.states import SELLER_STEPS, EventStatus
from ticketing.errors import BadInput, InvalidState, NotFound, PermissionRefused

PERIODS = (("starts_at", "ends_at"), ("sales_start_at", "sales_end_at"))
FIRST_YEAR = 1970  # the end of refunds is counted back from the start, and must be a date as well

# Who is told in the transaction that changes an event, with {field: old value} of what is another now. Apps above add
# theirs (AppConfig.ready).
TELL_HOLDERS: list[Callable[[Event, Mapping[str, Any]], None]] = []


def own_event(event_id: int, seller: User) -> Event:
    """The event, if `seller` may change it. NotFound also for somebody else's draft; else PermissionRefused."""
    event = Event.objects.filter(pk=event_id).first()
    if event is None or (event.status == EventStatus.DRAFT and not may_manage(event, seller)):
        raise NotFound("There is no such event.")
    if not may_manage(event, seller):
        raise PermissionRefused("Only the event's seller can do this.")
    return event


@durably
def change_event(
    *, event_id: int, seller: User, prices: dict[str, int] | None = None, status: str | None = None, **fields: Any
) -> Event:
    """Changes what is given and leaves the rest; all of it or nothing.

    1. Lock the event's row (`FOR NO KEY UPDATE`: bookings go on being made).
    2. Check: the seller's own event, the step of the state machine, the order of the times, no second draw.
    3. Write. `prices` ({section: minor units}) count for new holds only, since a hold keeps its price.
    4. Tell those who hold seats, as far as it concerns them.

    Raises NotFound, PermissionRefused, InvalidState, BadInput.
    """
    own_event(event_id, seller)
    event = Event.objects.select_for_update(of=("self",), no_key=True).get(pk=event_id)
    before = {name: getattr(event, name) for name in fields}
    for name, value in fields.items():
        setattr(event, name, value)
    check_times({name: getattr(event, name) for period in PERIODS for name in period})
    _check_draw(event)
    if status is not None:
        _step(event, status)
    _set_prices(event, prices or {})
    event.save()
    _tell_holders(event, before)
    return event


def _tell_holders(event: Event, before: dict[str, Any]) -> None:
    changed = {name: value for name, value in before.items() if value != getattr(event, name)}
    if changed:
        for tell in TELL_HOLDERS:
            tell(event, changed)


def check_times(times: dict[str, Any]) -> None:
    """Raises BadInput if something would end before it starts, or lies before FIRST_YEAR. `times`: the four times of
    an event, or None."""
    for start, end in PERIODS:
        for name in (start, end):
            if times.get(name) and times[name].year < FIRST_YEAR:
                raise BadInput.field(name, f"This must be in {FIRST_YEAR} or later.")
        if times.get(start) and times.get(end) and times[start] >= times[end]:
            raise BadInput.field(end, f"This must be after {start}.")


def _check_draw(event: Event) -> None:
    """Once the seed is public, who comes before sales start could choose his place among the others."""
    if event.drawn_at and event.sales_start_at and event.sales_start_at > database_now():
        raise InvalidState("The waiting room has opened: the start of sales can't be moved into the future any more.")


def _step(event: Event, status: str) -> None:
    if status == event.status:
        return
    if status not in SELLER_STEPS.get(EventStatus(event.status), ()):
        raise InvalidState(f"An event that is {event.status} can't be made {status}.")
    event.status = status


def _set_prices(event: Event, prices: dict[str, int]) -> None:
    changed = Subsection.objects.filter(event_id=event.pk, section__in=prices)
    list(changed.select_for_update(no_key=True).order_by("pk").values_list("pk"))  # as all do who lock several
    sections = {section["name"]: section for section in event.seating_config["sections"]}
    for name, price in prices.items():
        if name not in sections:
            raise BadInput.field(f"prices.{name}", "The event has no such section.")
        sections[name]["price"] = price
        Subsection.objects.filter(event_id=event.pk, section=name).update(price=price)
