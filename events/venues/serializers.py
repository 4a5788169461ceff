"""Serializers of venues."""

from decimal import Decimal
from typing import Any

from django.db import models
from rest_framework import serializers

from core.http.bodies import Body
from core.http.json_types import Number
from core.http.texts import Line, Paragraphs
from events.venue_models import Venue

TEXTS = ("name", "address", "country", "time_zone", "latitude", "longitude", "accessibility")


class Degrees(Number):
    """An angle in degrees, with as many decimals as the database keeps (a tenth of a metre)."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the angle as a Decimal with six decimals."""
        return Decimal(f"{super().to_internal_value(data):.6f}")


class VenueFields(Body, serializers.ModelSerializer[Venue]):
    """A new venue: its name and the zone of its clock, and what helps people to find it."""

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {models.CharField: Line}

    accessibility = Paragraphs(max_length=2_000, required=False, allow_blank=True, help_text="Buyers read it.")
    latitude = Degrees(allow_null=True, required=False, min_value=-90, max_value=90, help_text="South is negative.")
    longitude = Degrees(allow_null=True, required=False, min_value=-180, max_value=180, help_text="West is negative.")

    class Meta:
        model = Venue
        fields: tuple[str, ...] = TEXTS


class VenueChange(VenueFields):
    """Changes of a venue; fields that are not sent stay as they are."""

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **{"partial": True, **options})  # type: ignore[arg-type]


class VenueBody(serializers.ModelSerializer[Venue]):
    """A venue. Coordinates are in degrees (WGS 84), null if they are unknown."""

    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)

    class Meta:
        model = Venue
        fields = ("id", *TEXTS)
