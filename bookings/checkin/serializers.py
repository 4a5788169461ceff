"""Serializers of the check-in API."""

from typing import Any

from rest_framework import serializers

from bookings.checkin.check_in import entry_body, place_of
from bookings.checkin.merge_scans import MAX_SCANS
from bookings.checkin.models import CheckIn
from bookings.states import CheckInKind
from core.http.fields import MomentField
from core.openapi import Problem

MAX_CODE_LENGTH = 1_000  # characters; our codes have about 130, and any other scanned text gets the result "forged"


class ScannedCode(serializers.Serializer[Any]):
    """A scan. `device` names the scanner's place.

    A scan with `scanned_at` may be sent again if no response came.
    """

    code = serializers.CharField(max_length=MAX_CODE_LENGTH)
    device = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    scanned_at = MomentField(required=False, allow_null=True, default=None)


class CodeToUndo(serializers.Serializer[Any]):
    """The code of a ticket whose check-in is undone."""

    code = serializers.CharField(max_length=MAX_CODE_LENGTH)
    device = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")


class Place(serializers.Serializer[Any]):
    """A seat and the name of its holder."""

    section = serializers.CharField()
    subsection = serializers.IntegerField()
    row = serializers.IntegerField(help_text="1 is at the front.")
    seat = serializers.IntegerField(help_text="1 is at the left.")
    holder = serializers.CharField()


class Accepted(Place):
    """A successful check-in."""

    result = serializers.ChoiceField(choices=["accepted"])
    checked_in_at = serializers.DateTimeField()


class Undone(serializers.Serializer[Any]):
    """A check-in was undone; the ticket can be used again."""

    result = serializers.ChoiceField(choices=["undone"])


class AlreadyIn(Problem):
    """The problem for a ticket that is already checked in, with the seat and the check-in."""

    section = serializers.CharField(required=False)
    subsection = serializers.IntegerField(required=False)
    row = serializers.IntegerField(required=False)
    seat = serializers.IntegerField(required=False)
    holder = serializers.CharField(required=False)
    checked_in_at = serializers.DateTimeField(required=False)
    device = serializers.CharField(required=False, help_text="Where the ticket was checked in.")
    by = serializers.CharField(required=False, help_text="The person who checked the ticket in.")


class Manifest(serializers.Serializer[Any]):
    """What a scanner needs to work offline."""

    event_id = serializers.IntegerField()
    public_key = serializers.CharField(help_text="Ed25519, 32 bytes, base64url.")
    void = serializers.ListField(child=serializers.CharField(), help_text="Serials, as strings.")
    generated_at = serializers.DateTimeField()


class OfflineScan(serializers.Serializer[Any]):
    """A scan that was made offline; `scanned_at` is by the scanner's clock."""

    code = serializers.CharField(max_length=MAX_CODE_LENGTH, allow_blank=True)
    scanned_at = MomentField()
    device = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")


class Batch(serializers.Serializer[Any]):
    """Up to 1,000 offline scans."""

    scans = serializers.ListField(child=OfflineScan(), max_length=MAX_SCANS)


class ScanResult(serializers.Serializer[Any]):
    """The result of one scan; for a genuine code also the seat, its holder and the check-in that counts."""

    code = serializers.CharField()
    result = serializers.ChoiceField(choices=["accepted", "already_checked_in", "void", "forged"])
    scanned_at = serializers.DateTimeField()
    section = serializers.CharField(required=False)
    subsection = serializers.IntegerField(required=False)
    row = serializers.IntegerField(required=False)
    seat = serializers.IntegerField(required=False)
    holder = serializers.CharField(required=False)
    checked_in_at = serializers.DateTimeField(required=False, help_text="Of the check-in that counts.")
    device = serializers.CharField(required=False, help_text="Of the check-in that counts.")
    by = serializers.CharField(required=False, help_text="Of the check-in that counts.")
    detail = serializers.CharField(required=False)


class BatchResult(serializers.Serializer[Any]):
    """One result for each scan, in the order of the request."""

    results = ScanResult(many=True)


class CheckInRow(Place):
    """One check-in, undo or conflict."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=CheckInKind.choices)
    device = serializers.CharField()
    by = serializers.CharField()
    scanned_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()


def check_in_row(row: CheckIn) -> dict[str, Any]:
    """Return a row of the check-in log in the shape of CheckInRow."""
    times = {"scanned_at": row.scanned_at, "recorded_at": row.recorded_at}
    entry = {name: value for name, value in entry_body(row).items() if name != "checked_in_at"}
    return {"id": row.pk, "kind": row.kind, **place_of(row.admission), **entry, **times}
