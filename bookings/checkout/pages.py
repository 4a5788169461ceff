"""The buyer's pages: checkout, a paid order with its tickets, and the list of all orders.

Each page shows the state at the time of rendering; its script keeps it up to date. The id in an address is that of an
order, or of one of its bookings, which leads to the order.
"""

import uuid
from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from bookings.checkout.order_context import checkout_data, order_context
from bookings.errors import NotOwner, TicketVoid
from bookings.holds.models import Booking
from bookings.holds.selectors import Urgency, bought_by, current_bookings
from bookings.orders.selectors import bookings_by_order, order_with
from bookings.payments.gateways import gateway
from bookings.payments.gateways.mock import TEST_CARDS, TEST_METHODS, MockGateway
from bookings.payments.refund import counted_refunds, refundable_until
from bookings.states import BOUGHT, AdmissionStatus, BookingStatus, PaymentStatus
from bookings.tickets.selectors import tickets_of, valid_ticket
from bookings.tickets.wallets.configuration import apple_wallet, google_wallet
from bookings.tickets.wallets.google import google_link
from core.errors import InvalidState, NotFound

PAGE_SIZE = 10


@require_safe
@never_cache
@login_required
def checkout(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    """`/checkout/{id}`: pay for held seats, or see why they are lost. A paid order redirects to `done`."""
    bookings = _order(request, order_id)
    context = order_context(bookings)
    booking = context["booking"]
    if booking.status in BOUGHT:
        return redirect("booking-done", booking.order_id)
    if booking.order_id != order_id:
        return redirect("checkout", booking.order_id)
    held = booking.shown_status == BookingStatus.PENDING_PAYMENT
    last = booking.payments.first()  # a payment that is open is the last one
    is_mock = context["total"] > 0 and isinstance(gateway(), MockGateway)
    context |= {
        "held": held,
        "charging": held and last is not None and last.status == PaymentStatus.PENDING,
        "test_cards": TEST_CARDS if is_mock else [],
        "test_methods": TEST_METHODS if is_mock else [],
        "last_failure": last.failure if held and last is not None else "",
        "page": checkout_data(bookings),
    }
    return render(request, "bookings/checkout.html", context)


@require_safe
@never_cache
@login_required
def done(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    """`/checkout/{id}/done`: a paid order with its tickets. An unpaid order redirects to `checkout`."""
    bookings = current_bookings(_order(request, order_id))
    booking = bookings[0]
    if booking.status not in BOUGHT:
        return redirect("checkout", booking.order_id)
    if booking.order_id != order_id:
        return redirect("booking-done", booking.order_id)
    payment = booking.payments.filter(captured_at=booking.paid_at).first()
    tickets = tickets_of(bookings)
    context = {
        "event_url": request.build_absolute_uri(reverse("event", args=[booking.event_id])),
        "tickets": tickets,
        "apple_wallet": apple_wallet() is not None,
        "google_wallet": google_wallet() is not None,
        "is_used": any(ticket.status == AdmissionStatus.USED for ticket in tickets),
        "payment": payment,
        "refunds": counted_refunds(payment) if payment else [],
        "refundable_until": refundable_until(booking),
    }
    return render(request, "bookings/done.html", order_context(bookings) | context)


@require_safe
@never_cache
@login_required
def apple(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    """`/checkout/{id}/wallet/apple`: all tickets for Apple Wallet. Links in emails lead here, past the sign-in."""
    bookings = _order(request, order_id)
    if apple_wallet() is None:
        raise Http404("There are no tickets for Apple Wallet.")
    return redirect("order-pkpasses", bookings[0].order_id)


@require_safe
@never_cache
@login_required
def google(request: HttpRequest, booking_id: uuid.UUID, admission_id: uuid.UUID) -> HttpResponse:
    """`/checkout/{id}/wallet/google/{admission}`: leads to Google Wallet with a ticket; to `done` if it is void."""
    _order(request, booking_id)
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
    """`/bookings`: all orders of the buyer, in pages; those that wait for payment first."""
    page = Paginator(bought_by(_user(request)), PAGE_SIZE).get_page(request.GET.get("page"))
    orders = bookings_by_order([booking.order_id for booking in page])
    rows = [
        {**order_context(orders[booking.order_id]), "heading": Urgency(booking.urgency).label}  # type: ignore[attr-defined]
        for booking in page  # see bought_by for `urgency`
    ]
    return render(request, "bookings/bookings.html", {"rows": rows, "page": page})


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _order(request: HttpRequest, some_id: uuid.UUID) -> list[Booking]:
    """Return the bookings of the order with this id, or with this booking, if the user is its buyer.

    Raises PermissionDenied for other users who may see the order, Http404 for all others.
    """
    try:
        return order_with(some_id, _user(request))
    except NotFound as error:
        raise Http404(str(error)) from error
    except NotOwner as error:
        raise PermissionDenied(str(error)) from error
