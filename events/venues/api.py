"""API views of venues."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from core.http.views import ApiView
from core.openapi import problems
from events.venues.permissions import SellersOnly
from events.venues.serializers import VenueBody, VenueChange, VenueFields
from events.venues.write import add_venue, change_venue, own_venue, remove_venue, venues_of


class Venues(ApiView):
    """The venues of the seller."""

    permission_classes = [SellersOnly]
    bodies = {"POST": VenueFields}

    @extend_schema(operation_id="venue_list", responses={200: VenueBody(many=True)} | problems(400, 401, 403))
    def get(self, request: Request) -> Response:
        """Return the seller's venues by name, in pages; those of all sellers for an operator."""
        page = self.paginate_queryset(venues_of(cast(User, request.user)))
        return self.get_paginated_response(VenueBody(page, many=True).data)

    @extend_schema(operation_id="venue_create", responses={201: VenueBody} | problems(400, 401, 403))
    def post(self, request: Request) -> Response:
        """Add a venue."""
        venue = add_venue(seller=cast(User, request.user), **self.body)
        headers = {"Location": f"/api/venue/{venue.pk}"}
        return Response(VenueBody(venue).data, status=status.HTTP_201_CREATED, headers=headers)


class VenueItem(ApiView):
    """One venue of the seller."""

    permission_classes = [SellersOnly]
    bodies = {"PATCH": VenueChange}

    @extend_schema(operation_id="venue_detail", responses={200: VenueBody} | problems(401, 403, 404))
    def get(self, request: Request, venue_id: int) -> Response:
        """Return the venue."""
        return Response(VenueBody(own_venue(venue_id, cast(User, request.user))).data)

    @extend_schema(operation_id="venue_change", responses={200: VenueBody} | problems(400, 401, 403, 404, 409))
    def patch(self, request: Request, venue_id: int) -> Response:
        """Change the fields that are sent; return the whole venue.

        Events that are still to take place there, under its name, get a new name too, and everyone who has seats gets
        an email. The time zone can't be changed while such events exist.
        """
        return Response(VenueBody(change_venue(venue_id=venue_id, seller=cast(User, request.user), **self.body)).data)

    @extend_schema(operation_id="venue_remove", responses={204: None} | problems(401, 403, 404, 409))
    def delete(self, request: Request, venue_id: int, *args: Any) -> Response:
        """Remove a venue that has had no event."""
        remove_venue(venue_id=venue_id, seller=cast(User, request.user))
        return Response(status=status.HTTP_204_NO_CONTENT)
