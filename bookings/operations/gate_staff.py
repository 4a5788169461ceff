"""Who works at the gate of an event, or of all events of a seller, besides himself."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.models import User, normal_email, plain_address
from accounts.transactions import durably
from bookings.models import GateStaff, SellerGateStaff
from events.operations.change import own_event
from ticketing.errors import BadInput, PermissionRefused


@durably
def add_gate_staff(*, event_id: int, email: str, seller: User) -> GateStaff:
    """Lets whoever signs in with this address work at the event's gate; he may register later. Again is fine.

    Raises NotFound, PermissionRefused, BadInput.
    """
    own_event(event_id, seller)
    return GateStaff.objects.get_or_create(event_id=event_id, email=_address(email))[0]


@durably
def remove_gate_staff(*, event_id: int, email: str, seller: User) -> None:
    """The opposite; whoever is not on the list is off it. Raises NotFound, PermissionRefused, BadInput."""
    own_event(event_id, seller)
    GateStaff.objects.filter(event_id=event_id, email=_address(email)).delete()


@durably
def add_standing_gate_staff(*, seller: User, email: str, by: User) -> SellerGateStaff:
    """Lets whoever signs in with this address work at the gates of all events of `seller`, those to come included.

    Again is fine. `by` is the seller himself or an operator. Raises PermissionRefused, BadInput.
    """
    _check_asker(seller, by)
    return SellerGateStaff.objects.get_or_create(seller=seller, email=_address(email))[0]


@durably
def remove_standing_gate_staff(*, seller: User, email: str, by: User) -> None:
    """The opposite; the staff of a single event stays. Raises PermissionRefused, BadInput."""
    _check_asker(seller, by)
    SellerGateStaff.objects.filter(seller=seller, email=_address(email)).delete()


def _check_asker(seller: User, by: User) -> None:
    sells = seller.role == User.Role.SELLER
    if not sells or not (by.pk == seller.pk or by.is_superuser):
        raise PermissionRefused("Only a seller, or an operator for him, names who works at all of his gates.")


def _address(email: str) -> str:
    address = normal_email(email)
    try:
        validate_email(address)
        plain_address(address)
    except ValidationError as error:
        raise BadInput.field("email", str(error.messages[0])) from None
    return address
