"""Everything that the shop knows about a person, section by section. docs/privacy.md documents the shape.

Sections with many rows are iterators, which read the database while they are written, so that memory use doesn't grow.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.admin.models import LogEntry

from accounts.models import User
from bookings.bots.attempt_store import stored_about
from bookings.checkin.models import CheckIn, GateStaff, SellerGateStaff
from bookings.holds.models import Booking
from bookings.holds.serializers import booking_body
from bookings.payments.models import Payment
from bookings.privacy.sections import SECTIONS
from bookings.tickets.models import Admission
from bookings.tickets.texts import ticket_name
from bookings.waiting_room.models import QueueLottery, QueuePass
from core.clock import database_now
from core.redis import RedisUnavailable

FORMAT = 1  # of the document; it rises if a member changes its meaning
FETCH_SIZE = 200  # rows fetched at a time
Row = dict[str, Any]


def personal_data(user: User) -> Iterator[tuple[str, Any]]:
    """Yield the members of the document: `about`, then each section as (name, object or iterator of objects)."""
    yield "about", _about(user)
    yield "account", _account(user)
    yield "sign_ins", _sign_ins(user)
    yield "bookings", _bookings(user)
    yield "queues", _queues(user)
    yield "gate_staff", _gate_staff(user)
    yield "check_ins", _check_ins(user)
    yield "seller", _seller(user)
    yield "admin_log", _admin_log(user)
    yield "protection", _protection(user)


def _about(user: User) -> Row:
    return {
        "format": FORMAT,
        "made_at": database_now(),
        "shop": settings.SITE_NAME,
        "shop_url": settings.SITE_URL,
        "privacy_policy": settings.PRIVACY_URL,
        "user_id": user.pk,
        "sections": {name: section._asdict() for name, section in SECTIONS.items()},
    }


def _account(user: User) -> Row:
    names = ("email", "name", "role", "pending_email", "organizer_name", "contact_email", "is_verified", "is_staff")
    return {name: getattr(user, name) for name in (*names, "created_at", "last_login")}


def _sign_ins(user: User) -> Iterator[Row]:
    for session in user.sessions.order_by("signed_in_at"):
        yield {"kind": "browser", "device": session.device, "at": session.signed_in_at, "until": session.expire_date}
    for family in user.token_families.order_by("created_at"):
        until = family.revoked_at or family.expires_at
        yield {"kind": "program", "device": family.device, "at": family.created_at, "until": until}


def _bookings(user: User) -> Iterator[Row]:
    bookings = Booking.objects.for_display().filter(buyer=user).order_by("created_at", "id")
    related = ("admissions__check_ins", "emails")
    for booking in bookings.prefetch_related(*related).iterator(chunk_size=FETCH_SIZE):
        yield {
            **booking_body(booking),
            "accessible_wanted": booking.accessible_wanted,
            "tickets": [_ticket(booking, ticket) for ticket in booking.admissions.all()],
            "payments": [_payment(payment) for payment in _payments(booking)],
            "emails": [
                {"kind": email.kind, "status": email.status, "written_at": email.written_at, "sent_at": email.sent_at}
                for email in booking.emails.all()
            ],
        }


def _ticket(booking: Booking, ticket: Admission) -> Row:
    ticket.booking = booking
    scans = sorted(ticket.check_ins.all(), key=lambda scan: scan.recorded_at)
    return {
        "reference": ticket.reference,
        "holder": ticket.holder,
        "seat": ticket_name(ticket),
        "status": ticket.status,
        "issued_at": ticket.issued_at,
        "used_at": ticket.used_at,
        "void_at": ticket.void_at,
        "check_ins": [{"kind": scan.kind, "at": scan.counted_at} for scan in scans],
    }


def _payments(booking: Booking) -> Iterator[Payment]:
    yield from Payment.objects.filter(order_id=booking.order_id).order_by("created_at").prefetch_related("refunds")


def _payment(payment: Payment) -> Row:
    names = ("reference", "status", "amount", "currency", "card_last4", "created_at", "captured_at", "failure")
    refunds = [
        {"amount": one.amount, "reason": one.reason, "status": one.status, "created_at": one.created_at}
        for one in payment.refunds.all()
    ]
    return {name: getattr(payment, name) for name in names} | {"refunds": refunds}


def _queues(user: User) -> Iterator[Row]:
    for queue_pass in QueuePass.objects.filter(user=user).order_by("issued_at"):
        yield {"event_id": queue_pass.event_id, "let_in_at": queue_pass.issued_at, "until": queue_pass.ends_at}
    for event_id, at in QueueLottery.objects.filter(user_ids__contains=[user.pk]).values_list("event_id", "at"):
        yield {"event_id": event_id, "drawn_at": at}


def _gate_staff(user: User) -> Iterator[Row]:
    for staff in GateStaff.objects.filter(email=user.email).order_by("pk"):
        yield {"email": staff.email, "event_id": staff.event_id}
    for staff_of in SellerGateStaff.objects.filter(email=user.email).order_by("pk"):
        yield {"email": staff_of.email, "seller_id": staff_of.seller_id}


def _check_ins(user: User) -> Iterator[Row]:
    """Yield the person's scans, without the ticket: that is somebody else's."""
    scans = CheckIn.objects.filter(by=user).order_by("recorded_at", "id")
    for scan in scans.iterator(chunk_size=FETCH_SIZE):
        yield {"event_id": scan.event_id, "kind": scan.kind, "device": scan.device, "at": scan.scanned_at}


def _seller(user: User) -> Row:
    """Return what a seller sells; their secrets, and what they know about others, are left out."""
    return {
        "events": list(user.events.order_by("pk").values("id", "name", "created_at")),
        "venues": list(user.venues.order_by("pk").values("id", "name", "address", "country", "created_at")),
        "webhook_endpoints": list(user.endpoints.order_by("created_at").values("id", "url", "created_at")),
    }


def _admin_log(user: User) -> Iterator[Row]:
    """Yield what the person did in the admin, without the names of the rows: they may be other people's."""
    entries = LogEntry.objects.filter(user=user).select_related("content_type").order_by("action_time", "id")
    for entry in entries.iterator(chunk_size=FETCH_SIZE):
        kind = entry.content_type.model if entry.content_type else ""
        yield {"at": entry.action_time, "kind": kind, "change": entry.change_message}


def _protection(user: User) -> Row:
    """Return what protects the shop from programs; {"known": False} while that can't be read."""
    try:
        stored = stored_about(user.pk)
    except RedisUnavailable:
        return {"known": False}
    times = [datetime.fromtimestamp(at).astimezone() for at in stored.times]
    return {"known": True, "address": stored.address, "wasted_holds": stored.wasted, "latest_attempts": times}
