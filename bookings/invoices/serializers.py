"""Serializers of terms and breakdowns."""

from typing import Any

from rest_framework import serializers

from bookings.invoices.breakdown import Totals
from bookings.invoices.models import MAX_FEE, MAX_RATE, TAX_NAME_LENGTH, Terms
from core.http.bodies import Body
from core.http.json_types import WholeNumber
from core.http.texts import Line


def _fee(text: str) -> WholeNumber:
    return WholeNumber(default=0, min_value=0, max_value=MAX_FEE, help_text=f"{text}, in minor units.")


def _rate(text: str) -> WholeNumber:
    return WholeNumber(default=0, min_value=0, max_value=MAX_RATE, help_text=f"{text}, in basis points: 100 are 1 %.")


def _name(text: str) -> Line:
    return Line(default="", allow_blank=True, max_length=TAX_NAME_LENGTH, help_text=f'{text}, such as "VAT 7 %".')


class NewTerms(Body):
    """PUT /api/event/{id}/terms: the fees and taxes in the event's prices. What is missing is 0, or no tax."""

    ticket_fee = _fee("Fee in the price of each ticket")
    ticket_fee_rate = _rate("Share of the price of each ticket that is a fee, beside `ticket_fee`")
    order_fee = _fee("Fee in the total of each order")
    order_fee_rate = _rate("Share of the total of each order that is a fee, beside `order_fee`")
    ticket_tax = _name("Tax in what is left of the prices without fees")
    ticket_tax_rate = _rate("Rate of `ticket_tax`")
    fee_tax = _name("Tax in the fees")
    fee_tax_rate = _rate("Rate of `fee_tax`")


class TermsBody(serializers.ModelSerializer[Terms]):
    """The terms of an event that are in force; without terms, 0 and empty names."""

    created_at = serializers.DateTimeField(
        allow_null=True, help_text="Since when they are in force; null without terms."
    )

    class Meta:
        model = Terms
        fields = (*NewTerms().fields, "created_at")
        read_only_fields = fields


class BreakdownTax(serializers.Serializer[Any]):
    """A tax in an order's total. The two that an event can have are apart by name or rate."""

    name = serializers.CharField()
    rate = serializers.IntegerField(help_text="In basis points: 700 is 7 %.")
    gross = serializers.IntegerField(help_text="The part of `total` that is taxed, tax included.")
    tax = serializers.IntegerField(help_text="The tax in `gross`.")


class Breakdown(serializers.Serializer[Any]):
    """The parts of an order's total, in minor units: `total` is `net` and the taxes. Nothing is added to the prices."""

    total = serializers.IntegerField()
    fee = serializers.IntegerField(help_text="The part of `total` that is fees, with their tax.")
    net = serializers.IntegerField(help_text="`total` without taxes.")
    taxes = BreakdownTax(many=True)


def breakdown_body(totals: Totals) -> dict[str, Any]:
    """Return totals in the shape of Breakdown."""
    taxes = [tax._asdict() for tax in totals.taxes]
    return {"total": totals.total, "fee": totals.fee, "net": totals.net, "taxes": taxes}
