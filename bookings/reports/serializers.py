"""Serializers that describe the sales report and the sales curve."""

from typing import Any

from rest_framework import serializers


class Sales(serializers.Serializer[Any]):
    """Current seat counts, and money in minor units of the event's currency."""

    sold = serializers.IntegerField(help_text="Seats that are sold now, without refunded ones.")
    held = serializers.IntegerField(help_text="Seats that wait for payment now.")
    in_sale = serializers.IntegerField(help_text="Seats that are not blocked: available, reserved or sold.")
    occupancy = serializers.FloatField(help_text="`sold` divided by `in_sale`, from 0 to 1.")
    gross = serializers.IntegerField(help_text="Captured payments, in minor units.")
    refunded = serializers.IntegerField(help_text="Refunds, sent or still to be sent, in minor units.")
    revenue = serializers.IntegerField(help_text="`gross` minus `refunded`.")


class SectionSales(Sales):
    """Sales of one section, or of its seats of one tier if it has several."""

    section = serializers.CharField()
    tier = serializers.CharField()


class TierSales(Sales):
    """Sales of all sections of one tier."""

    tier = serializers.CharField()


class Minute(serializers.Serializer[Any]):
    """Seats held and sold in one minute."""

    minute = serializers.DateTimeField(help_text="Start of the minute, in UTC.")
    held = serializers.IntegerField(help_text="Seats that were held in this minute.")
    sold = serializers.IntegerField(help_text="Seats that were sold in this minute.")


class Funnel(serializers.Serializer[Any]):
    """Number of bookings by how far they got."""

    holds = serializers.IntegerField(help_text="All bookings except those that never got seats (processing, failed).")
    paid = serializers.IntegerField(help_text="Paid bookings, including those that were refunded afterwards.")
    expired = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    conversion = serializers.FloatField(help_text="`paid` divided by `holds`, from 0 to 1; 0 if there are no holds.")


class SalesReport(Sales):
    """The sales report of an event.

    Its parts are counted one after the other, so during a sale they may differ by a moment.
    """

    by_section = SectionSales(many=True, help_text="In the order of the seating configuration.")
    by_tier = TierSales(many=True, help_text="In the order of the seating configuration.")
    velocity = Minute(
        many=True, help_text="The last 24 hours, oldest first. Minutes in which no seat was held or sold are left out."
    )
    funnel = Funnel()
    checked_in = serializers.IntegerField(help_text="Tickets that are checked in.")
    refunds = serializers.IntegerField(help_text="Bookings that were refunded.")


class CurvePoint(serializers.Serializer[Any]):
    """One point of a sales curve."""

    minute = serializers.IntegerField(help_text="Minutes after `began_at`.")
    sold = serializers.IntegerField(help_text="Seats sold by then, minus refunded ones.")


class SalesCurve(serializers.Serializer[Any]):
    """The sales curve of an event, for comparison with other events."""

    event_id = serializers.IntegerField()
    name = serializers.CharField()
    began_at = serializers.DateTimeField(
        allow_null=True, help_text="The start of sales, or the first hold if no start was set; null before that hold."
    )
    points = CurvePoint(
        many=True, help_text="At most 500, oldest first. A minute without a sale or a refund has no point."
    )
