"""Serializers of seating plans in files."""

from typing import Any

from rest_framework import serializers

from core.http.bodies import Body
from core.http.json_types import Choice, Number
from core.http.texts import Text
from events.plans.formats.reports import Format


class PlanFile(Body):
    """A file with a seating plan."""

    content = Text(
        trim_whitespace=False,
        help_text="The text of the file: the JSON of pretix, CSV, or a document as in docs/seating-plans.md.",
    )
    format = Choice(choices=Format.choices, required=False, help_text="Told from the content by default.")
    unit_cm = Number(
        min_value=0.001,
        max_value=1_000,
        required=False,
        help_text="How many centimetres a pixel of a file of pretix is; found by the distance of seats by default.",
    )


class FileProblem(serializers.Serializer[Any]):
    """One mistake in a file."""

    field = serializers.CharField(help_text='Its place: "zones.0.rows.2.row_number", or "line 12, column seat".')
    code = serializers.CharField()
    detail = serializers.CharField()
    proposal = serializers.CharField(help_text="How the document reads it; empty if it can't be read.")


class UnderstoodFile(serializers.Serializer[Any]):
    """What was understood of a file."""

    document = serializers.DictField(
        allow_null=True, help_text="The plan, with all proposals followed; null if a problem has none."
    )
    places = serializers.IntegerField(help_text="Seats, and places in standing areas; 0 without a document.")
    problems = FileProblem(many=True, help_text="The first 100.")
    total_problems = serializers.IntegerField()
    left_out = serializers.ListField(
        child=serializers.CharField(), help_text="What the file has and a plan can't keep, in sentences."
    )
