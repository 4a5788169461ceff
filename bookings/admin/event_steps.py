"""What the event page of the seller admin shows and does about bookings.

Adds the action "Cancel the event", the effects of closing, pausing and resuming on buyers, and the progress of refunds.
"""

from accounts.models import User
from bookings.models import Booking
from bookings.operations.call_off import CallOff, Toll, cancel_event, progress_of, toll_of
from bookings.states import HOLDING
from bookings.waiting.numbers import waiting_numbers
from events.models import Event
from events.money import money
from events.states import EventStatus
from events.steps import WORK, Progress, Step, add_effects, add_step
from events.words import counted


def _cancel(event: Event, seller: User) -> None:
    cancel_event(event_id=event.pk, seller=seller)


def _effects_of_cancelling(event: Event) -> list[str]:
    """Return the effects of cancelling the event: holds that end, refunds, and who gets an email."""
    impact = toll_of(event)
    effects = ["Nobody can book or pay from that moment on."]
    if impact.holds:
        effects.append(f"{counted(impact.holds, 'hold')} {'ends' if impact.holds == 1 else 'end'} without a charge.")
    if impact.paid:
        effects += _effects_of_refunding(impact, event.currency)
    if impact.holds or impact.paid:
        effects.append("Everybody who holds seats or has paid is told by mail.")
    else:
        effects.append("Nobody holds seats or has paid, so nobody is told and no money goes back.")
    return [*effects, "This can't be undone."]


def _effects_of_refunding(impact: Toll, currency: str) -> list[str]:
    bookings = f"{counted(impact.paid, 'paid booking')} of {counted(impact.buyers, 'buyer')}"
    are = "is" if impact.paid == 1 else "are"
    return [
        f"{bookings} {are} refunded in full: {money(impact.money, currency)} in all.",
        "That is done in the background; the event's page shows how far it is.",
        "The tickets of these bookings stop working.",
    ]


def _effects_of_closing(event: Event) -> list[str]:
    """Return how many buyers hold seats at the moment; closing the sale matters to them."""
    held = Booking.objects.filter(event=event, status__in=HOLDING)
    buyers = held.order_by().values("buyer").distinct().count()
    return [f"{counted(buyers, 'buyer')} {'holds' if buyers == 1 else 'hold'} seats at this moment."] if buyers else []


def _effects_on_the_queue(event: Event) -> list[str]:
    """Return how many buyers wait in the queue, and how many have been admitted from it."""
    room = waiting_numbers(event.pk)
    if room.waiting is None:
        return ["How many wait can't be told at the moment."]
    wait = "waits" if room.waiting == 1 else "wait"
    return [f"{counted(room.waiting, 'buyer')} {wait} at this moment, and {room.active:,} have been let in."]


def _refund_progress(event: Event) -> Progress | None:
    progress = progress_of(event)
    if progress is None:
        return None
    return Progress(progress.refunded, progress.total, _progress_text(progress), progress.running)


def _progress_text(progress: CallOff) -> str:
    parts = [f"{progress.refunded:,} of {counted(progress.total, 'booking')} refunded"]
    if not progress.total:
        parts = ["There is no money to give back"]
    if progress.holds:
        parts.append(f"{counted(progress.holds, 'hold')} still to end")
    if progress.unsent:
        parts.append(f"{progress.unsent:,} {'waits' if progress.unsent == 1 else 'wait'} for the gateway")
    return ", ".join(parts) + "."


add_step(
    Step(
        name="cancel",
        label="Cancel the event",
        act=_cancel,
        possible_from=(EventStatus.DRAFT, EventStatus.AVAILABLE, EventStatus.SOLD_OUT),
        effects=_effects_of_cancelling,
        done="Cancelled. Every hold ends and every paid booking is refunded in the background.",
        only="Only a draft or an event on sale can be cancelled",
        final=True,
    )
)
add_effects("close", _effects_of_closing)
add_effects("pause", _effects_on_the_queue)
add_effects("resume", _effects_on_the_queue)
WORK.append(_refund_progress)
