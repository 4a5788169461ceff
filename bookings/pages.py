"""The buyer's pages: checkout, what he has bought, and all his bookings.

What is shown without script is right at the time it is shown; the scripts beside the templates keep it so.
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
from bookings.errors import NotOwner
from bookings.gateways import gateway
from bookings.gateways.mock import TEST_CARDS, MockGateway
from bookings.models import Booking
from bookings.operations.refund import refundable_until
from bookings.reads import Urgency, bought_by, is_charging, own_booking
from bookings.serializers import booking_body
from bookings.states import SOLD, BookingStatus
from bookings.tickets import issued_tickets
from bookings.wording import in_words, lines, wording
from ticketing.errors import NotFound

PAGE_SIZE = 10
BOUGHT = (*SOLD, BookingStatus.REFUNDED)


@require_safe
@never_cache
@login_required
def checkout(request: HttpRequest, booking_id: uuid.UUID) -> HttpResponse:
    """Paying for held seats; also where it says that they are lost. What is paid goes on to `done`."""
    booking = _booking(request, booking_id)
    if booking.status in BOUGHT:
        return redirect("booking-done", booking_id)
    held = booking.shown_status == BookingStatus.PENDING_PAYMENT
    context = _shown(booking) | {
        "held": held,
        "charging": held and is_charging(booking),
        "test_cards": TEST_CARDS if isinstance(gateway(), MockGateway) else [],
        "page": _page_data(booking),
    }
    return render(request, "bookings/checkout.html", context)


@require_safe
@never_cache
@login_required
def done(request: HttpRequest, booking_id: uuid.UUID) -> HttpResponse:
    """What was bought. What is not paid goes back to `checkout`."""
    booking = _booking(request, booking_id)
    if booking.status not in BOUGHT:
        return redirect("checkout", booking_id)
    event_url = request.build_absolute_uri(reverse("event", args=[booking.event_id]))
    context = {
        "event_url": event_url,
        "tickets": issued_tickets(booking_id, _user(request)),
        "refundable_until": refundable_until(booking.event),
    }
    return render(request, "bookings/done.html", _shown(booking) | context)


@require_safe
@never_cache
@login_required
def bookings(request: HttpRequest) -> HttpResponse:
    """All bookings of the buyer, a page at a time; those that wait for him first."""
    page = Paginator(bought_by(_user(request)), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [_shown(booking) | {"heading": _heading(booking)} for booking in page]
    return render(request, "bookings/bookings.html", {"rows": rows, "page": page})


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _booking(request: HttpRequest, booking_id: uuid.UUID) -> Booking:
    """The buyer's own booking. 404 for a stranger's, 403 for who may look at it but has not made it."""
    try:
        return own_booking(booking_id, _user(request))
    except NotFound as error:
        raise Http404(str(error)) from error
    except NotOwner as error:
        raise PermissionDenied(str(error)) from error


def _heading(booking: Booking) -> str:
    return Urgency(booking.urgency).label  # type: ignore[attr-defined]  # see bought_by


def _shown(booking: Booking) -> dict[str, Any]:
    """A booking as the templates show it."""
    return {
        "booking": booking,
        "event": booking.event,
        "place": booking.subsection,
        "status": booking.shown_status,
        "words": wording(booking),
        "lines": lines(booking),
        "more_time": in_words(booking.event.hold_seconds),
    }


def _page_data(booking: Booking) -> dict[str, Any]:
    """What checkout.js begins with. `window_seconds` is the whole time the ring stands for."""
    window = booking.expires_at - (booking.paying_since or booking.created_at)
    return {
        "booking": booking_body(booking),
        "extended": booking.extended,
        "window_seconds": window.total_seconds(),
        "more_time": in_words(booking.event.hold_seconds),
    }
