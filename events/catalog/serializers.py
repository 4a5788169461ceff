"""Serializers of the events API. Input serializers validate and never write; output serializers only render."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts.models import User
from core.http.bodies import Body
from core.http.fields import MomentField
from core.http.json_types import Choice, Flag, ListOf, Members, WholeNumber
from core.http.texts import Line, Paragraphs, Text
from core.money.currencies import PUBLISHED, check_currency
from events.catalog import selectors
from events.catalog.seat_serializers import SectionRow, Stats, public_row
from events.catalog.selectors import COUNTS
from events.models import MAX_ACTIVE, MAX_PER_MINUTE, MAX_SECONDS, Event
from events.pictures.serializers import PictureBody
from events.pictures.shown import shown_picture
from events.seat_models import MAX_PRICE
from events.seating.configuration import Seating, read_any_seating
from events.seating.plan_choice import PlanChoice
from events.venues.serializers import VenueBody
from events.zones import check_zone


class SectionConfig(Body):
    """A part of the venue with one price."""

    name = Line(max_length=32)
    price = WholeNumber(min_value=0, max_value=MAX_PRICE, help_text="Of a seat, in minor units.")
    subsections = WholeNumber(min_value=1, help_text="Number of blocks of rows × cols seats.")
    rows = WholeNumber(min_value=1, required=False)
    cols = WholeNumber(min_value=1, required=False)
    tier = Line(max_length=32, required=False, help_text="VIP, Regular, Economy or any label.")
    accessible = ListOf(
        child=Text(max_length=15),
        required=False,
        help_text='Wheelchair places of each subsection ("row-seat"), given only to buyers who request them.',
    )


class SeatingConfig(Body):
    """All seats of an event in compact form. `rows` and `cols` are the defaults of sections without them."""

    rows = WholeNumber(min_value=1, required=False)
    cols = WholeNumber(min_value=1, required=False)
    sections = SectionConfig(many=True)


class PlanConfig(Body):
    """The seats of a version of a seating plan, which belongs to a venue of the seller."""

    plan_version = WholeNumber(min_value=1, help_text="The id of the version.")
    prices = Members(
        child=WholeNumber(min_value=0, max_value=MAX_PRICE),
        help_text="The price of each category that has places, in minor units.",
    )


SEATING = PolymorphicProxySerializer(
    component_name="Seating", serializers=[SeatingConfig, PlanConfig], resource_type_field_name=None
)


@extend_schema_field(SEATING)
class SeatingField(serializers.Field[Any, Any, Any, Any]):
    """All seats of an event, in compact form or with a seating plan. Errors name every bad field."""

    def to_internal_value(self, data: object) -> Seating | PlanChoice:
        return read_any_seating(data, max_seats=settings.MAX_SEATS_PER_EVENT)

    def to_representation(self, value: Any) -> Any:
        return value


class WaitingRoom(Body):
    """The waiting room as its seller sets it; fields that are not sent stay as they are."""

    enabled = Flag(source="waiting_room_on", required=False)
    admit_per_minute = WholeNumber(min_value=1, max_value=MAX_PER_MINUTE, required=False)
    max_active = WholeNumber(
        min_value=1, max_value=MAX_ACTIVE, required=False, help_text="Buyers let in who have not paid yet."
    )
    pass_seconds = WholeNumber(
        min_value=1, max_value=MAX_SECONDS, required=False, help_text="From being let in to the end of the pass."
    )
    paused = Flag(source="admission_paused", required=False, help_text="Nobody is let in.")


class WaitingRoomBody(WaitingRoom):
    """The waiting room as everyone sees it. Buyers who came early are ordered by HMAC-SHA256(seed, user id)."""

    seed_hash = serializers.CharField(help_text="SHA-256 of `seed`, in hex.")
    seed = serializers.CharField(source="shown_seed", allow_null=True, help_text="Null before the lottery.")


class EventTexts(Body, serializers.ModelSerializer[Event]):
    """Fields that both a new and a changed event may have, besides the seats."""

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {
        models.BooleanField: Flag,
        models.CharField: Line,
        models.DateTimeField: MomentField,
        models.IntegerField: WholeNumber,
        models.PositiveIntegerField: WholeNumber,
    }

    description = Paragraphs(max_length=10_000, allow_blank=True)
    venue_id = WholeNumber(
        min_value=1, required=False, allow_null=True, help_text="A venue of the seller; null leaves the venue."
    )
    venue_name = Line(
        max_length=200, required=False, help_text="Required without venue_id; otherwise that venue's name by default."
    )
    time_zone = Line(
        required=False,
        validators=[check_zone],
        help_text="IANA name of the zone of the clock at the venue. That of the venue, or UTC, by default.",
    )
    currency = Line(
        required=False, help_text=f"ISO 4217, list of {PUBLISHED}. It can't be changed once somebody has held seats."
    )
    waiting_room = WaitingRoom(source="*", required=False)

    class Meta:
        model = Event
        fields: tuple[str, ...] = (
            "name",
            "description",
            "venue_id",
            "venue_name",
            "time_zone",
            "is_active",
            "currency",
            "starts_at",
            "ends_at",
            "sales_start_at",
            "sales_end_at",
            "late_entry_until",
            "hold_seconds",
            "payment_seconds",
            "max_tickets_per_booking",
            "max_active_holds",
            "refund_until_hours",
            "allow_single_gaps",
            "release_companion_seats",
            "waiting_room",
        )
        extra_kwargs = {
            "hold_seconds": {"min_value": 1, "max_value": MAX_SECONDS},
            "payment_seconds": {"min_value": 1, "max_value": MAX_SECONDS},
        }


class NewEvent(EventTexts):
    """The body of POST /api/event. A new event is on sale at once unless `status` is "draft"."""

    currency = Line(required=False, validators=[check_currency], help_text=f"ISO 4217, list of {PUBLISHED}.")
    seating_config = SeatingField(
        initial={"rows": 10, "cols": 20, "sections": [{"name": "A", "price": 5000, "subsections": 1}]}
    )
    status = Choice(choices=["available", "draft"], required=False)

    class Meta(EventTexts.Meta):
        fields = (*EventTexts.Meta.fields, "seating_config", "status")

    def get_initial(self) -> Any:
        """Return what the browsable API's form starts with: also a place."""
        return {"venue_name": "", **super().get_initial()}

    def wrong_members(self, data: Mapping[str, Any]) -> dict[str, list[ErrorDetail]]:
        """Also require the name of the place, unless a venue says it; a seating plan has a venue."""
        wrong = super().wrong_members(data)
        has_plan = isinstance(config := data.get("seating_config"), dict) and "plan_version" in config
        if "venue_name" in data or data.get("venue_id") is not None or has_plan:
            return wrong
        return wrong | {"venue_name": [ErrorDetail("This field is required.", "required")]}


