"""Add and remove gate staff: people who may check in tickets of one event, or of all events of a seller."""

from django.core.exceptions import ValidationError

from accounts.models import User, normal_email
from bookings.checkin.models import GateStaff, SellerGateStaff
from core.errors import BadInput, PermissionRefused
from core.transactions import retrying_transaction
from events.ownership import own_event


@retrying_transaction
def add_gate_staff(*, event_id: int, email: str, seller: User) -> GateStaff:
    """Let the user with this email address check in tickets of the event; they may register later.

    Adding the same address again changes nothing. Raises NotFound, PermissionRefused, BadInput.
    """
    own_event(event_id, seller)
    return GateStaff.objects.get_or_create(event_id=event_id, email=_address(email))[0]


@retrying_transaction
def remove_gate_staff(*, event_id: int, email: str, seller: User) -> None:
    """Remove an email address from the event's gate staff, if it is there.

    Raises NotFound, PermissionRefused, BadInput.
    """
    own_event(event_id, seller)
    GateStaff.objects.filter(event_id=event_id, email=_address(email)).delete()


@retrying_transaction
def add_gate_staff_for_all_events(*, seller: User, email: str, by: User) -> SellerGateStaff:
    """Let the user with this email address check in tickets of all present and future events of `seller`.

    Adding the same address again changes nothing. `by` must be the seller or an operator. Raises PermissionRefused,
    BadInput.
    """
    _check_permission(seller, by)
    return SellerGateStaff.objects.get_or_create(seller=seller, email=_address(email))[0]


@retrying_transaction
def remove_gate_staff_for_all_events(*, seller: User, email: str, by: User) -> None:
    """Remove an email address from the gate staff of all events of `seller`; staff of single events is not affected.

    `by` must be the seller or an operator. Raises PermissionRefused, BadInput.
    """
    _check_permission(seller, by)
    SellerGateStaff.objects.filter(seller=seller, email=_address(email)).delete()


def _check_permission(seller: User, by: User) -> None:
    is_seller = seller.role == User.Role.SELLER
    if not is_seller or not (by.pk == seller.pk or by.is_superuser):
        raise PermissionRefused("Only a seller, or an operator for them, can name gate staff of all their events.")


def _address(email: str) -> str:
    address = normal_email(email)
    try:
        User._meta.get_field("email").clean(address, None)
    except ValidationError as error:
        raise BadInput.field("email", str(error.messages[0])) from None
    return address
