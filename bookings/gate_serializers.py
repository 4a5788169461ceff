"""The shapes of the gate's API."""

from typing import Any

from rest_framework import serializers

from accounts.schema import Problem
from bookings.models import CheckIn
from bookings.operations.check_in import entry_body, place_of
from bookings.operations.merge_scans import MAX_SCANS
from bookings.states import CheckInKind

MAX_CODE = 1_000  # characters; ours have about 130, and whatever else was scanned is answered as forged


class ScannedCode(serializers.Serializer[Any]):
    """A scan. `device` says where. With `scanned_at`, too, the same scan may be sent again when no answer came."""

    code = serializers.CharField(max_length=MAX_CODE)
    device = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    scanned_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class CodeToUndo(serializers.Serializer[Any]):
    """The code whose check-in is taken back."""

    code = serializers.CharField(max_length=MAX_CODE)
    device = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")


class Place(serializers.Serializer[Any]):
    """Whose seat, and where."""

    section = serializers.CharField()
    subsection = serializers.IntegerField()
    row = serializers.IntegerField(help_text="1 is at the front.")
    seat = serializers.IntegerField(help_text="1 is at the left.")
    holder = serializers.CharField()


class Accepted(Place):
    """Somebody is let in."""

    result = serializers.ChoiceField(choices=["accepted"])
    checked_in_at = serializers.DateTimeField()


class Undone(serializers.Serializer[Any]):
    """The ticket lets somebody in again."""

    result = serializers.ChoiceField(choices=["undone"])


class AlreadyIn(Problem):
    """The refusal of a used ticket, with the facts a doorman asks for."""

    section = serializers.CharField(required=False)
    subsection = serializers.IntegerField(required=False)
    row = serializers.IntegerField(required=False)
    seat = serializers.IntegerField(required=False)
    holder = serializers.CharField(required=False)
    checked_in_at = serializers.DateTimeField(required=False)
    device = serializers.CharField(required=False, help_text="Where.")
    by = serializers.CharField(required=False, help_text="Who let him in.")


class Manifest(serializers.Serializer[Any]):
    """What a scanner needs to work without a network."""

    event_id = serializers.IntegerField()
    public_key = serializers.CharField(help_text="Ed25519, 32 bytes, base64url.")
    void = serializers.ListField(child=serializers.CharField(), help_text="Serials, as strings.")
    generated_at = serializers.DateTimeField()


class OfflineScan(serializers.Serializer[Any]):
    """A scan that was decided without a network; `scanned_at` by the scanner's clock."""

    code = serializers.CharField(max_length=MAX_CODE, allow_blank=True)
    scanned_at = serializers.DateTimeField()
    device = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")


class Batch(serializers.Serializer[Any]):
    """At most a thousand scans."""

    scans = serializers.ListField(child=OfflineScan(), max_length=MAX_SCANS)


class ScanResult(serializers.Serializer[Any]):
    """The verdict on one scan; of a genuine one also whose seat it is, and the entry that counts."""

    code = serializers.CharField()
    result = serializers.ChoiceField(choices=["accepted", "already_checked_in", "void", "forged"])
    scanned_at = serializers.DateTimeField()
    section = serializers.CharField(required=False)
    subsection = serializers.IntegerField(required=False)
    row = serializers.IntegerField(required=False)
    seat = serializers.IntegerField(required=False)
    holder = serializers.CharField(required=False)
    checked_in_at = serializers.DateTimeField(required=False, help_text="Of the entry that counts.")
    device = serializers.CharField(required=False, help_text="Of the entry that counts.")
    by = serializers.CharField(required=False, help_text="Of the entry that counts.")
    detail = serializers.CharField(required=False)


class BatchResult(serializers.Serializer[Any]):
    """One verdict a scan, in order."""

    results = ScanResult(many=True)


class CheckInRow(Place):
    """One line of the gate's history."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=CheckInKind.choices)
    device = serializers.CharField()
    by = serializers.CharField()
    scanned_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()


def check_in_row(row: CheckIn) -> dict[str, Any]:
    """The shape of CheckInRow."""
    when = {"scanned_at": row.scanned_at, "recorded_at": row.recorded_at}
    who = {name: value for name, value in entry_body(row).items() if name != "checked_in_at"}
    return {"id": row.pk, "kind": row.kind, **place_of(row.admission), **who, **when}
