"""The shapes of the seller's report."""

from typing import Any

from rest_framework import serializers


class Sales(serializers.Serializer[Any]):
    """Seats as they are now, and their money in minor units of the event's currency."""

    sold = serializers.IntegerField(help_text="Seats that are sold now; what was given back is not.")
    held = serializers.IntegerField(help_text="Seats that wait for payment now.")
    in_sale = serializers.IntegerField(help_text="Seats that are not blocked, in whatever state.")
    occupancy = serializers.FloatField(help_text="`sold` of `in_sale`, 0 to 1.")
    gross = serializers.IntegerField(help_text="Captured, in minor units.")
    refunded = serializers.IntegerField(help_text="Given back, or on its way back, in minor units.")
    revenue = serializers.IntegerField(help_text="`gross` less `refunded`.")


class SectionSales(Sales):
    """A section's sales."""

    section = serializers.CharField()
    tier = serializers.CharField()


class TierSales(Sales):
    """The sales of all sections of a tier."""

    tier = serializers.CharField()


class Minute(serializers.Serializer[Any]):
    """What happened in one minute."""

    minute = serializers.DateTimeField(help_text="Its beginning, in UTC.")
    held = serializers.IntegerField(help_text="Seats.")
    sold = serializers.IntegerField(help_text="Seats.")


class Funnel(serializers.Serializer[Any]):
    """Bookings by how far they got."""

    holds = serializers.IntegerField(help_text="All bookings but those that never got seats (processing, failed).")
    paid = serializers.IntegerField(help_text="Also those that were refunded later.")
    expired = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    conversion = serializers.FloatField(help_text="`paid` of `holds`, 0 to 1; 0 without holds.")


class SalesReport(Sales):
    """How an event sells. Its parts are counted one after the other: while it sells they may be a moment apart."""

    by_section = SectionSales(many=True, help_text="In the order of the seating configuration.")
    by_tier = TierSales(many=True, help_text="In the order of the seating configuration.")
    velocity = Minute(
        many=True, help_text="The last 24 hours, oldest first. Minutes in which no seat was held or sold are left out."
    )
    funnel = Funnel()
    checked_in = serializers.IntegerField(help_text="People who have been let in.")
    refunds = serializers.IntegerField(help_text="Bookings that were refunded.")


class CurvePoint(serializers.Serializer[Any]):
    """Where a sale stood."""

    minute = serializers.IntegerField(help_text="Minutes after `began_at`.")
    sold = serializers.IntegerField(help_text="Seats sold by then, less those given back.")


class SalesCurve(serializers.Serializer[Any]):
    """How an event's sale went, by which it can be compared with another."""

    event_id = serializers.IntegerField()
    name = serializers.CharField()
    began_at = serializers.DateTimeField(
        allow_null=True, help_text="The start of sales, or the first hold if none was set; null before it."
    )
    points = CurvePoint(
        many=True, help_text="At most 500, in order of time. Minutes in which nothing was sold or given back have none."
    )
