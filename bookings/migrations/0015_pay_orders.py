import django.db.models.deletion
from django.db import migrations, models

from core.sql_files import install


class Migration(migrations.Migration):
    dependencies = [("bookings", "0014_hold_orders")]

    operations = [
        migrations.AddField(
            "refund",
            "booking",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refunds",
                to="bookings.booking",
            ),
        ),
        install("bookings", "begin_payment"),
        install("bookings", "sell"),
        install("bookings", "refund_keys"),
    ]
