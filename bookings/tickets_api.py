"""The issued tickets of a booking: as a list, as pictures, on paper. Their buyer's alone."""

import uuid
from typing import Any, TypeVar

from django.http import HttpResponse, HttpResponseBase
from django.utils.cache import patch_cache_control
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.schema import problems
from bookings.api import who
from bookings.models import Admission
from bookings.operations.admit import code_of
from bookings.qr import qr_png, qr_svg
from bookings.serializers import AdmissionBody, admission_body
from bookings.tickets import issued_tickets, valid_ticket, valid_tickets

REFUSED = problems(401, 403, 404, 409)
GONE = problems(410)
Answer = TypeVar("Answer", bound=HttpResponseBase)


class BookingAdmissions(generics.GenericAPIView[Admission]):
    """The tickets of a booking."""

    permission_classes = [IsAuthenticated]
    serializer_class = AdmissionBody
    pagination_class = None  # as many as the booking has seats

    @extend_schema(operation_id="admission_list", responses={200: AdmissionBody(many=True)} | REFUSED)
    def get(self, request: Request, booking_id: uuid.UUID) -> Response:
        """Every ticket issued for the booking, void ones as well, with its signed code. 409 before it is paid."""
        tickets = issued_tickets(booking_id, who(request))
        return _kept_private(Response([admission_body(ticket) for ticket in tickets]))


class TicketFile(generics.GenericAPIView[Admission]):
    """Something to look at or to print."""

    permission_classes = [IsAuthenticated]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Browsers ask for images, which are no renderer here: never 406."""
        return super().perform_content_negotiation(request, force=True)


class TicketSvg(TicketFile):
    """A ticket's code as SVG."""

    @extend_schema(
        operation_id="admission_qr_svg", responses={(200, "image/svg+xml"): OpenApiTypes.STR} | REFUSED | GONE
    )
    def get(self, request: Request, booking_id: uuid.UUID, admission_id: uuid.UUID) -> HttpResponse:
        """The QR code, sharp at any size. 410 for a void ticket."""
        ticket = valid_ticket(booking_id, admission_id, who(request))
        return _kept_private(HttpResponse(qr_svg(code_of(ticket)), content_type="image/svg+xml"))


class TicketPng(TicketFile):
    """A ticket's code as PNG."""

    @extend_schema(
        operation_id="admission_qr_png", responses={(200, "image/png"): OpenApiTypes.BINARY} | REFUSED | GONE
    )
    def get(self, request: Request, booking_id: uuid.UUID, admission_id: uuid.UUID) -> HttpResponse:
        """The QR code, ten pixels a module. 410 for a void ticket."""
        ticket = valid_ticket(booking_id, admission_id, who(request))
        return _kept_private(HttpResponse(qr_png(code_of(ticket)), content_type="image/png"))


class TicketsPdf(TicketFile):
    """Tickets to print."""

    @extend_schema(
        operation_id="booking_tickets_pdf", responses={(200, "application/pdf"): OpenApiTypes.BINARY} | REFUSED
    )
    def get(self, request: Request, booking_id: uuid.UUID) -> HttpResponse:
        """A page of A6 for each ticket that is not void. 409 if there is none."""
        from bookings.pdf import tickets_pdf  # see bookings.mails

        tickets = valid_tickets(issued_tickets(booking_id, who(request)))
        response = HttpResponse(tickets_pdf(tickets), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="tickets-{booking_id}.pdf"'
        return _kept_private(response)


def _kept_private(response: Answer) -> Answer:
    """Who has the code gets in: no cache on the way keeps it."""
    patch_cache_control(response, private=True, no_store=True)
    return response
