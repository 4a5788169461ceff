"""Selectors of check-in: who may check in tickets, and what scanners read. None of them takes a lock."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from bookings.checkin.models import CheckIn, GateStaff, SellerGateStaff
from bookings.states import AdmissionStatus
from bookings.tickets.codes import ForgedCode, public_key, read_code
from bookings.tickets.models import Admission
from core.clock import database_now
from core.errors import NotFound, PermissionRefused
from events.models import Event
from events.ownership import may_manage
from events.states import EventStatus

UNVERIFIED = "You are named as gate staff. Please confirm your email address first, with the link that we sent to it."
NOT_STAFF = "Only gate staff of this event can do this. Its seller can add you by your email address."
NO_TICKET = "This is not a ticket for this event."


def check_in_event(event_id: int, user: User) -> Event:
    """Return the event if `user` may check in its tickets.

    The event's seller and operators may, and users with a verified email address that the seller named as gate staff of
    this event or of all events. Unverified addresses don't count, because anyone could register with another person's
    address. Raises NotFound (also for a draft, unless the user manages it or is named), PermissionRefused.
    """
    event = Event.objects.filter(pk=event_id).first()
    if event is None:
        raise NotFound("There is no such event.")
    named = may_manage(event, user) or _is_named(event, user)
    if not named and event.status == EventStatus.DRAFT:
        raise NotFound("There is no such event.")
    if not named:
        raise PermissionRefused(NOT_STAFF)
    if not (user.is_verified or may_manage(event, user)):
        raise PermissionRefused(UNVERIFIED)
    return event


def _is_named(event: Event, user: User) -> bool:
    of_event = GateStaff.objects.filter(event=event, email=user.email)
    of_seller = SellerGateStaff.objects.filter(seller_id=event.seller_id, email=user.email)
    return of_event.exists() or of_seller.exists()


def admission_of(event_id: int, code: str) -> Admission:
    """Return the event's ticket with this code, whatever its status. Raises NotFound, also for a forged code.

    The expiry time in the code is only for offline scanners and is not checked here: the event may have been postponed.
    """
    try:
        serial = read_code(code).serial
    except ForgedCode:
        raise NotFound(NO_TICKET) from None
    admission = Admission.objects.select_related("subsection").filter(event_id=event_id, serial=serial).first()
    if admission is None:
        raise NotFound(NO_TICKET)
    return admission


def manifest(event: Event) -> dict[str, Any]:
    """Return what a scanner needs to work offline: the key that verifies codes, and the serials of void tickets.

    Serials are strings because they may exceed 2^53, beyond which JavaScript rounds integers.
    """
    generated_at = database_now()
    void = Admission.objects.filter(event=event, status=AdmissionStatus.VOID).order_by()
    return {
        "event_id": event.pk,
        "public_key": public_key(),
        "void": [str(serial) for serial in void.values_list("serial", flat=True)],
        "generated_at": generated_at,
    }


def recent_check_ins(event: Event) -> QuerySet[CheckIn]:
    """Return the event's check-ins, undos and conflicts, newest first."""
    rows = CheckIn.objects.filter(admission__event=event).select_related("admission__subsection", "by")
    return rows.order_by("-recorded_at", "-id")
