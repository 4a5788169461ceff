from django.db import migrations, models

from core.sql_files import install


class Migration(migrations.Migration):
    dependencies = [("bookings", "0017_terms")]

    operations = [
        migrations.AddField(
            "payment",
            "step_url",
            models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="The page where the buyer goes on.",
                max_length=2000,
            ),
        ),
        migrations.AlterField(
            "payment",
            "card_last4",
            models.CharField(blank=True, help_text="Empty if no card number was used.", max_length=4),
        ),
        migrations.AddField("mockcharge", "method", models.CharField(blank=True, default="", max_length=20)),
        migrations.AddField("mockcharge", "waits_until", models.DateTimeField(null=True)),
        migrations.AlterField("mockcharge", "card_last4", models.CharField(blank=True, max_length=4)),
        install("bookings", "begin_payment"),
    ]
