"""Adds to an event's admin page: what actions mean for the event's bookings, and the action that cancels the event."""

from accounts.models import User
from bookings.event_changes.cancel_event import (
    CancellationImpact,
    CancellationProgress,
    cancel_event,
    cancellation_impact,
    has_begun,
    progress_of,
)
from bookings.event_changes.notify_ticket_holders import change_notice
from bookings.holds.models import Booking
from bookings.states import HOLDING
from bookings.waiting_room.numbers import waiting_numbers
from core.money.amounts import money
from core.text.formatting import pluralize
from events.admin.event_actions import (
    NOTICES,
    PROGRESS_SOURCES,
    EventAction,
    Progress,
    add_consequences,
    register_action,
)
from events.models import Event
from events.states import EventStatus


def _cancel(event: Event, seller: User) -> None:
    cancel_event(event_id=event.pk, seller=seller)


def _cancel_effects(event: Event) -> list[str]:
    """Return sentences about the holds that end, the money that is refunded, and the emails."""
    impact = cancellation_impact(event)
    texts = ["From that moment on, nobody can book or pay."]
    if impact.holds:
        end = "ends" if impact.holds == 1 else "end"
        texts.append(f"{pluralize(impact.holds, 'reservation')} {end} without a charge.")
    if impact.paid:
        texts += _refund_effects(impact, event.currency)
    if impact.holds or impact.paid:
        texts.append("Everyone who has reserved or paid for seats gets an email.")
    else:
        texts.append("Nobody has reserved or paid for seats, so there are no emails and no refunds.")
    return [*texts, "This can't be undone."]


def _refund_effects(impact: CancellationImpact, currency: str) -> list[str]:
    bookings = f"{pluralize(impact.paid, 'paid booking')} of {pluralize(impact.buyers, 'buyer')}"
    are = "is" if impact.paid == 1 else "are"
    return [
        f"{bookings} {are} refunded in full: {money(impact.money, currency)} in all.",
        "This runs in the background; the event's page shows its progress.",
        "The tickets of these bookings stop working.",
    ]


def _close_effects(event: Event) -> list[str]:
    """Return a sentence about how many buyers hold seats; no sentence if nobody does."""
    held = Booking.objects.filter(event=event, status__in=HOLDING)
    buyers = held.order_by().values("buyer").distinct().count()
    have = "has" if buyers == 1 else "have"
    return [f"{pluralize(buyers, 'buyer')} {have} seats reserved at this moment."] if buyers else []


def _queue_effects(event: Event) -> list[str]:
    """Return a sentence about how many buyers wait in the queue and how many were admitted."""
    room = waiting_numbers(event.pk)
    if room.waiting is None:
        return ["The number of waiting buyers is not available at this moment."]
    wait = "waits" if room.waiting == 1 else "wait"
    return [f"{pluralize(room.waiting, 'buyer')} {wait} at this moment, and {room.active:,} have been let in."]


def _refund_progress(event: Event) -> Progress | None:
    progress = progress_of(event)
    if progress is None:
        return None
    label = "Refunds" if progress.total else "Cancellation"  # without payments, only reservations end
    return Progress(progress.refunded, progress.total, _progress_text(progress), progress.running, label)


def _progress_text(progress: CancellationProgress) -> str:
    texts = [f"{progress.refunded:,} of {pluralize(progress.total, 'booking')} refunded"]
    if not progress.total:
        texts = ["There is nothing to refund"]
    if progress.holds:
        texts.append(f"{pluralize(progress.holds, 'reservation')} still to end")
    if progress.unsent:
        texts.append(f"{progress.unsent:,} {'waits' if progress.unsent == 1 else 'wait'} for the gateway")
    if progress.failed:
        texts.append(f"{progress.failed:,} failed and {'needs' if progress.failed == 1 else 'need'} another way")
    return ", ".join(texts) + "."


register_action(
    EventAction(
        name="cancel",
        label="Cancel the event",
        act=_cancel,
        possible_from=(EventStatus.DRAFT, EventStatus.AVAILABLE, EventStatus.SOLD_OUT, EventStatus.ENDED),
        applies=lambda event: event.status != EventStatus.ENDED or not has_begun(event),
        consequences=_cancel_effects,
        done="Cancelled. Every reservation ends and every paid booking is refunded in the background.",
        refusal="Only an event that is not over can be cancelled",
        final=True,
    )
)
add_consequences("close", _close_effects)
add_consequences("pause", _queue_effects)
add_consequences("resume", _queue_effects)
PROGRESS_SOURCES.append(_refund_progress)
NOTICES.append(change_notice)
