"""What an event's admin page says about its bookings, and the action that cancels the event."""

from accounts.models import User
from bookings.event_changes.cancel_event import (
    CancellationImpact,
    CancellationProgress,
    cancel_event,
    cancellation_impact,
    progress_of,
)
from bookings.event_changes.notify_ticket_holders import change_notice
from bookings.holds.models import Booking
from bookings.states import HOLDING
from bookings.waiting_room.numbers import waiting_numbers
from core.formatting import pluralize
from core.money import money
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
    """Say which holds end, how much is refunded, and who gets a mail."""
    toll = cancellation_impact(event)
    texts = ["From that moment on, nobody can book or pay."]
    if toll.holds:
        texts.append(f"{pluralize(toll.holds, 'hold')} {'ends' if toll.holds == 1 else 'end'} without a charge.")
    if toll.paid:
        texts += _refund_effects(toll, event.currency)
    if toll.holds or toll.paid:
        texts.append("Everyone who holds seats or has paid gets a mail.")
    else:
        texts.append("Nobody holds seats or has paid, so there are no mails and no refunds.")
    return [*texts, "This can't be undone."]


def _refund_effects(toll: CancellationImpact, currency: str) -> list[str]:
    bookings = f"{pluralize(toll.paid, 'paid booking')} of {pluralize(toll.buyers, 'buyer')}"
    are = "is" if toll.paid == 1 else "are"
    return [
        f"{bookings} {are} refunded in full: {money(toll.money, currency)} in all.",
        "This runs in the background; the event's page shows its progress.",
        "The tickets of these bookings stop working.",
    ]


def _close_effects(event: Event) -> list[str]:
    """Say how many buyers may still pay."""
    held = Booking.objects.filter(event=event, status__in=HOLDING)
    buyers = held.order_by().values("buyer").distinct().count()
    return (
        [f"{pluralize(buyers, 'buyer')} {'holds' if buyers == 1 else 'hold'} seats at this moment."] if buyers else []
    )


def _queue_effects(event: Event) -> list[str]:
    """Say how many buyers wait in the queue and how many have been let in."""
    room = waiting_numbers(event.pk)
    if room.waiting is None:
        return ["The number of waiting buyers is not available at this moment."]
    wait = "waits" if room.waiting == 1 else "wait"
    return [f"{pluralize(room.waiting, 'buyer')} {wait} at this moment, and {room.active:,} have been let in."]


def _refund_progress(event: Event) -> Progress | None:
    progress = progress_of(event)
    if progress is None:
        return None
    return Progress(progress.refunded, progress.total, _progress_text(progress), progress.running)


def _progress_text(progress: CancellationProgress) -> str:
    texts = [f"{progress.refunded:,} of {pluralize(progress.total, 'booking')} refunded"]
    if not progress.total:
        texts = ["There is nothing to refund"]
    if progress.holds:
        texts.append(f"{pluralize(progress.holds, 'hold')} still to end")
    if progress.unsent:
        texts.append(f"{progress.unsent:,} {'waits' if progress.unsent == 1 else 'wait'} for the gateway")
    return ", ".join(texts) + "."


register_action(
    EventAction(
        name="cancel",
        label="Cancel the event",
        act=_cancel,
        possible_from=(EventStatus.DRAFT, EventStatus.AVAILABLE, EventStatus.SOLD_OUT),
        consequences=_cancel_effects,
        done="Cancelled. Every hold ends and every paid booking is refunded in the background.",
        refusal="Only a draft or an event on sale can be cancelled",
        final=True,
    )
)
add_consequences("close", _close_effects)
add_consequences("pause", _queue_effects)
add_consequences("resume", _queue_effects)
PROGRESS_SOURCES.append(_refund_progress)
NOTICES.append(change_notice)
