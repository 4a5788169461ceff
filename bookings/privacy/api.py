"""The API view of a person's own data."""

from django.http import StreamingHttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from accounts.authentication import authenticated_user
from bookings.privacy.download import personal_data
from bookings.privacy.serializers import PersonalDataBody
from bookings.privacy.writing import written
from core.http.views import ApiView
from core.openapi import problems

DOCUMENT = OpenApiResponse(PersonalDataBody, "docs/privacy.md documents the members of each section.")


class PersonalData(ApiView):
    """Everything that the shop knows about the signed-in person."""

    permission_classes = [IsAuthenticated]

    @extend_schema(operation_id="personal_data", responses={200: DOCUMENT} | problems(401))
    def get(self, request: Request) -> StreamingHttpResponse:
        """All that the shop knows about you as one JSON document, streamed as it is read."""
        headers = {
            "Cache-Control": "private, no-store",
            "Content-Disposition": 'attachment; filename="my-data.json"',
        }
        content = written(personal_data(authenticated_user(request)))
        return StreamingHttpResponse(content, content_type="application/json", headers=headers)
