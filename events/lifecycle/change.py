"""Changes an event: its texts, dates, limits, prices and status."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import User
from core.clock import database_now
from core.errors import BadInput, InvalidState
from core.money.currencies import check_currency
from core.text.visible import composed
from core.transactions import retrying_transaction
from events.errors import EventCancelled
from events.inventory.sold_out import status_by_seats
from events.lifecycle.dates import DATES, check_dates, check_move
from events.lifecycle.place import PLACE, apply_place, lock_venue
from events.lifecycle.prices import lock_priced, write_prices
from events.lifecycle.publication import OVER, check_may_publish, is_over_now
from events.lifecycle.take_over import check_whole_tables, take_over
from events.models import Event, SeatChange, Subsection
from events.ownership import lock_seller, own_event
from events.pricing import check_prices
from events.seating.prices import prices_of
from events.states import ON_SALE, PRICES_CHANGE_IN, SELLER_TRANSITIONS, ChangeKind, EventStatus
from events.wall_clocks import set_wall_clocks

# Fields of a cancelled event that can be corrected. Everything else about it is over.
CHANGE_WHEN_CANCELLED = frozenset({"name", "description", "venue_id", "venue_name", "is_active"})

# Functions called in the transaction that changes an event, with the event and {field: old value} of the changed
# fields. Apps in higher layers add theirs in AppConfig.ready.
# If the rules of the event's zone have changed, NEW_RULES is among the fields.
NEW_RULES = "new_rules"
ON_EVENT_CHANGED: list[Callable[[Event, Mapping[str, Any]], None]] = []


@retrying_transaction
def change_event(*, event_id: int, seller: User, **changes: Any) -> Event:
    """Change the given fields of an event and keep all others; all or nothing. `changes` are as for `write_change`.

    Values that stay as they are are never refused. Raises NotFound, PermissionRefused, AddressNotConfirmed,
    EventCancelled, InvalidState, BadInput.
    """
    own_event(event_id, seller)
    return write_change(event_id, **changes)


def write_change(
    event_id: int,
    *,
    prices: dict[str, int] | None = None,
    plan_version: int | None = None,
    status: str | None = None,
    has_new_rules: bool = False,
    **fields: Any,
) -> Event:
    """Change an event like `change_event`, in the caller's transaction, whoever the caller is.

    `prices` ({section or, with a seating plan, category: minor units}) apply to new holds only, since a hold keeps its
    price. `has_new_rules` says that only instants move, because the rules of the event's zone have changed: what the
    clock there shows stays. `plan_version` is another version of a seating plan, see `take_over`.

    1. Lock its new venue, if it gets one, and the event's row (`FOR NO KEY UPDATE`, so bookings can still be made).
    2. Check that of a cancelled event only texts change; that the place is the seller's, that the dates agree, that
       they don't move an event with buyers into the past, that no second lottery becomes possible and that the status
       change is allowed; that new prices can be charged and somebody may still pay them, and that nobody has held seats
       before the currency changes.
    3. Write the event, its blocks and the prices; the subsections with new prices are locked in the order of their ids.
       A completed event that is no longer over by its new dates is on sale again.
    4. Call ON_EVENT_CHANGED, which queues emails to the ticket holders if the change matters to them.
    5. If the event goes on sale, lock the seller's row: their account must not be deleted meanwhile.

    Raises AddressNotConfirmed, EventCancelled, InvalidState, BadInput.
    """
    prices = {composed(name): price for name, price in (prices or {}).items()}
    lock_venue(fields.get("venue_id"))
    event = Event.objects.select_for_update(of=("self",), no_key=True).get(pk=event_id)
    before = {name: getattr(event, name) for name in {*fields, *PLACE}}
    old_status = event.status
    for name, value in fields.items():
        setattr(event, name, value)
    apply_place(event, fields.keys() & PLACE)
    _check_venue_of_plan(event, before)
    has_new_plan = plan_version is not None and plan_version != event.plan_version_id
    new_prices = {} if has_new_plan else _new_prices(event, prices)
    _check_not_cancelled(event, before, new_prices or has_new_plan)
    _apply_dates(event, {name: before[name] for name in DATES if name in before})
    set_wall_clocks(event, [name for name in DATES if _has_new_clock(event, name, before)])
    _check_lottery(event)
    if status is not None:
        _set_status(event, status)
    has_new_currency = before.get("currency", event.currency) != event.currency
    if has_new_currency:
        _check_new_currency(event)
    is_about_sale = new_prices or has_new_currency or has_new_plan
    if is_about_sale and not {old_status, event.status} & {*PRICES_CHANGE_IN}:
        raise InvalidState("Nobody can buy seats of this event any more, so its prices can't be changed.")
    if has_new_plan:
        take_over(event, plan_version or 0, prices)
    elif event.max_tickets_per_booking < before.get("max_tickets_per_booking", 0):
        check_whole_tables(event)
    _set_prices(event, new_prices, check_all=has_new_currency)
    event.save()
    _call_on_event_changed(event, before | {NEW_RULES: None} if has_new_rules else before)
    if event.status in ON_SALE and old_status not in ON_SALE:
        lock_seller(event.seller_id)
    return event


def _new_prices(event: Event, prices: dict[str, int]) -> dict[str, int]:
    """Return the prices that differ from the present ones. Raises BadInput for names that the event doesn't have."""
    present = prices_of(event.seating_config)
    for name in prices:
        if name not in present:
            what = "section" if event.plan_version_id is None else "category"
            raise BadInput.field(f"prices.{name}", f"The event has no such {what}.")
    return {name: price for name, price in prices.items() if price != present[name]}


