"""API endpoints for check-in: scans, the offline manifest, batches of offline scans, and gate staff."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from accounts.authentication import authenticated_user
from bookings.checkin.check_in import check_in, place_body, undo_check_in
from bookings.checkin.find_tickets import find_tickets
from bookings.checkin.manifest import manifest
from bookings.checkin.merge_scans import Scan, merge_scans
from bookings.checkin.selectors import check_in_event, counts, is_early, recent_check_ins
from bookings.checkin.serializers import (
    Accepted,
    Batch,
    BatchResult,
    CheckInRow,
    CodeToUndo,
    Counts,
    FoundTickets,
    Manifest,
    ManifestQuery,
    NotLetIn,
    ScannedCode,
    TicketQuery,
    Undone,
    check_in_row,
    found_ticket,
)
from bookings.checkin.staff import add_gate_staff, remove_gate_staff
from core.http.views import ApiView
from core.openapi import problems

NO_STORE = {"Cache-Control": "no-store"}
NOT_LET_IN: dict[tuple[int, str], OpenApiResponse] = {
    (status_code, "application/problem+json"): OpenApiResponse(NotLetIn) for status_code in (409, 410)
}


def _query(serializer_class: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    serializer = serializer_class(data=request.query_params)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


class EventCheckIn(ApiView):
    """Check in tickets, undo a check-in, and list both."""

    permission_classes = [IsAuthenticated]
    bodies = {"POST": ScannedCode, "DELETE": CodeToUndo}

    @extend_schema(
        operation_id="check_in_list", responses={200: CheckInRow(many=True)} | problems(401, 403, 404), filters=False
    )
    def get(self, request: Request, event_id: int) -> Response:
        """List check-ins, undos and conflicts, newest first. For gate staff."""
        rows = self.paginate_queryset(recent_check_ins(check_in_event(event_id, authenticated_user(request)))) or []
        return self.get_paginated_response([check_in_row(row) for row in rows])

    @extend_schema(
        operation_id="check_in",
        responses={200: Accepted} | problems(400, 401, 403, 404) | NOT_LET_IN,
    )
    def post(self, request: Request, event_id: int) -> Response:
        """Check in a ticket once: only one of several simultaneous scans succeeds. For gate staff.

        409 `already_checked_in` if it was used before, with time and place; 404 `ticket_unknown` if no ticket of the
        event has this number, or the code is of another event; 404 `ticket_forged` if the code is not ours; 410
        `ticket_void` if the ticket was refunded; 409 `too_early`, only with `refuse_early`.
        """
        admission, entry = check_in(event_id=event_id, by=authenticated_user(request), **self.body)
        when = {"early": is_early(admission.event, entry.counted_at), "starts_at": admission.event.starts_at}
        body = {"result": "accepted", **place_body(admission), "checked_in_at": entry.counted_at, **when}
        return Response(body)

    @extend_schema(
        operation_id="check_in_undo",
        responses={200: Undone} | problems(400, 401, 403, 404, 409, 410),
    )
    def delete(self, request: Request, event_id: int) -> Response:
        """Undo a check-in, so that the ticket can be used again. 409 if it is not checked in. For gate staff.

        The ticket is named in the body, as when it was checked in.
        """
        undo_check_in(event_id=event_id, by=authenticated_user(request), **self.body)
        return Response({"result": "undone"})


class EventTickets(ApiView):
    """Tickets of people who come without a code that can be scanned."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="check_in_find",
        parameters=[TicketQuery],
        responses={200: FoundTickets} | problems(400, 401, 403, 404, 429),
    )
    def get(self, request: Request, event_id: int) -> Response:
        """Find tickets by their number, their booking, or the holder's name (any case, accents and order of words).

        Check one in with its `serial`. Used and void tickets are listed too. For gate staff; limited per person.
        """
        user = authenticated_user(request)
        event = check_in_event(event_id, user)
        found = find_tickets(event=event, text=_query(TicketQuery, request)["q"], by=user)
        body = {"found_by": found.by, "tickets": [found_ticket(ticket) for ticket in found.tickets], "more": found.more}
        return Response(body, headers=NO_STORE)


class CheckInCounts(ApiView):
    """How many people are in."""

    permission_classes = [IsAuthenticated]

    @extend_schema(operation_id="check_in_counts", responses={200: Counts} | problems(401, 403, 404))
    def get(self, request: Request, event_id: int) -> Response:
        """Return how many tickets are checked in, and how many are valid. For gate staff."""
        return Response(counts(check_in_event(event_id, authenticated_user(request))), headers=NO_STORE)


class EventManifest(ApiView):
    """Data for offline scanners."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="check_in_manifest",
        parameters=[ManifestQuery],
        responses={200: Manifest} | problems(400, 401, 403, 404),
    )
    def get(self, request: Request, event_id: int) -> Response:
        """Return the public key that verifies codes, the serials of void tickets, and on request the valid tickets.

        Ask for all tickets once, then for those issued `since`. For gate staff.
        """
        event = check_in_event(event_id, authenticated_user(request))
        query = _query(ManifestQuery, request)
        return Response(manifest(event, with_tickets=query["tickets"], since=query["since"]), headers=NO_STORE)


class CheckInBatch(ApiView):
    """Scans that a scanner made offline."""

    permission_classes = [IsAuthenticated]
    bodies = {"POST": Batch}

    @extend_schema(operation_id="check_in_batch", responses={200: BatchResult} | problems(400, 401, 403, 404, 413))
    def post(self, request: Request, event_id: int) -> Response:
        """Record scans that were made offline and return the result of each, in the same order. For gate staff.

        The earliest scan of a ticket is `accepted`, in whatever order scanners report; the others are
        `already_checked_in`. Sending the same scans again changes nothing and returns the same results.
        """
        scans = [Scan(**scan) for scan in self.body["scans"]]
        outcomes = merge_scans(event_id=event_id, scans=scans, by=authenticated_user(request))
        results = [
            {"code": scan.code, "result": outcome.result, "scanned_at": scan.scanned_at, **outcome.details}
            for scan, outcome in zip(scans, outcomes, strict=True)
        ]
        return Response({"results": results})


class EventGateStaff(ApiView):
    """Gate staff of one event."""

    permission_classes = [IsAuthenticated]

    @extend_schema(operation_id="gate_staff_add", responses={204: None} | problems(400, 401, 403, 404))
    def put(self, request: Request, event_id: int, email: str) -> Response:
        """Let the user with this email address check in tickets, once they have confirmed it. For the event's seller.

        They may register later.
        """
        add_gate_staff(event_id=event_id, email=email, seller=authenticated_user(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(operation_id="gate_staff_remove", responses={204: None} | problems(400, 401, 403, 404))
    def delete(self, request: Request, event_id: int, email: str) -> Response:
        """Remove an email address from the event's gate staff. For the event's seller."""
        remove_gate_staff(event_id=event_id, email=email, seller=authenticated_user(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