class EventChange(EventTexts):
    """The body of PATCH /api/event/{id}; fields that are not sent stay as they are.

    `prices` is {section: minor units}, or {category: minor units} with a seating plan, and applies to new holds only.
    `plan_version` takes over another version of a seating plan of the same venue: blocks that change in it must have no
    seats that are held or sold (409 `invalid_state` names them). `prices` then has those of new categories.
    """

    plan_version = WholeNumber(min_value=1, required=False, help_text="Of a plan of the same venue.")

    prices = Members(child=WholeNumber(min_value=0, max_value=MAX_PRICE), required=False, allow_empty=True)
    status = Choice(choices=["draft", "available", "sold_out", "completed", "ended", "cancelled"], required=False)

    class Meta(EventTexts.Meta):
        fields = (*EventTexts.Meta.fields, "plan_version", "prices", "status")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"partial": True, **options})


class EventBody(serializers.ModelSerializer[Event]):
    """An event with `stats`, its number of seats by status.

    They come from the serializer's context or, if they are not there, from `selectors.with_stats`.
    """

    venue_id = serializers.IntegerField(allow_null=True)
    seller_id = serializers.IntegerField()
    starts_at_local = serializers.SerializerMethodField(help_text="The start, with the offset of `time_zone`.")
    seating_config = SeatingField()
    plan_version = serializers.IntegerField(source="plan_version_id", allow_null=True)
    geometry = serializers.CharField(
        allow_null=True, help_text="The address of what maps draw. It never changes. Null without a seating plan."
    )
    waiting_room = WaitingRoomBody(source="*")
    sales_close_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="When sales end by the clock: the earliest of all limits."
    )
    picture = serializers.SerializerMethodField()
    stats = serializers.SerializerMethodField()

    class Meta:
        model = Event
        fields: tuple[str, ...] = (
            "id",
            "name",
            "description",
            "venue_id",
            "venue_name",
            "time_zone",
            "seller_id",
            "is_active",
            "status",
            "currency",
            "seating_config",
            "plan_version",
            "geometry",
            "starts_at",
            "starts_at_local",
            "ends_at",
            "sales_start_at",
            "sales_end_at",
            "late_entry_until",
            "sales_close_at",
            "hold_seconds",
            "payment_seconds",
            "max_tickets_per_booking",
            "max_active_holds",
            "refund_until_hours",
            "allow_single_gaps",
            "release_companion_seats",
            "waiting_room",
            "picture",
            "stats",
        )

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_starts_at_local(self, event: Event) -> str | None:
        """Return the start as the clock at the venue shows it, with its offset from UTC."""
        return event.starts_at.astimezone(ZoneInfo(event.time_zone)).isoformat() if event.starts_at else None

    @extend_schema_field(PictureBody(allow_null=True))
    def get_picture(self, event: Event) -> Any:
        """Return the picture; null if there is none."""
        shown = shown_picture(event)
        return None if shown is None else PictureBody(shown).data

    @extend_schema_field(Stats)
    def get_stats(self, event: Event) -> dict[str, int]:
        """Return the number of seats by status."""
        stats: dict[str, int] = self.context.get("stats") or event.stats  # type: ignore[attr-defined]
        return {name: stats[name] for name in COUNTS}  # in this order; the database returns another


class Organizer(serializers.Serializer[Any]):
    """Who sells the event's tickets, as buyers see it.

    `contact_email` is null if the seller shows none, or has not confirmed the address they sign in with.
    """

    name = serializers.CharField(source="public_name")
    contact_email = serializers.SerializerMethodField()

    def get_contact_email(self, seller: User) -> str | None:
        """Return the address for buyers' questions."""
        return seller.shown_email or None


class EventDetail(EventBody):
    """An event with its venue, its organizer and its subsections. `venue` is null if only the place's name is known."""

    venue = VenueBody(allow_null=True)
    organizer = Organizer(source="seller")
    sections = serializers.SerializerMethodField()

    class Meta(EventBody.Meta):
        fields = (*EventBody.Meta.fields, "venue", "organizer", "sections")

    @extend_schema_field(SectionRow(many=True))
    def get_sections(self, event: Event) -> list[dict[str, Any]]:
        """Return the rows of all subsections."""
        return [public_row(row) for row in self.context["sections"]]


def event_detail(event: Event) -> dict[str, Any]:
    """Return the event in the shape of EventDetail. Runs one query."""
    rows = selectors.section_rows(event.pk)
    context = {"stats": selectors.sum_counts(rows), "sections": rows}
    return EventDetail(event, context=context).data
