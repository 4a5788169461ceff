"""API view of an event's terms."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import authenticated_user
from bookings.invoices.serializers import NewTerms, TermsBody
from bookings.invoices.terms import set_terms, terms_in_force
from core.http.views import ApiView
from core.openapi import problems
from events.ownership import own_event


class EventTerms(ApiView):
    """The fees and taxes in the prices of an event."""

    permission_classes = [IsAuthenticated]
    bodies = {"PUT": NewTerms}

    @extend_schema(operation_id="event_terms", responses={200: TermsBody} | problems(401, 403, 404))
    def get(self, request: Request, event_id: int) -> Response:
        """Return the terms that are in force. For the event's seller and operators."""
        event = own_event(event_id, authenticated_user(request))
        return Response(TermsBody(terms_in_force(event.pk)).data)

    @extend_schema(operation_id="event_set_terms", responses={200: TermsBody} | problems(400, 401, 403, 404))
    def put(self, request: Request, event_id: int) -> Response:
        """Set the terms of orders that are made from now on; earlier orders keep theirs. No price changes."""
        event = own_event(event_id, authenticated_user(request))
        return Response(TermsBody(set_terms(event_id=event.pk, **self.body)).data)