def _check_venue_of_plan(event: Event, before: dict[str, Any]) -> None:
    """Raise BadInput if an event with a seating plan leaves the plan's venue."""
    if event.plan_version_id is not None and event.venue_id != before["venue_id"]:
        raise BadInput.field("venue_id", "The event's seating plan is of the venue where it is now.")


def _check_not_cancelled(event: Event, before: dict[str, Any], is_about_sale: object) -> None:
    """Raise EventCancelled if more than texts of a cancelled event change. `before` holds the old values."""
    changed = {name for name, value in before.items() if value != getattr(event, name)}
    if event.status == EventStatus.CANCELLED and (is_about_sale or not changed <= CHANGE_WHEN_CANCELLED):
        raise EventCancelled


def _has_new_clock(event: Event, name: str, before: dict[str, Any]) -> bool:
    """Return whether the wall clock of a date must be read again.

    That of a date that stays is kept, so that it survives a change of the zone's rules.
    """
    return bool(event.time_zone != before["time_zone"] or (name in before and before[name] != getattr(event, name)))


def _call_on_event_changed(event: Event, before: dict[str, Any]) -> None:
    changed = {name: value for name, value in before.items() if name == NEW_RULES or value != getattr(event, name)}
    if changed:
        for on_event_changed in ON_EVENT_CHANGED:
            on_event_changed(event, changed)


def _apply_dates(event: Event, before: dict[str, datetime | None]) -> None:
    """Check the new dates of the event and do what follows from them. `before` holds the old ones that were sent.

    Dates that stay as they are aren't checked, so that an event from before a rule existed can still be changed.
    """
    changed = {name: old for name, old in before.items() if old != getattr(event, name)}
    if not changed:
        return
    check_dates(event)
    check_move(event, old_start=before.get("starts_at", event.starts_at), changed=changed)
    if "starts_at" in changed and event.status != EventStatus.DRAFT:
        event.start_moved_at = database_now()
    is_moved = "starts_at" in changed or "ends_at" in changed
    if is_moved and event.status == EventStatus.COMPLETED and not is_over_now(event):
        event.status = status_by_seats(event.pk)


def _check_lottery(event: Event) -> None:
    """Raise InvalidState if the lottery has taken place and the start of sales would be in the future again.

    The seed is public by then, so people who join before the new start could choose their place in the queue.
    """
    if event.drawn_at and event.sales_start_at and event.sales_start_at > database_now():
        raise InvalidState("The waiting room has opened: the start of sales can't be moved into the future any more.")


def _set_status(event: Event, status: str) -> None:
    """Change the status as its seller. Raises InvalidState."""
    if status == event.status:
        return
    if status not in SELLER_TRANSITIONS.get(EventStatus(event.status), ()):
        raise InvalidState(f"An event that is {event.status} can't be made {status}.")
    if status == EventStatus.COMPLETED and event.starts_at is not None and event.starts_at > database_now():
        raise InvalidState("An event that has not begun can't be made completed.")
    if status in ON_SALE and is_over_now(event):
        raise InvalidState(OVER)
    if status == EventStatus.AVAILABLE:
        check_may_publish(event.seller)
    event.status = status


def _check_new_currency(event: Event) -> None:
    """Raise BadInput for a code that is not on the list, and InvalidState if somebody has held seats.

    Amounts of bookings are in the event's currency. The subsections are locked, so that nobody holds seats meanwhile.
    """
    try:
        check_currency(event.currency)
    except ValidationError as error:
        raise BadInput.field("currency", str(error.message), "unknown") from None
    subsections = Subsection.objects.filter(event_id=event.pk)
    list(subsections.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    if SeatChange.objects.filter(event_id=event.pk, kind=ChangeKind.HELD).exists():
        raise InvalidState("Somebody has held seats, so the currency can't be changed any more.")


def _set_prices(event: Event, prices: dict[str, int], *, check_all: bool) -> None:
    """Set new prices, which must be chargeable; with `check_all`, also those that stay."""
    lock_priced(event, prices)
    present = prices_of(event.seating_config)
    kept = [price for name, price in present.items() if check_all and name not in prices]
    new = {f"prices.{name}": price for name, price in prices.items()}
    check_prices(new, event.currency, currency_field="currency" if check_all else None)
    for price in kept:
        check_prices({"currency": price}, event.currency)
    write_prices(event, prices)
