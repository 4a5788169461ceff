"""API view for the history of one seat, for the event's seller and operators."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import authenticated_user
from bookings.seat_history.serializers import SeatHistory
from bookings.seat_history.timeline import seat_history
from core.errors import NotFound
from core.http.views import ApiView
from core.openapi import problems
from events.catalog.selectors import STATUS_BY_LETTER
from events.inventory.subsections import subsection_of
from events.ownership import own_event
from events.seating.names import names_of

PRIVATE = {"Cache-Control": "private, no-store"}  # the response contains people's names and email addresses


class SeatHistoryView(ApiView):
    """The history of one seat."""

    permission_classes = [IsAuthenticated]

    @extend_schema(operation_id="seat_history", responses={200: SeatHistory} | problems(401, 403, 404))
    def get(self, request: Request, event_id: int, section: str, number: int, seat: str) -> Response:
        """Holds, payments, refunds, tickets and check-ins of the seat ("row-seat"), oldest first.

        Comes from the audit log of seats and the records of the bookings in it. For the event's seller and operators.
        """
        event = own_event(event_id, authenticated_user(request))
        subsection = subsection_of(event.pk, section, number)
        names = names_of(subsection)
        position = names.position(seat)
        if position is None:
            raise NotFound("This block has no such seat.")
        place = names.place(position)
        body = {
            "event_id": event.pk,
            "section": subsection.section,
            "subsection": subsection.number,
            "row": place.row,
            "seat": place.seat,
            "row_label": place.row_label,
            "seat_label": place.seat_label,
            "status": STATUS_BY_LETTER[subsection.seat_status[position]],
            "entries": seat_history(subsection, position),
        }
        return Response(SeatHistory(body).data, headers=PRIVATE)
