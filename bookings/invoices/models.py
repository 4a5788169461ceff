"""The terms of an event: its fees and tax rates, from one moment on."""

from django.db import models
from django.db.models import CheckConstraint, F, Q

from core.text.lines import check_line
from core.text.visible import check_visible
from events.models import Event

MAX_RATE = 10_000  # basis points: 100 %
MAX_FEE = 2**31 - 1  # minor units, as prices
TAX_NAME_LENGTH = 40


def _rate(text: str) -> "models.PositiveIntegerField[int, int]":
    return models.PositiveIntegerField(default=0, help_text=f"{text}, in basis points: 100 are 1 %.")


def _fee(text: str) -> "models.PositiveIntegerField[int, int]":
    return models.PositiveIntegerField(default=0, help_text=f"{text}, in minor units; beside it there may be a rate.")


def _tax_name(text: str) -> "models.CharField[str, str]":
    return models.CharField(
        max_length=TAX_NAME_LENGTH,
        blank=True,
        default="",
        validators=[check_visible, check_line],
        help_text=f'{text}, as buyers read it: "VAT 7 %"; empty if there is none.',
    )


class Terms(models.Model):
    """The fees and tax rates of an event, which are parts of its prices. A row never changes.

    The newest row of an event is in force; an order keeps the one that was in force when its seats were held.
    """

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(Event, models.CASCADE, db_index=False, related_name="terms")
    ticket_fee = _fee("Fee in the price of each ticket")
    ticket_fee_rate = _rate("Share of the price of each ticket that is a fee")
    order_fee = _fee("Fee in the total of each order")
    order_fee_rate = _rate("Share of the total of each order that is a fee")
    ticket_tax = _tax_name("Tax in what is left of the price without fees")
    ticket_tax_rate = _rate("Rate of this tax")
    fee_tax = _tax_name("Tax in the fees")
    fee_tax_rate = _rate("Rate of this tax")
    created_at = models.DateTimeField()

    class Meta:
        # Its primary key is (event, id), by bookings/sql/terms_keys.sql; terms.sql has its trigger.
        constraints = [
            CheckConstraint(
                name="terms_rates_are_shares",
                condition=Q(
                    ticket_fee_rate__lte=MAX_RATE,
                    order_fee_rate__lte=MAX_RATE,
                    ticket_tax_rate__lte=MAX_RATE,
                    fee_tax_rate__lte=MAX_RATE,
                ),
            ),
            CheckConstraint(
                name="terms_taxes_have_names",
                condition=(Q(ticket_tax_rate=0) | ~Q(ticket_tax="")) & (Q(fee_tax_rate=0) | ~Q(fee_tax="")),
            ),
            # Two rates under one name could not be told apart in a breakdown.
            CheckConstraint(
                name="terms_one_rate_per_name",
                condition=~Q(ticket_tax=F("fee_tax")) | Q(ticket_tax_rate=F("fee_tax_rate")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id}: {self.pk}"
