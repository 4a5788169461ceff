"""The buyer's pages: checkout, a paid booking with its tickets, and the list of all bookings.

Each page shows the state at the time of rendering; its script keeps it up to date.
"""

import uuid
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from bookings.checkout.texts import duration_text, status_text
from bookings.errors import NotOwner, TicketVoid
from bookings.holds.models import Booking
from bookings.holds.places import block_name, lines, lines_by_price, places_word
from bookings.holds.selectors import (
    Urgency,
    bought_by,
    own_booking,
    tier_of,
)
from bookings.holds.serializers import booking_body
from bookings.payments.gateways import gateway
from bookings.payments.gateways.mock import TEST_CARDS, TEST_METHODS, MockGateway
from bookings.payments.refund import counted_refunds, refundable_until
from bookings.states import BOUGHT, AdmissionStatus, BookingStatus, PaymentStatus
from bookings.tickets.selectors import issued_tickets, valid_ticket
from bookings.tickets.wallets.configuration import apple_wallet, google_wallet
from bookings.tickets.wallets.google import google_link
from core.errors import InvalidState, NotFound

PAGE_SIZE = 10


@require_safe
@never_cache
@login_required
def checkout(request: HttpRequest, booking_id: uuid.UUID) -> HttpResponse:
    """`/checkout/{id}`: pay for held seats, or see why they are lost. A paid booking redirects to `done`."""
    booking = _booking(request, booking_id)
    if booking.status in BOUGHT:
        return redirect("booking-done", booking_id)
    held = booking.shown_status == BookingStatus.PENDING_PAYMENT
    last = booking.payments.first()  # a payment that is open is the last one
    is_mock = booking.total_price > 0 and isinstance(gateway(), MockGateway)
    context = _booking_context(booking) | {
        "tier": tier_of(booking),
        "held": held,
        "charging": held and last is not None and last.status == PaymentStatus.PENDING,
        "test_cards": TEST_CARDS if is_mock else [],
        "test_methods": TEST_METHODS if is_mock else [],
        "last_failure": last.failure if held and last is not None else "",
        "page": _page_data(booking),
    }
    return render(request, "bookings/checkout.html", context)


@require_safe
@never_cache
@login_required
def done(request: HttpRequest, booking_id: uuid.UUID) -> HttpResponse:
    """`/checkout/{id}/done`: a paid booking with its tickets. An unpaid booking redirects to `checkout`."""
    booking = _booking(request, booking_id)
    if booking.status not in BOUGHT:
        return redirect("checkout", booking_id)
    event_url = request.build_absolute_uri(reverse("event", args=[booking.event_id]))
    payment = booking.payments.filter(captured_at=booking.paid_at).first()
    tickets = issued_tickets(booking_id, _user(request))
    context = {
        "tier": tier_of(booking),
        "event_url": event_url,
        "tickets": tickets,
        "apple_wallet": apple_wallet() is not None,
        "google_wallet": google_wallet() is not None,
        "is_used": any(ticket.status == AdmissionStatus.USED for ticket in tickets),
        "payment": payment,
        "refunds": counted_refunds(payment) if payment else [],
        "refundable_until": refundable_until(booking),
    }
    return render(request, "bookings/done.html", _booking_context(booking) | context)


@require_safe
@never_cache
@login_required
def apple(request: HttpRequest, booking_id: uuid.UUID) -> HttpResponse:
    """`/checkout/{id}/wallet/apple`: all tickets for Apple Wallet. Links in emails lead here, past the sign-in."""
    _booking(request, booking_id)
    if apple_wallet() is None:
        raise Http404("There are no tickets for Apple Wallet.")
    return redirect("booking-pkpasses", booking_id)


@require_safe
@never_cache
@login_required
def google(request: HttpRequest, booking_id: uuid.UUID, admission_id: uuid.UUID) -> HttpResponse:
    """`/checkout/{id}/wallet/google/{admission}`: leads to Google Wallet with a ticket; to `done` if it is void."""
    _booking(request, booking_id)
    wallet = google_wallet()
    if wallet is None:
        raise Http404("There are no tickets for Google Wallet.")
    try:
        return redirect(google_link(valid_ticket(booking_id, admission_id, _user(request)), wallet))
    except NotFound as error:
        raise Http404(str(error)) from error
    except (TicketVoid, InvalidState):
        return redirect("booking-done", booking_id)


@require_safe
@never_cache
@login_required
def bookings(request: HttpRequest) -> HttpResponse:
    """`/bookings`: all bookings of the buyer, in pages; those that wait for payment first."""
    page = Paginator(bought_by(_user(request)), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [_booking_context(booking) | {"heading": _heading(booking)} for booking in page]
    return render(request, "bookings/bookings.html", {"rows": rows, "page": page})


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _booking(request: HttpRequest, booking_id: uuid.UUID) -> Booking:
    """Return the booking if the user is its buyer.

    Raises PermissionDenied for other users who may see the booking, Http404 for all others.
    """
    try:
        return own_booking(booking_id, _user(request))
    except NotFound as error:
        raise Http404(str(error)) from error
    except NotOwner as error:
        raise PermissionDenied(str(error)) from error


def _heading(booking: Booking) -> str:
    return Urgency(booking.urgency).label  # type: ignore[attr-defined]  # see bought_by


def _booking_context(booking: Booking) -> dict[str, Any]:
    """Return the template variables of a booking."""
    return {
        "booking": booking,
        "free": not booking.total_price,
        "event": booking.event,
        "subsection": booking.subsection,
        "status": booking.shown_status,
        "status_text": status_text(booking),
        "places": places_word(booking),
        "lines": lines(booking),
        "receipt": lines_by_price(booking),
        "more_time": duration_text(booking.event.hold_seconds),
    }


def _page_data(booking: Booking) -> dict[str, Any]:
    """Return the initial data of checkout.js. `window_seconds` is the time that a full countdown ring shows."""
    block = block_name(booking.subsection, booking.event)
    window = booking.expires_at - (booking.paying_since or booking.created_at)
    return {
        "booking": booking_body(booking),
        "block": {"block": block.text.replace(" block ", " block\N{NO-BREAK SPACE}"), "rowWord": block.row_word},
        "extended": booking.extended,
        "window_seconds": window.total_seconds(),
        "more_time": duration_text(booking.event.hold_seconds),
    }
