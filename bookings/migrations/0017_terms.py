"""Terms: the fees and tax rates of events, which orders keep from their holds on. Orders so far have none."""

import core.text.lines
import core.text.visible
import django.db.models.deletion
from django.db import migrations, models

from core.sql_files import install


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0016_nearest_block"),
        ("events", "0016_composed_names"),
    ]

    operations = [
        migrations.CreateModel(
            name="Terms",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "ticket_fee",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Fee in the price of each ticket, in minor units; beside it there may be a rate.",
                    ),
                ),
                (
                    "ticket_fee_rate",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Share of the price of each ticket that is a fee, in basis points: 100 are 1 %.",
                    ),
                ),
                (
                    "order_fee",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Fee in the total of each order, in minor units; beside it there may be a rate.",
                    ),
                ),
                (
                    "order_fee_rate",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Share of the total of each order that is a fee, in basis points: 100 are 1 %.",
                    ),
                ),
                (
                    "ticket_tax",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text='Tax in what is left of the price without fees, as buyers read it: "VAT 7 %"; empty if there is none.',
                        max_length=40,
                        validators=[core.text.visible.check_visible, core.text.lines.check_line],
                    ),
                ),
                (
                    "ticket_tax_rate",
                    models.PositiveIntegerField(default=0, help_text="Rate of this tax, in basis points: 100 are 1 %."),
                ),
                (
                    "fee_tax",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text='Tax in the fees, as buyers read it: "VAT 7 %"; empty if there is none.',
                        max_length=40,
                        validators=[core.text.visible.check_visible, core.text.lines.check_line],
                    ),
                ),
                (
                    "fee_tax_rate",
                    models.PositiveIntegerField(default=0, help_text="Rate of this tax, in basis points: 100 are 1 %."),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "event",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="terms",
                        to="events.event",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="order",
            name="terms",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="orders",
                to="bookings.terms",
            ),
        ),
        migrations.AddConstraint(
            model_name="terms",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fee_tax_rate__lte", 10000),
                    ("order_fee_rate__lte", 10000),
                    ("ticket_fee_rate__lte", 10000),
                    ("ticket_tax_rate__lte", 10000),
                ),
                name="terms_rates_are_shares",
            ),
        ),
        migrations.AddConstraint(
            model_name="terms",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ticket_tax_rate", 0), models.Q(("ticket_tax", ""), _negated=True), _connector="OR"),
                    models.Q(("fee_tax_rate", 0), models.Q(("fee_tax", ""), _negated=True), _connector="OR"),
                ),
                name="terms_taxes_have_names",
            ),
        ),
        migrations.AddConstraint(
            model_name="terms",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ticket_tax", models.F("fee_tax")), _negated=True),
                    ("ticket_tax_rate", models.F("fee_tax_rate")),
                    _connector="OR",
                ),
                name="terms_one_rate_per_name",
            ),
        ),
        install("bookings", "terms_keys"),
        install("bookings", "terms"),
        install("bookings", "hold"),
        install("bookings", "hold_order"),
    ]
