"""API views for the tickets of a booking: list, QR codes, PDF and calendar file. For the booking's buyer only."""

import uuid
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.cache import patch_cache_control
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import authenticated_user
from bookings.errors import NoWallet
from bookings.holds.models import Booking
from bookings.tickets.calendar import calendar_of
from bookings.tickets.file_names import calendar_name, passes_name, tickets_name
from bookings.tickets.issue import code_of
from bookings.tickets.models import Admission
from bookings.tickets.qr import qr_png, qr_svg
from bookings.tickets.selectors import bought_booking, issued_tickets, valid_ticket, valid_tickets
from bookings.tickets.serializers import AdmissionBody, admission_body
from bookings.tickets.wallets.apple import PASS_TYPE, PASSES_TYPE, apple_pass, apple_passes
from bookings.tickets.wallets.configuration import AppleWallet, apple_wallet
from core.http.views import ApiView
from core.openapi import problems

REFUSED = problems(401, 403, 404, 409)
GONE = problems(410)
ResponseT = TypeVar("ResponseT", bound=HttpResponseBase)


class BookingAdmissions(ApiView):
    """The tickets of a booking."""

    permission_classes = [IsAuthenticated]
    pagination_class = None  # there is at most one ticket per seat
    filter_backends = ()

    @extend_schema(operation_id="admission_list", responses={200: AdmissionBody(many=True)} | REFUSED)
    def get(self, request: Request, booking_id: uuid.UUID) -> Response:
        """All tickets issued for the booking, including void ones, with their signed codes. 409 before it is paid."""
        tickets = issued_tickets(booking_id, authenticated_user(request))
        return _without_caching(Response([admission_body(ticket) for ticket in tickets]))


class TicketFile(ApiView):
    """Base class of the views that return an image or a PDF."""

    permission_classes = [IsAuthenticated]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Accept any `Accept` header: no renderer offers images, and browsers that ask for them must not get 406."""
        return super().perform_content_negotiation(request, force=True)


class TicketSvg(TicketFile):
    """The QR code of a ticket as SVG."""

    @extend_schema(
        operation_id="admission_qr_svg", responses={(200, "image/svg+xml"): OpenApiTypes.STR} | REFUSED | GONE
    )
    def get(self, request: Request, booking_id: uuid.UUID, admission_id: uuid.UUID) -> HttpResponse:
        """The QR code as SVG, sharp at any size. 410 for a void ticket."""
        ticket = valid_ticket(booking_id, admission_id, authenticated_user(request))
        return _without_caching(HttpResponse(qr_svg(code_of(ticket)), content_type="image/svg+xml"))


class TicketPng(TicketFile):
    """The QR code of a ticket as PNG."""

    @extend_schema(
        operation_id="admission_qr_png", responses={(200, "image/png"): OpenApiTypes.BINARY} | REFUSED | GONE
    )
    def get(self, request: Request, booking_id: uuid.UUID, admission_id: uuid.UUID) -> HttpResponse:
        """The QR code as PNG, ten pixels per module. 410 for a void ticket."""
        ticket = valid_ticket(booking_id, admission_id, authenticated_user(request))
        return _without_caching(HttpResponse(qr_png(code_of(ticket)), content_type="image/png"))


class TicketsPdf(TicketFile):
    """The tickets of a booking as a PDF."""

    @extend_schema(
        operation_id="booking_tickets_pdf", responses={(200, "application/pdf"): OpenApiTypes.BINARY} | REFUSED
    )
    def get(self, request: Request, booking_id: uuid.UUID) -> HttpResponse:
        """One A6 page for each ticket that is not void. 409 if there is none."""
        return pdf_response(issued_tickets(booking_id, authenticated_user(request)))


class TicketPass(TicketFile):
    """A ticket for Apple Wallet."""

    @extend_schema(operation_id="admission_pkpass", responses={(200, PASS_TYPE): OpenApiTypes.BINARY} | REFUSED | GONE)
    def get(self, request: Request, booking_id: uuid.UUID, admission_id: uuid.UUID) -> HttpResponse:
        """The ticket as a pass for Apple Wallet. 404 `no_wallet` if the shop makes none, 410 for a void ticket."""
        ticket = valid_ticket(booking_id, admission_id, authenticated_user(request))
        response = HttpResponse(apple_pass(ticket, _apple_wallet()), content_type=PASS_TYPE)
        response["Content-Disposition"] = f'attachment; filename="ticket-{ticket.reference}.pkpass"'
        return _without_caching(response)


class BookingPasses(TicketFile):
    """The tickets of a booking for Apple Wallet."""

    @extend_schema(operation_id="booking_pkpasses", responses={(200, PASSES_TYPE): OpenApiTypes.BINARY} | REFUSED)
    def get(self, request: Request, booking_id: uuid.UUID) -> HttpResponse:
        """All tickets that are not void as one bundle of passes. 404 `no_wallet` if the shop makes none, 409 if there
        is no such ticket.
        """
        return passes_response(issued_tickets(booking_id, authenticated_user(request)))


class BookingCalendar(TicketFile):
    """The calendar file of a booking."""

    @extend_schema(operation_id="booking_calendar", responses={(200, "text/calendar"): OpenApiTypes.STR} | REFUSED)
    def get(self, request: Request, booking_id: uuid.UUID) -> HttpResponse:
        """The event with the buyer's seats as iCalendar (RFC 5545). 404 without a date, 409 before it is paid."""
        return calendar_response([bought_booking(booking_id, authenticated_user(request))])


def pdf_response(tickets: list[Admission]) -> HttpResponse:
    """Return the PDF of those tickets of an order that are not void. Raises InvalidState if all are."""
    from bookings.tickets.pdf import tickets_pdf

    valid = valid_tickets(tickets)
    response = HttpResponse(tickets_pdf(valid), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{tickets_name(valid[0].booking)}"'
    return _without_caching(response)


def passes_response(tickets: list[Admission]) -> HttpResponse:
    """Return the passes for Apple Wallet of those tickets of an order that are not void, as one bundle.

    Raises InvalidState if all are void, or NoWallet.
    """
    valid = valid_tickets(tickets)
    response = HttpResponse(apple_passes(valid, _apple_wallet()), content_type=PASSES_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{passes_name(valid[0].booking)}"'
    return _without_caching(response)


def calendar_response(bookings: list[Booking]) -> HttpResponse:
    """Return the calendar file of bookings of one order, loaded with event, seller and subsection. Raises NoDate."""
    url = settings.SITE_URL + reverse("booking-done", args=[bookings[0].order_id])
    response = HttpResponse(calendar_of(bookings, url=url), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{calendar_name(bookings[0])}"'
    return _without_caching(response)


def _apple_wallet() -> AppleWallet:
    wallet = apple_wallet()
    if wallet is None:
        raise NoWallet
    return wallet


def _without_caching(response: ResponseT) -> ResponseT:
    """Forbid all caches to store the response, because the codes in it admit anyone who has them."""
    patch_cache_control(response, private=True, no_store=True)
    return response
