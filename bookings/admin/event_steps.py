"""What an event's page at the desk says and does about its bookings."""

from accounts.models import User
from bookings.models import Booking
from bookings.operations.call_off import CallOff, Toll, cancel_event, progress_of, toll_of
from bookings.states import HOLDING
from bookings.waiting.numbers import waiting_numbers
from events.event_actions import PROGRESS_SOURCES, EventAction, Progress, add_consequences, register_action
from events.formatting import pluralize
from events.models import Event
from events.money import money
from events.states import EventStatus


def _cancel(event: Event, seller: User) -> None:
    cancel_event(event_id=event.pk, seller=seller)


def _of_cancelling(event: Event) -> list[str]:
    """Whose holds end, who gets how much back, and how they hear of it."""
    toll = toll_of(event)
    said = ["Nobody can book or pay from that moment on."]
    if toll.holds:
        said.append(f"{pluralize(toll.holds, 'hold')} {'ends' if toll.holds == 1 else 'end'} without a charge.")
    if toll.paid:
        said += _of_refunding(toll, event.currency)
    if toll.holds or toll.paid:
        said.append("Everybody who holds seats or has paid is told by mail.")
    else:
        said.append("Nobody holds seats or has paid, so nobody is told and no money goes back.")
    return [*said, "This can't be undone."]


def _of_refunding(toll: Toll, currency: str) -> list[str]:
    bookings = f"{pluralize(toll.paid, 'paid booking')} of {pluralize(toll.buyers, 'buyer')}"
    are = "is" if toll.paid == 1 else "are"
    return [
        f"{bookings} {are} refunded in full: {money(toll.money, currency)} in all.",
        "That is done in the background; the event's page shows how far it is.",
        "The tickets of these bookings stop working.",
    ]


def _of_closing(event: Event) -> list[str]:
    """Who is still about to pay."""
    held = Booking.objects.filter(event=event, status__in=HOLDING)
    buyers = held.order_by().values("buyer").distinct().count()
    return (
        [f"{pluralize(buyers, 'buyer')} {'holds' if buyers == 1 else 'hold'} seats at this moment."] if buyers else []
    )


def _of_the_queue(event: Event) -> list[str]:
    """How many stand in it."""
    room = waiting_numbers(event.pk)
    if room.waiting is None:
        return ["How many wait can't be told at the moment."]
    wait = "waits" if room.waiting == 1 else "wait"
    return [f"{pluralize(room.waiting, 'buyer')} {wait} at this moment, and {room.active:,} have been let in."]


def _refunding(event: Event) -> Progress | None:
    call_off = progress_of(event)
    if call_off is None:
        return None
    return Progress(call_off.refunded, call_off.total, _in_words(call_off), call_off.running)


def _in_words(call_off: CallOff) -> str:
    said = [f"{call_off.refunded:,} of {pluralize(call_off.total, 'booking')} refunded"]
    if not call_off.total:
        said = ["There is no money to give back"]
    if call_off.holds:
        said.append(f"{pluralize(call_off.holds, 'hold')} still to end")
    if call_off.unsent:
        said.append(f"{call_off.unsent:,} {'waits' if call_off.unsent == 1 else 'wait'} for the gateway")
    return ", ".join(said) + "."


register_action(
    EventAction(
        name="cancel",
        label="Cancel the event",
        act=_cancel,
        possible_from=(EventStatus.DRAFT, EventStatus.AVAILABLE, EventStatus.SOLD_OUT),
        consequences=_of_cancelling,
        done="Cancelled. Every hold ends and every paid booking is refunded in the background.",
        refusal="Only a draft or an event on sale can be cancelled",
        final=True,
    )
)
add_consequences("close", _of_closing)
add_consequences("pause", _of_the_queue)
add_consequences("resume", _of_the_queue)
PROGRESS_SOURCES.append(_refunding)
