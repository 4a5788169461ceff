"""Serializers of seating plans and their versions."""

from typing import Any

from rest_framework import serializers

from core.http.bodies import Body
from core.http.json_types import Members, WholeNumber
from core.http.texts import Line
from events.plan_models import PlanVersion, SeatingPlan, geometry_address

NAME = "One line, at most 200 characters; the plans of a venue have different names."
DRAFT = "The document as in docs/seating-plans.md. It may be unfinished; mistakes matter when it is published."
MAX_REVISION = 2**31 - 1


class NewPlan(Body):
    """A new seating plan."""

    name = Line(max_length=200, help_text=NAME)
    draft = Members(required=False, help_text=f"{DRAFT} Empty by default.")


class PlanChange(Body):
    """Changes of a plan; what is not sent stays as it is."""

    name = Line(max_length=200, required=False, help_text=NAME)
    draft = Members(required=False, help_text=DRAFT)
    revision = WholeNumber(min_value=0, max_value=MAX_REVISION, help_text="That of the plan that you have read.")


class Publish(Body):
    """Which draft to publish."""

    revision = WholeNumber(
        min_value=0,
        max_value=MAX_REVISION,
        required=False,
        help_text="Publish only if the draft still has this revision; by default, the draft as it is.",
    )


class DocumentToCheck(Body):
    """A document to check."""

    document = Members(help_text="As in docs/seating-plans.md.")


class VersionRow(serializers.ModelSerializer[PlanVersion]):
    """A version in the list of its plan's; 1 is the first."""

    class Meta:
        model = PlanVersion
        fields: tuple[str, ...] = ("id", "number", "places", "created_at")


class VersionBody(VersionRow):
    """A version, with the document that it was made from and the address of what maps draw."""

    geometry = serializers.SerializerMethodField()

    class Meta(VersionRow.Meta):
        fields = ("id", "plan_id", "number", "places", "created_at", "document", "geometry")

    def get_geometry(self, version: PlanVersion) -> str:
        return geometry_address(version.digest)


class PlanRow(serializers.ModelSerializer[SeatingPlan]):
    """A seating plan in a list: without its document."""

    versions = VersionRow(many=True, help_text="The first one first.")

    class Meta:
        model = SeatingPlan
        fields: tuple[str, ...] = ("id", "venue_id", "name", "revision", "versions", "updated_at")


class PlanBody(PlanRow):
    """A seating plan with the document that is being drawn."""

    draft = serializers.DictField(help_text="The document as it was last saved.")

    class Meta(PlanRow.Meta):
        fields = ("id", "venue_id", "name", "revision", "draft", "versions", "updated_at")


class DocumentProblem(serializers.Serializer[Any]):
    """One mistake in a document: its path, a code and a sentence."""

    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class CheckedDocument(serializers.Serializer[Any]):
    """What was understood of a document."""

    places = serializers.IntegerField(help_text="Seats, and places in standing areas; 0 if there are problems.")
    problems = DocumentProblem(many=True)
    geometry = serializers.DictField(allow_null=True, help_text="What maps would draw; null if there are problems.")
