"""API view of the picture of an event."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from core.errors import NotFound, PermissionRefused
from core.http.json_body import StrictJSONParser
from core.http.views import ApiView
from core.openapi import problems
from events.ownership import own_event
from events.pictures.limits import MAX_BYTES
from events.pictures.serializers import PictureBody, PictureChange, PictureUpload
from events.pictures.shown import shown
from events.pictures.write import describe_picture, remove_picture, set_picture
from events.venues.permissions import SellersOnly

FORM = 64 * 1024  # bytes for what a form has beside its file


class OwnEventsOnly(SellersOnly):
    """Lets the event's seller and operators in, before the body is read: it may be large."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not super().has_permission(request, view):
            return False
        try:
            own_event(view.kwargs["event_id"], cast(User, request.user))
        except PermissionRefused as refusal:
            self.message = str(refusal)
            return False
        except NotFound:
            return True  # the operation raises it again
        return True


class Picture(ApiView):
    """The picture of an event. Its seller and operators can change it, whatever the event's status."""

    permission_classes = [OwnEventsOnly]
    parser_classes = [MultiPartParser, StrictJSONParser]
    max_body_bytes = MAX_BYTES + FORM
    bodies = {"PUT": PictureUpload, "PATCH": PictureChange}

    def get_parsers(self) -> list[BaseParser]:
        """Return the parsers without that of JSON for an upload, and without that of uploads for other calls."""
        is_upload = self.request is not None and self.request.method == "PUT"
        unwanted = StrictJSONParser if is_upload else MultiPartParser
        return [parser for parser in super().get_parsers() if not isinstance(parser, unwanted)]

    @extend_schema(
        operation_id="picture_set",
        request={"multipart/form-data": PictureUpload},
        responses={200: PictureBody} | problems(400, 401, 403, 404, 503),
    )
    def put(self, request: Request, event_id: int) -> Response:
        """Give the event a picture, instead of the one it may have.

        The picture is never served as it was sent: it is turned as its EXIF data say, freed of these and all other
        metadata, and rendered in a few sizes. Animated pictures are refused. If the call is refused, the event keeps
        what it had. It takes a second or two.
        """
        data = self.body["picture"].read()
        picture = set_picture(event_id=event_id, seller=cast(User, request.user), data=data, alt=self.body["alt"])
        return Response(PictureBody(shown(picture)).data)

    @extend_schema(
        operation_id="picture_describe",
        request={"application/json": PictureChange},
        responses={200: PictureBody} | problems(400, 401, 403, 404),
    )
    def patch(self, request: Request, event_id: int) -> Response:
        """Change the alternative text of the event's picture."""
        picture = describe_picture(event_id=event_id, seller=cast(User, request.user), alt=self.body["alt"])
        return Response(PictureBody(shown(picture)).data)

    @extend_schema(operation_id="picture_remove", responses={204: None} | problems(401, 403, 404))
    def delete(self, request: Request, event_id: int, *args: Any) -> Response:
        """Remove the event's picture, if it has one."""
        remove_picture(event_id=event_id, seller=cast(User, request.user))
        return Response(status=status.HTTP_204_NO_CONTENT)
