"""Hold seats with the specification (the ORM) instead of the database function, for `benchmarks.one_way`."""

from typing import Any

from accounts.models import User
from bookings.holds import create_booking as creation
from bookings.holds.models import Booking
from bookings.specification import hold as specification


def use_the_specification() -> None:
    """Make this process hold seats with about twelve statements of the ORM."""
    setattr(creation, "hold_seats", hold_seats)  # noqa: B010  (mypy: the name is not exported)


def hold_seats(*, buyer_id: int, token_family_id: Any = None, **arguments: Any) -> Booking:
    """Hold seats as `bookings.holds.hold.hold_seats` does; the bearer token has been checked before."""
    buyer = User.objects.get(pk=buyer_id)
    held = specification.hold_seats(buyer=buyer, **arguments)
    return Booking.objects.for_display().get(pk=held.pk)
