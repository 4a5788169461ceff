"""Who works at an event's gate, besides its seller."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.models import User, normal_email, plain_address
from accounts.transactions import durably
from bookings.models import GateStaff
from events.operations.change import own_event
from ticketing.errors import BadInput


@durably
def add_gate_staff(*, event_id: int, email: str, seller: User) -> None:
    """Lets whoever signs in with this address work at the event's gate; he may register later. Again is fine.

    Raises NotFound, PermissionRefused, BadInput.
    """
    own_event(event_id, seller)
    GateStaff.objects.get_or_create(event_id=event_id, email=_address(email))


@durably
def remove_gate_staff(*, event_id: int, email: str, seller: User) -> None:
    """The opposite; whoever is not on the list is off it. Raises NotFound, PermissionRefused, BadInput."""
    own_event(event_id, seller)
    GateStaff.objects.filter(event_id=event_id, email=_address(email)).delete()


def _address(email: str) -> str:
    address = normal_email(email)
    try:
        validate_email(address)
        plain_address(address)
    except ValidationError as error:
        raise BadInput.field("email", str(error.messages[0])) from None
    return address
