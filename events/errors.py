"""Errors of the events app, which the API returns as problems."""

from core.errors import DomainError, PermissionRefused, Unavailable


class NotOnSale(DomainError):
    """The event takes no bookings now.

    It is inactive, a draft, cancelled, ended, completed, or outside its sales period.
    """

    code, title = "not_on_sale", "Not on sale"
    detail = "This event is not on sale at the moment."


class EventCancelled(DomainError):
    """The event is cancelled, which is final: only its texts can still be corrected."""

    code, title = "event_cancelled", "Event cancelled"
    detail = (
        "This event was cancelled. Only its name and description, where it was to be, and whether it is active can "
        "still be changed."
    )


class AddressNotConfirmed(PermissionRefused):
    """The event can't be put on sale, because its seller has not confirmed their email address."""

    code, title = "address_not_confirmed", "Address not confirmed"
    detail = (
        "Confirm your email address before you publish an event: open the link that we sent to it. Your account page "
        "sends it again."
    )


class VenueInUse(DomainError):
    """Events are put on in the venue, so it can't be changed in this way or removed."""

    code, title = "venue_in_use", "Venue in use"


class PlanChanged(DomainError):
    """The draft of a seating plan was saved by somebody else, or in another window; `revision` is that of now."""

    code, title = "plan_changed", "Seating plan changed"
    detail = "This plan was changed in another window since you opened it. Load it again to see that change."

    def __init__(self, revision: int) -> None:
        super().__init__(revision=revision)


class PlanInUse(DomainError):
    """Events use a version of the seating plan, so it can't be removed."""

    code, title = "plan_in_use", "Seating plan in use"
    detail = "Events use this plan, so it can't be removed."


class SeatsTaken(DomainError):
    """Some of the requested seats do not have the required status; `seats` names them ("row-seat")."""

    code, title = "seats_taken", "Seats taken"
    detail = "Some of these seats have just been taken."

    def __init__(self, seats: list[str]) -> None:
        super().__init__(f"{'Seat' if len(seats) == 1 else 'Seats'} {', '.join(seats)} not available.", seats=seats)


class NotEnoughSeats(DomainError):
    """The best available of the subsection are fewer than requested."""

    code, title = "not_enough_seats", "Not enough seats"
    detail = "This block can't offer that many seats. Try fewer, or another block."


class StorageUnavailable(Unavailable):
    """The storage of pictures doesn't answer, so nothing was changed."""

    code, title, default_retry_after = "storage_unavailable", "Storage unavailable", 30
    detail = "Pictures can't be stored at the moment. Nothing was changed. Please try again in a minute."
