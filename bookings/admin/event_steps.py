"""What an event's page in the admin says and does about its bookings."""

from accounts.models import User
from bookings.operations.call_off import cancel_event, progress_of
from events.models import Event
from events.states import EventStatus
from events.steps import NOTICES, Step, add_step


def _cancel(event: Event, seller: User) -> None:
    cancel_event(event_id=event.pk, seller=seller)


add_step(
    Step(
        name="cancel",
        label="Cancel the event",
        act=_cancel,
        possible_from=(EventStatus.DRAFT, EventStatus.AVAILABLE, EventStatus.SOLD_OUT),
        done="Cancelled. Every hold ends and every paid booking is refunded in the background; reload to see how far.",
        only="Only a draft or an event on sale can be cancelled",
        warning="Cancel this event for good? Every paid booking is refunded in full, every hold ends.",
    )
)
NOTICES.append(progress_of)
